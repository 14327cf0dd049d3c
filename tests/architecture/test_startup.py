"""Quick commands stay quick: what they import is counted, which is steadier than a clock."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from acceptance.commands import ltxspec

# What costs 20 to 200 ms each; see `benchmarks/startup.py`.
HEAVY = {
    "PIL",
    "asyncio",
    "av",
    "httpx",
    "importlib.metadata",
    "jsonschema",
    "obstore",
    "pydantic",
    "rich",
    "sqlite3",
    "starlette",
    "uvicorn",
    "watchfiles",
    "websockets",
}
NEEDED_TO_PLAN = {"jinja2", "orjson", "yaml"}

SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: quick}
model: lightricks:2@0
defaults: {width: 1920, height: 1080, duration: 6, fps: 25}
shots:
  plain:
    prompt: A lighthouse at dawn.
  templated:
    vars: {city: Lisbon}
    prompt: "Rain over {{ city }}."
"""


def run(arguments: Sequence[str], *, folder: Path, count_imports: bool = False) -> subprocess.CompletedProcess[str]:
    options = ["-X", "importtime"] if count_imports else []
    command = [sys.executable, *options, "-m", "ltxspec", *arguments]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


def imported(arguments: Sequence[str], *, folder: Path) -> set[str]:
    """Full names of all modules that a command imports."""
    report = run(arguments, folder=folder, count_imports=True).stderr.splitlines()
    return {line.rpartition("|")[2].strip() for line in report if line.startswith("import time:")}


def among(unwanted: set[str], modules: set[str]) -> set[str]:
    return {module for module in modules if any(module == name or module.startswith(f"{name}.") for name in unwanted)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "quick.yaml").write_text(SPEC, "utf-8")
    return tmp_path


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_saying_what_it_is_needs_nothing_heavy(option: str, tmp_path: Path) -> None:
    modules = imported([option], folder=tmp_path)
    assert "ltxspec" in modules
    assert among(HEAVY | NEEDED_TO_PLAN, modules) == set()


def test_saying_the_version_does_not_even_need_click(tmp_path: Path) -> None:
    assert among({"click"}, imported(["--version"], folder=tmp_path)) == set()


@pytest.mark.parametrize("arguments", [["plan"], ["plan", "--format", "json"]], ids=" ".join)
def test_planning_a_known_spec_imports_nothing_heavy(arguments: list[str], project: Path) -> None:
    run(arguments, folder=project)  # the first run checks the spec and remembers that it is good
    modules = imported(arguments, folder=project)
    assert "yaml" in modules
    assert among(HEAVY, modules) == set()


def test_planning_when_all_is_rendered_imports_nothing_heavy(project: Path) -> None:
    sandbox = ["--provider", "sandbox"]
    ltxspec("apply", *sandbox, "--auto-approve", cwd=project)
    modules = imported(["plan", *sandbox, "--detailed-exitcode"], folder=project)
    assert among(HEAVY, modules) == set()
