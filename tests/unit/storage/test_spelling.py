import os
from pathlib import Path

import pytest

from ltxspec.spec.names import folded
from ltxspec.storage.spelling import FolderSpellings, Spellings, composed, other_case

NFC, NFD = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize(("saved", "written"), [(NFC, NFD), (NFD, NFC)])
def test_a_name_is_found_in_the_other_unicode_form(tmp_path: Path, saved: str, written: str) -> None:
    (tmp_path / saved / "in").mkdir(parents=True)
    (tmp_path / saved / "in" / f"{saved}.j2").touch()
    folder = FolderSpellings(os.path.realpath(tmp_path))
    assert folder.find(f"{written}/in/{written}.j2", composed) == f"{saved}/in/{saved}.j2"
    assert folder.find(f"{written}/in/{written}.txt", composed) is None
    assert Spellings([f"{saved}/a.j2"]).find(f"{written}/a.j2", composed) == f"{saved}/a.j2"


def test_the_exact_name_wins(tmp_path: Path) -> None:
    for name in (NFC, NFD, "A", "a"):
        (tmp_path / name).touch()
    folder = FolderSpellings(os.path.realpath(tmp_path))
    assert [folder.find(name, composed) for name in (NFC, NFD)] == [NFC, NFD]
    assert [folder.find(name, folded) for name in ("A", "a")] == ["A", "a"]
    assert Spellings(["b", "B"]).find("b", folded) == "B"


def test_a_folder_is_listed_again_when_it_changes(tmp_path: Path) -> None:
    folder = FolderSpellings(os.path.realpath(tmp_path))
    assert folder.find(NFC, composed) is None
    (tmp_path / NFD).touch()
    os.utime(tmp_path, ns=(1, 1))
    assert folder.find(NFC, composed) == NFD


def test_folders_behind_links_are_not_searched(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / NFD).touch()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    assert FolderSpellings(os.path.realpath(tmp_path / "root")).find(f"link/{NFC}", composed) is None


@pytest.mark.parametrize(
    ("written", "found", "usable"),
    [
        ("hero.jpg", "specs/assets/Hero.JPG", "Hero.JPG"),
        ("Assets/hero.jpg", "specs/assets/Hero.JPG", "assets/Hero.JPG"),
        ("../specs/hero.jpg", "specs/Hero.jpg", "specs/Hero.jpg"),
    ],
)
def test_the_hint_names_the_file_as_it_is_to_be_written(written: str, found: str, usable: str) -> None:
    assert other_case(written, found) == f"there is `{usable}`: upper and lower case letters differ in file names"
    assert other_case(written, None) is None
