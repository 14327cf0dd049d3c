"""How long `ltxspec review` takes when every shot changed, how large its page is, and how it opens and scrolls.

    python benchmarks/review_speed.py [--shots 1000] [--size 1920x1080] [--seconds 6] [--rounds 3] [--browser chromium]

`cold` is a machine that has never seen the videos: nothing in `.ltxspec/cache`, no page yet. `warm` is the next time.
On a machine that others use as well, CPU seconds say more than those of the clock. With a browser, the page is opened
and scrolled, and so is an empty page of the same height: the difference is the page's.

The project takes some minutes to lay out, and 1.3 GB for 1,000 shots in full HD; `--project FOLDER` keeps it, and uses
it again.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from page_speed import measure_page
from timing import child_environment, describe_machine

HERE = Path(__file__).parent
PAGE = Path(".ltxspec") / "review" / "index.html"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command, in seconds."""

    wall: float
    user: float
    system: float


def review_once(project: Path) -> Run:
    """Write the page."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "ltxspec", "review"]
    subprocess.run(command, cwd=project, env=child_environment(), check=True, capture_output=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime)


def forget(project: Path) -> None:
    """Remove what a review leaves behind."""
    for folder in ("cache", "review"):
        shutil.rmtree(project / ".ltxspec" / folder, ignore_errors=True)


def row(name: str, runs: Sequence[Run]) -> str:
    """The middle of some runs."""
    wall, user, system = (median(getattr(run, field) for run in runs) for field in ("wall", "user", "system"))
    return f"{name:16}{wall:>8.1f} s{user:>12.1f} s user{system:>8.1f} s system"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--size", default="1920x1080", metavar="WIDTHxHEIGHT")
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--browser", metavar="COMMAND", help="A chromium that opens and scrolls the page.")
    parser.add_argument("--project", type=Path, metavar="FOLDER", help="Where the project is kept.")
    given = parser.parse_args(arguments)
    kept = nullcontext(given.project) if given.project else tempfile.TemporaryDirectory(prefix="ltxspec-bench-")
    with kept as folder:
        project = Path(folder) / "project"
        if not project.exists():
            shape = ["--size", given.size, "--seconds", str(given.seconds)]
            command = [sys.executable, str(HERE / "reviewed.py"), str(project), str(given.shots), *shape]
            subprocess.run(command, check=True, env=child_environment())
        videos = f"two takes each, {given.size}, {given.seconds:g} s"
        print(f"ltxspec review, {given.shots} shots, {videos}; {describe_machine()}")
        cold, warm = [], []
        for _ in range(given.rounds):
            forget(project)
            cold.append(review_once(project))
            warm.append(review_once(project))
        print(row("cold", cold))
        print(row("warm", warm))
        stills = [file.stat().st_size for file in (project / PAGE).with_name("index-stills").iterdir()]
        size = (project / PAGE).stat().st_size
        print(
            f"{'page':16}{size / MEGABYTE:>8.2f} MB{len(stills):>10} stills{sum(stills) / MEGABYTE:>8.1f} MB beside it"
        )
        if given.browser:
            for line in measure_page(project / PAGE, shutil.which(given.browser) or given.browser):
                print(line, flush=True)


if __name__ == "__main__":
    main()
