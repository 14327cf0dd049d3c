"""How long `ltxspec plan` takes beside the bare work (`floor.py`) on the same specs, in the same run.

    python benchmarks/plan_speed.py [--sizes 10 100 1000 10000] [--shapes inline shared] [--rounds 7]

same     nothing changed since everything was bought, the usual case in CI
1 %      every hundredth prompt was edited
first    the same, on a machine that never planned this project: nothing remembered in `.ltxspec/`
"""

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from timing import Contestant, Timing, child_environment, describe_machine, race
from workload import SHAPES, SPEC

HERE = Path(__file__).parent
LTXSPEC = Path(sys.executable).parent / "ltxspec"
EDITED_EVERY = 100
THERE_ARE_CHANGES = 2  # exit code of `plan --detailed-exitcode`


def script(name: str, *arguments: object) -> list[str]:
    """The command that runs a script of this folder."""
    return [sys.executable, str(HERE / name), *map(str, arguments)]


def prepare(folder: Path, shots: int, shape: str) -> None:
    """Lay out `same/` and `edited/`: equal locks, and in the second a spec with every hundredth prompt changed.

    Each step is a process of its own: what this one has allocated would count in the peak of those it measures.
    """
    run = partial(subprocess.run, check=True, env=child_environment())
    same, edited = folder / "same", folder / "edited"
    run(script("workload.py", same, shots, shape))
    run(script("bought.py", same))
    run(script("floor.py", same / "specs" / f"{SPEC}.yaml", same / "floor.json", "--write"))
    shutil.copytree(same, edited)
    run(script("workload.py", edited, shots, shape, "--edited", EDITED_EVERY))
    run(script("bought.py", edited, math.ceil(shots / EDITED_EVERY)))


def contestants(folder: Path) -> dict[str, Contestant]:
    """Everything that is timed for one size and shape."""
    same, edited = folder / "same", folder / "edited"
    forget = partial(shutil.rmtree, same / ".ltxspec", ignore_errors=True)
    spec = Path("specs") / f"{SPEC}.yaml"
    command = [str(LTXSPEC), "plan", "--detailed-exitcode"]
    return {
        "floor same": Contestant(script("floor.py", spec, "floor.json"), same),
        "same": Contestant(command, same),
        "floor 1 %": Contestant(script("floor.py", spec, "floor.json"), edited),
        "1 %": Contestant(command, edited, exit_codes=(THERE_ARE_CHANGES,)),
        "first": Contestant(command, same, before=forget),
    }


def row(shape: str, shots: int, timings: dict[str, Timing]) -> str:
    """One line of the table."""
    floor, floor_edited = timings["floor same"].median, timings["floor 1 %"].median
    times = {name: timings[name].median for name in ("same", "1 %", "first")}
    return (
        f"{shape:8}{shots:>7}{floor:>9.3f}"
        f"{times['same']:>9.3f}{times['same'] / floor:>7.2f}x"
        f"{times['1 %']:>9.3f}{times['1 %'] / floor_edited:>7.2f}x"
        f"{times['first']:>9.3f}{times['first'] / floor:>7.2f}x"
        f"{timings['floor same'].peak_mib:>8.0f}{timings['same'].peak_mib:>6.0f}{timings['first'].peak_mib:>7.0f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each size and shape."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10_000], metavar="SHOTS")
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    print(f"ltxspec plan, whole processes, {given.rounds} rounds; {describe_machine()}, seconds and MiB")
    print("shape     shots    floor     same  ratio      1 %  ratio    first  ratio   floor  same  first MiB")
    for shape in given.shapes:
        for shots in given.sizes:
            with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder:
                prepare(Path(folder), shots, shape)
                timings = race(contestants(Path(folder)), rounds=given.rounds)
            print(row(shape, shots, timings), flush=True)


if __name__ == "__main__":
    main()
