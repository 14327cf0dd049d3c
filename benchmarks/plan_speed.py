"""How long `ltxspec plan` takes beside the bare work (`floor.py`) on the same specs, in the same run.

    python benchmarks/plan_speed.py [--sizes 10 100 1000 10000] [--shapes inline full quoted shared] [--rounds 7]

Each column is a plan, in seconds of whole processes and as a multiple of the floor with a lock of the same kind:

new      nothing was bought yet: every shot is to be created
same     nothing changed since everything was bought, the usual case in CI
1 %      every hundredth prompt was edited
... !    the same on a machine that never planned this project: nothing remembered in `.ltxspec/`
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
COLUMNS = {"new !": "new", "new": "new", "same !": "same", "same": "same", "1 %": "edited"}  # -> its project


def script(name: str, *arguments: object) -> list[str]:
    """The command that runs a script of this folder."""
    return [sys.executable, str(HERE / name), *map(str, arguments)]


def prepare(folder: Path, shots: int, shape: str) -> None:
    """Lay out three projects: `new/` without a lock, `same/` with one, `edited/` with every hundredth prompt changed.

    Each step is a process of its own: what this one has allocated would count in the peak of those it measures.
    """
    run = partial(subprocess.run, check=True, env=child_environment())
    new, same, edited = folder / "new", folder / "same", folder / "edited"
    run(script("workload.py", new, shots, shape))
    shutil.copytree(new, same)
    run(script("bought.py", same))
    run(script("floor.py", same / "specs" / f"{SPEC}.yaml", same / "floor.json", "--write"))
    shutil.copytree(same, edited)
    run(script("workload.py", edited, shots, shape, "--edited", EDITED_EVERY))
    run(script("bought.py", edited, math.ceil(shots / EDITED_EVERY)))


def contestants(folder: Path) -> dict[str, Contestant]:
    """Everything that is timed for one size and shape: for each column the floor, then the plan."""
    floor = script("floor.py", Path("specs") / f"{SPEC}.yaml", "floor.json")
    command = [str(LTXSPEC), "plan", "--detailed-exitcode"]
    racing = {}
    for column, name in COLUMNS.items():
        project = folder / name
        changes = (0,) if name == "same" else (THERE_ARE_CHANGES,)
        forget = partial(shutil.rmtree, project / ".ltxspec", ignore_errors=True) if column.endswith("!") else None
        racing[f"floor {column}"] = Contestant(floor, project)
        racing[column] = Contestant(command, project, before=forget, exit_codes=changes)
    return racing


def row(shape: str, shots: int, timings: dict[str, Timing]) -> str:
    """One line of the table."""
    text = f"{shape:8}{shots:>7}{timings['floor same'].median:>9.3f}"
    for column in COLUMNS:
        seconds, floor = timings[column].median, timings[f"floor {column}"].median
        text += f"{seconds:>9.3f}{seconds / floor:>6.2f}x"
    return f"{text}{timings['floor same'].peak_mib:>8.0f}{max(timings[column].peak_mib for column in COLUMNS):>6.0f}"


def heading() -> str:
    """What stands above the columns."""
    return f"{'shape':8}{'shots':>7}{'floor':>9}{''.join(f'{column:>16}' for column in COLUMNS)}{'MiB floor, plan':>17}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each size and shape."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10_000], metavar="SHOTS")
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=SHAPES)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    print(f"ltxspec plan, whole processes, {given.rounds} rounds; {describe_machine()}, seconds and MiB")
    print(heading())
    for shape in given.shapes:
        for shots in given.sizes:
            with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder:
                prepare(Path(folder), shots, shape)
                timings = race(contestants(Path(folder)), rounds=given.rounds)
            print(row(shape, shots, timings), flush=True)


if __name__ == "__main__":
    main()
