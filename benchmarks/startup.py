"""How long the quick commands take beside Python itself, in the same run.

python benchmarks/startup.py [--rounds 15]
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from plan_speed import LTXSPEC, prepare, script
from timing import Contestant, describe_machine, race
from workload import SPEC

SHOTS = 10


def contestants(folder: Path) -> dict[str, Contestant]:
    """The commands, from the least that any Python program can take upwards."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import click'": [sys.executable, "-c", "import click"],
        "ltxspec --version": [str(LTXSPEC), "--version"],
        "ltxspec --help": [str(LTXSPEC), "--help"],
        f"bare plan of {SHOTS} shots": script("floor.py", f"specs/{SPEC}.yaml", "floor.json"),
        f"ltxspec plan of {SHOTS} shots": [str(LTXSPEC), "plan", "--detailed-exitcode"],
    }
    return {name: Contestant(command, folder) for name, command in commands.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="ltxspec-bench-") as folder:
        prepare(Path(folder), SHOTS, "inline")
        timings = race(contestants(Path(folder) / "same"), rounds=given.rounds)
    python = timings["python -c pass"].median
    print(f"Start-up, whole processes, {given.rounds} rounds; {describe_machine()}")
    for name, timing in timings.items():
        print(
            f"{name:28}{timing.median * 1000:>7.0f} ms{timing.median / python:>7.1f}x python{timing.peak_mib:>6.0f} MiB"
        )


if __name__ == "__main__":
    main()
