import shutil
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest

from ltxspec.project.doctor.machine import check_codecs, check_command, check_disk, check_packages, check_version
from ltxspec.project.doctor.rows import WARNING
from ltxspec.version import __version__


class Usage(NamedTuple):
    """What the system says of a disk, in bytes."""

    total: int
    used: int
    free: int


def test_this_machine_is_sound(tmp_path: Path) -> None:
    assert [check()[1] for check in (check_version, check_packages, check_codecs)] == [True, True, True]
    assert check_disk(tmp_path)[1] in (True, WARNING)


@pytest.mark.parametrize(
    ("limits", "version", "ok"),
    [
        (">=8.5", "8.10.1", True),
        (">=8.5", "8.4", False),
        (">=0.12,<0.13", "0.12.9", True),
        ("<0.13,>=0.12", "0.13.0", False),
        ("~=1.4", "1.9", True),
        ("~=1.4.2", "1.5", False),
        ("==2.0", "2", True),
        ("!=2.0", "2.0.0", False),
        (">=1.1.20251105", "1.1.20251105", True),
    ],
)
def test_versions_are_compared_by_their_numbers(
    monkeypatch: pytest.MonkeyPatch, limits: str, version: str, ok: bool
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: [f"click{limits}"])
    monkeypatch.setattr(metadata, "version", lambda _: version)
    assert check_packages()[1] is ok


def test_a_package_that_is_missing_is_named_with_the_cure_and_an_extra_that_is_missing_is_no_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    needed = ["nowhere-to-be-found>=1", 'ray>=2; extra == "ray"', 'other>=1; sys_platform == "beos"']
    monkeypatch.setattr(metadata, "requires", lambda _: needed)
    _, ok, detail = check_packages()
    assert (ok, "`nowhere-to-be-found` is missing" in detail, "pip install" in detail) == (False, True, True)
    monkeypatch.setattr(metadata, "requires", lambda _: ['nowhere-to-be-found>=1; extra == "far"'])
    assert check_packages()[1:] == (
        True,
        "all that are needed, in versions that fit; extras that are not installed: `pip install 'ltxspec[far]'`",
    )


@pytest.mark.parametrize(
    ("version", "ok", "words"),
    [("0.0.1", WARNING, "is ltxspec 0.0.1: install"), (__version__, True, ""), (None, True, "no version is known")],
)
def test_a_command_of_another_version_on_the_path_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, ok: bool | None, words: str
) -> None:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "ltxspec").write_text(f"#!{folder}/python\nexit 70\n")
    (folder / "ltxspec").chmod(0o755)
    if version is not None:
        (tmp_path / "lib" / "python3.12" / "site-packages" / f"ltxspec-{version}.dist-info").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    found = check_command()
    assert (found[1], words in found[2]) == (ok, True)


def test_without_the_command_on_the_path_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "is not on the PATH" in check_command()[2]


def test_little_room_for_videos_is_a_warning_that_names_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> Usage:
        asked.append(path)
        return Usage(10**10, 10**10, 300 * 10**6)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    _, ok, detail = check_disk(tmp_path, tmp_path / "far" / "archive")
    assert (ok, asked) == (WARNING, [tmp_path])
    assert "300 MB free" in detail
    assert "`[archive] url`" in detail
