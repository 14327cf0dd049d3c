"""What is shipped: versions agree, locks are complete and bound to no machine, a release holds what it should."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest
from release import changelog
from release.artifacts import artifacts, problems
from release.pythons import pythons

from ltxspec import __version__

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-release.lock")
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


def test_the_newest_entry_of_the_changelog_is_this_version_or_says_unreleased() -> None:
    assert re.match(rf"## \[({re.escape(__version__)}|Unreleased)\]", changelog.headings(ROOT)[0])
    assert changelog.notes(ROOT, __version__).startswith("### ")


def test_every_entry_of_the_changelog_has_a_version_a_date_and_known_kinds_of_changes() -> None:
    lines = (ROOT / "CHANGELOG.md").read_text("utf-8").splitlines()
    assert [line for line in changelog.headings(ROOT) if not changelog.HEADING.match(line)] == []
    kinds = {line.removeprefix("### ") for line in lines if line.startswith("### ")}
    assert kinds <= set(changelog.KINDS)


def test_versions_of_the_changelog_are_there_once_and_newest_first() -> None:
    versions = re.findall(r"^## \[(\d+)\.(\d+)\.(\d+)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    numbers = [tuple(map(int, version)) for version in versions]
    assert numbers == sorted(set(numbers), reverse=True)


def test_notes_of_a_release_are_its_own_entry(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [2.0.0] - 2026-12-01\n\n- new\n\n## [1.0.0] - unreleased\n- old\n"
    )
    assert (changelog.notes(tmp_path, "2.0.0"), changelog.notes(tmp_path, "1.0.0")) == ("- new\n", "- old\n")
    assert (changelog.is_dated(tmp_path, "2.0.0"), changelog.is_dated(tmp_path, "1.0.0")) == (True, False)
    with pytest.raises(ValueError, match=r"no entry for 3\.0\.0"):
        changelog.notes(tmp_path, "3.0.0")


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
    runtime, everything, _ = (pins(lock) for lock in LOCKS)
    assert runtime.items() <= everything.items()


def test_the_locks_hold_every_declared_dependency() -> None:
    declared, groups = project()["project"], project()["dependency-groups"]
    assert isinstance(declared, dict)
    assert isinstance(groups, dict)
    assert wanted([*declared["dependencies"], *groups["build"]]) <= pins("requirements.lock").keys()
    assert wanted([*groups["dev"], *groups["tests"]]) <= pins("requirements-dev.lock").keys()
    assert wanted([*groups["build"], *groups["release"]]) <= pins("requirements-release.lock").keys()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel and the sdist of this checkout."""
    folder = tmp_path_factory.mktemp("release")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(folder)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return artifacts(folder, __version__)


@pytest.fixture
def wheel(built: list[Path]) -> zipfile.Path:
    return zipfile.Path(built[0])


def test_a_release_holds_the_package_its_schemas_and_nothing_else(built: list[Path]) -> None:
    assert [line for path in built for line in problems(path, ROOT)] == []


def test_a_file_that_a_wheel_lacks_and_one_that_it_should_not_have_are_named(built: list[Path], tmp_path: Path) -> None:
    changed = tmp_path / built[0].name
    with zipfile.ZipFile(built[0]) as whole, zipfile.ZipFile(changed, "w") as other:
        for name in whole.namelist():
            if name != "ltxspec/_schemas/spec/v1.json":
                other.writestr(name, whole.read(name))
        other.writestr("tests/conftest.py", "")
    lacks, surplus = problems(changed, ROOT)
    assert lacks.endswith("lacks ltxspec/_schemas/spec/v1.json")
    assert surplus.endswith("should not have tests/conftest.py")


def test_tests_and_private_files_in_an_sdist_are_named(built: list[Path], tmp_path: Path) -> None:
    changed = tmp_path / built[1].name
    with tarfile.open(built[1]) as whole, tarfile.open(changed, "w:gz") as other:
        for member in whole.getmembers():
            other.addfile(member, whole.extractfile(member))
        for name in ("tests/conftest.py", "ltxspec/.env"):
            other.addfile(tarfile.TarInfo(f"ltxspec-{__version__}/{name}"))
    found = [line.partition(" should not have ")[2] for line in problems(changed, ROOT)]
    assert found == ["ltxspec/.env", "tests/conftest.py"]


def test_the_wheel_installs_the_command(wheel: zipfile.Path) -> None:
    entry_points = wheel / f"ltxspec-{__version__}.dist-info" / "entry_points.txt"
    assert "ltxspec = ltxspec.__main__:main" in entry_points.read_text("utf-8")


def python(path: Path, answer: str) -> None:
    """Something on a PATH that answers as a Python of some kind would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{answer}\n", "utf-8")
    path.chmod(0o755)


def test_pythons_are_found_on_the_path_and_where_pyenv_and_uv_keep_them_once_each(tmp_path: Path) -> None:
    path, home = tmp_path / "path", tmp_path / "home"
    python(path / "python3", "echo 3.13")
    python(path / "python3.9", "exit 1")  # too old, or without ensurepip
    python(path / "python3-config", "echo 3.99")
    python(home / ".pyenv/versions/3.9.1/bin/python3", "exit 1")
    python(home / ".pyenv/versions/3.11.7/bin/python3", "echo 3.11")
    python(home / ".pyenv/versions/3.13.0/bin/python3.13", "echo 3.13")
    python(home / ".local/share/uv/python/cpython-3.12/bin/python3.12", "echo 3.12")
    found = pythons({"PATH": f"{tmp_path / 'nothing'}:{path}", "HOME": str(home)})
    assert list(found) == ["3.11", "3.12", "3.13"]
    assert found["3.13"] == path / "python3"


def test_a_machine_without_a_python_for_ltxspec_is_an_error(tmp_path: Path) -> None:
    python(tmp_path / "python3", "exit 1")
    with pytest.raises(LookupError, match=r"no Python 3\.11 or later"):
        pythons({"PATH": str(tmp_path), "HOME": str(tmp_path)})
