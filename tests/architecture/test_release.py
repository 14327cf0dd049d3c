"""What is shipped: versions agree, the locks are complete and bound to no machine, the wheel holds its data."""

import re
import subprocess
import sys
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from ltxspec import __version__

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")
COMMENT = re.compile(r"^    # via [\w\-., ():]+$")


def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return loaded


def pins(lock: str) -> dict[str, str]:
    matches = map(PIN.match, (ROOT / lock).read_text("utf-8").splitlines())
    return {match[1]: match[2] for match in matches if match}


def wanted(requirements: list[object]) -> set[str]:
    """Normalised package names of `name>=version` lines."""
    names = [re.split(r"[\[<>=!~; ]", line)[0] for line in requirements if isinstance(line, str)]
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    entries = re.findall(r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert entries[0] == __version__


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_names_versions_and_hashes_and_nothing_else(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    assert [line for line in lines if not (PIN.match(line) or HASH.match(line) or COMMENT.match(line))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_has_hashes(lock: str) -> None:
    lines = (ROOT / lock).read_text("utf-8").splitlines()
    followers = [after for line, after in pairwise(lines) if PIN.match(line)]
    assert followers
    assert [line for line in followers if not HASH.match(line)] == []


def test_the_locks_agree_with_each_other() -> None:
    runtime, everything = (pins(lock) for lock in LOCKS)
    assert runtime.items() <= everything.items()


def test_the_locks_hold_every_declared_dependency() -> None:
    declared, groups = project()["project"], project()["dependency-groups"]
    assert isinstance(declared, dict)
    assert isinstance(groups, dict)
    assert wanted([*declared["dependencies"], *groups["build"]]) <= pins("requirements.lock").keys()
    assert wanted(groups["dev"]) <= pins("requirements-dev.lock").keys()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return zipfile.Path(next(folder.glob("*.whl")))


def test_the_wheel_holds_every_schema(wheel: zipfile.Path) -> None:
    schemas = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "schemas").rglob("*.json"))
    files = [name for name in wheel.root.namelist() if not name.endswith("/")]
    shipped = sorted(name for name in files if name.startswith("ltxspec/_schemas/"))
    assert schemas
    assert shipped == [f"ltxspec/_{name}" for name in schemas]


def test_the_wheel_holds_the_package_and_nothing_else(wheel: zipfile.Path) -> None:
    assert {name.split("/")[0] for name in wheel.root.namelist()} == {"ltxspec", f"ltxspec-{__version__}.dist-info"}
    assert (wheel / "ltxspec" / "py.typed").exists()


def test_the_wheel_installs_the_command(wheel: zipfile.Path) -> None:
    entry_points = wheel / f"ltxspec-{__version__}.dist-info" / "entry_points.txt"
    assert "ltxspec = ltxspec.__main__:main" in entry_points.read_text("utf-8")
