"""The benchmarks run: numbers that a release cites can be taken again by one command."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script: str, *arguments: str) -> list[str]:
    command = [sys.executable, str(BENCHMARKS / script), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout.splitlines()


@pytest.mark.parametrize("shape", ["inline", "shared"])
def test_planning_speed_is_measured_on_a_plan_that_finds_the_edits(shape: str) -> None:
    _, _, row = run("plan_speed.py", "--sizes", "3", "--shapes", shape, "--rounds", "1")
    assert row.split()[:2] == [shape, "3"]


def test_start_up_is_measured_beside_python() -> None:
    lines = run("startup.py", "--rounds", "1")
    assert any(line.startswith("ltxspec --version") for line in lines)
