"""What one more shot, one more megabyte of prompts and one more megabyte of lockfile cost each step, in CPU seconds.

    python benchmarks/plan_costs.py [--shots 4000] [--rounds 3]

One project of N shots is compared with three that have more of one thing: twice the shots; prompts ten times as long;
ten takes of each shot. What a command takes longer there is divided by what there is more. Results are kept in
`benchmarks/results/costs.json`; `performance_page.py` makes a table of them.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from bought import more_takes
from timing import Contestant, child_environment, race
from workload import SPEC

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "costs.json"
LTXSPEC = Path(sys.executable).parent / "ltxspec"
LONGER, TAKES = 10, 10
COMMANDS = {
    "`validate`": ("validate",),
    "`plan`, first on a machine": ("plan",),
    "`plan`": ("plan",),
    "`plan --format json`": ("plan", "--format", "json"),
    "`status`": ("status",),
    "`lock verify`": ("lock", "verify"),
}
FIRST = "`plan`, first on a machine"


def prepare(folder: Path, shots: int, longer: int = 1) -> None:
    """Lay out a project of which every shot was bought."""
    words = [sys.executable, str(HERE / "workload.py"), str(folder), str(shots), "inline", "--longer", str(longer)]
    for command in (words, [sys.executable, str(HERE / "bought.py"), str(folder)]):
        subprocess.run(command, check=True, env=child_environment())


def projects(folder: Path, shots: int) -> dict[str, Path]:
    """An almost empty project, one to compare with, and three that have more of one thing."""
    made = {name: folder / name for name in ("empty", "base", "shots", "prompts", "takes")}
    prepare(made["empty"], 1)
    prepare(made["base"], shots)
    prepare(made["shots"], 2 * shots)
    prepare(made["prompts"], shots, LONGER)
    shutil.copytree(made["base"], made["takes"])
    more_takes(made["takes"], TAKES)
    return made


def contestants(made: Mapping[str, Path]) -> dict[str, Contestant]:
    """Each command in each project."""
    racing = {}
    for project, folder in made.items():
        for name, words in COMMANDS.items():
            forget = partial(shutil.rmtree, folder / ".ltxspec", ignore_errors=True) if name == FIRST else None
            racing[f"{name} {project}"] = Contestant([str(LTXSPEC), *words], folder, forget)
    return racing


def megabytes(folder: Path, pattern: str) -> float:
    """How long the files of a project are."""
    return sum(path.stat().st_size for path in folder.glob(pattern)) / 1e6


def costs(seconds: Mapping[str, float], made: Mapping[str, Path], shots: int) -> list[dict[str, object]]:
    """For each command: what it takes at least, and what more of each thing adds."""
    prompts = megabytes(made["prompts"], f"specs/{SPEC}.yaml") - megabytes(made["base"], f"specs/{SPEC}.yaml")
    takes, base = (megabytes(made[name], "lockfiles/*") for name in ("takes", "base"))
    rows = []
    for name in COMMANDS:
        here = {project: seconds[f"{name} {project}"] for project in made}
        added = {project: here[project] - here["base"] for project in made}
        # A longer prompt is in the lockfile, too.
        rows.append(
            {
                "step": name,
                "start": here["empty"],
                "thousand_shots": added["shots"] / shots * 1000,
                "megabyte_of_prompts": added["prompts"] / prompts,
                "megabyte_of_lockfile": added["takes"] / (takes - base),
            }
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--shots", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder:
        made = projects(Path(folder), given.shots)
        timings = race(contestants(made), rounds=given.rounds)
        seconds = {name: median(timing.cpu) for name, timing in timings.items()}
        rows = costs(seconds, made, given.shots)
    for row in rows:
        numbers = "".join(f"{value:>12.3f}" for value in row.values() if isinstance(value, float))
        print(f"{row['step']:<28}{numbers}")
    given.results.parent.mkdir(parents=True, exist_ok=True)
    given.results.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
