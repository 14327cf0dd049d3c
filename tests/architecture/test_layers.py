"""The import contracts of `pyproject.toml` hold, and each of them would notice being broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

# One wrong edit for each promise: (module it is made in, the line, the contract that must break).
WRONG_EDITS = {
    "the planner asks for the time": ("plan/planner.py", "import time", "The core is pure"),
    "the lockfile format opens files": ("lock/codec.py", "import pathlib", "The core is pure"),
    "the fingerprint rolls dice": ("fingerprint.py", "def f(): import uuid", "The core is pure"),
    "the engine speaks HTTP": ("apply/engine.py", "import httpx", "Only providers and forges know HTTP"),
    "a report parses arguments": ("report/terminal.py", "import click", "Only the CLI knows click"),
    "the engine picks a provider": ("apply/engine.py", "import ltxspec.providers", "The story reads downwards"),
    "a provider reads files itself": (
        "providers/registry.py",
        "def f(): import ltxspec.storage.files",
        "The story reads downwards",
    ),
    "the sandbox shares the client's encoder": (
        "providers/sandbox/app.py",
        "import ltxspec.providers.runware.wire",
        "Providers are independent",
    ),
    "two sides of a package need each other": ("lock/models.py", "import ltxspec.lock.codec", "No cycles"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the copy of ltxspec in `folder`: the working directory comes first on the linter's path."""
    command = [str(LINT_IMPORTS), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_every_contract_holds() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("module", "line", "contract"), WRONG_EDITS.values(), ids=WRONG_EDITS)
def test_a_wrong_edit_breaks_its_contract(tmp_path: Path, module: str, line: str, contract: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "ltxspec", tmp_path / "ltxspec", ignore=shutil.ignore_patterns("__pycache__"))
    edited = tmp_path / "ltxspec" / module
    edited.write_text(f"{edited.read_text('utf-8')}\n{line}\n", "utf-8")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_a_stray_top_level_module_needs_a_place(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "ltxspec", tmp_path / "ltxspec", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "ltxspec" / "utils.py").touch()
    assert lint_imports(tmp_path).returncode == 1
