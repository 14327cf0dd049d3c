"""What applying many shots costs the process that applies, against a sandbox in another process.

    python benchmarks/apply_scale.py [--shots 300 1000 3000 10000] [--parallelism 64] [--speed 4]

The ideal is the time that the renders take with all places busy. CPU is that of the applying process for each shot,
without decoding; decoding is measured by itself: what workers used, and what this process decodes of clips times the
cost of one. A shot takes 5 to 7 s at speed 4; polls are as much faster than the usual ones.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scale_service import write_clip
from timing import child_environment
from workload import SPEC, write_project

from ltxspec.lock.codec import decode_lockfile
from ltxspec.media.measure import checked
from ltxspec.providers.sandbox.states import render_seconds

KEY = "scale-benchmark"
HERE = Path(__file__).parent
SETTINGS = """\
[project]
id = "apply-scale"
[provider]
parallelism = {parallelism}
[runware]
poll_interval = {interval}
poll_max = {longest}
"""
USUAL_INTERVAL, USUAL_LONGEST = 2.0, 15.0  # seconds between polls of real renders
COLUMNS = "shots", "wall", "/ideal", "CPU", "decode", "MiB", "requests", "fsyncs", "writes", "lock MB", "size"
UNITS = "", "s", "", "ms/shot", "ms/shot", "", "/shot", "/shot", "", "written", "times"


@contextmanager
def service(folder: Path, speed: float) -> Iterator[str]:
    """The sandbox in a process of its own; yields its address."""
    command = [sys.executable, str(HERE / "scale_service.py"), str(folder), str(speed), KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=child_environment()) as process:
        try:
            yield (process.stdout.readline() if process.stdout else "").strip()
        finally:
            process.terminate()


def apply(folder: Path, address: str, shots: int, given: argparse.Namespace) -> Mapping[str, float]:
    """Write a project, apply it, and return what was counted. Raises RuntimeError if not every shot was bought."""
    write_project(folder, shots=shots, shape="inline")
    times = {"interval": USUAL_INTERVAL / given.speed, "longest": USUAL_LONGEST / given.speed}
    (folder / "ltxspec.toml").write_text(SETTINGS.format(parallelism=given.parallelism, **times))
    report = folder / "counts.json"
    command = [sys.executable, str(HERE / "scale_run.py"), str(report), "apply", "--auto-approve"]
    environment = child_environment() | {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    recorded = decode_lockfile((folder / "lockfiles" / f"{SPEC}.lock.json").read_bytes(), SPEC)
    bought = sum(1 for shot in recorded.shots.values() for take in shot.takes if take.outputs[0].sha256)
    if bought != shots:
        raise RuntimeError(f"{bought} of {shots} shots were bought")
    return json.loads(report.read_text())  # type: ignore[no-any-return]  # as `scale_run` writes it


def ideal(shots: int, given: argparse.Namespace) -> float:
    """Seconds that the renders of a project take with all places busy."""
    each = [render_seconds(1920 * 1080, (6, 8, 10)[number % 3], 25) / given.speed for number in range(shots)]
    return float(max(sum(each) / given.parallelism, *each))


def seconds_to_decode(folder: Path, times: int = 50) -> float:
    """CPU seconds that checking and measuring one clip costs."""
    clip = folder / "clip.mp4"
    write_clip(clip)
    checked(clip)
    started = time.process_time()
    for _ in range(times):
        checked(clip)
    return (time.process_time() - started) / times


def row(shots: int, counted: Mapping[str, float], wanted: float, each: float) -> str:
    """One line of the table."""
    here = counted.get("decoded_here", 0) * each
    values = (
        f"{shots:,}",
        f"{counted['wall']:.1f}",
        f"{counted['wall'] / wanted:.3f}",
        f"{(counted['cpu'] - here) / shots * 1000:.1f}",
        f"{(counted['cpu_of_workers'] + here) / shots * 1000:.1f}",
        f"{counted['peak_mib']:.0f}",
        f"{counted['requests'] / shots:.2f}",
        f"{counted['fsyncs'] / shots:.2f}",
        f"{counted['lockfile_writes']:.0f}",
        f"{counted['lockfile_bytes'] / 1e6:.1f}",
        f"{counted['lockfile_bytes'] / counted['lockfile_size']:.1f}",
    )
    return "".join(f"{value:>9}" for value in values)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each number of shots."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=int, nargs="+", default=[300, 1000, 3000, 10_000])
    parser.add_argument("--parallelism", type=int, default=64)
    parser.add_argument("--speed", type=float, default=4.0)
    given = parser.parse_args(arguments)
    print("".join(f"{name:>9}" for name in COLUMNS))
    print("".join(f"{name:>9}" for name in UNITS))
    for shots in given.shots:
        with (
            tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder,
            service(Path(folder) / "service", given.speed) as address,
        ):
            each = seconds_to_decode(Path(folder))
            counted = apply(Path(folder) / "project", address, shots, given)
            print(row(shots, counted, ideal(shots, given), each), flush=True)


if __name__ == "__main__":
    main()
