from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.project.path_globs import is_pattern, matching


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("specs/a.yaml", "specs/b.yml", "specs/deep/c.yaml", "specs/notes.md", "specs/odd[1].yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("specs/a.yaml", ["specs/a.yaml"]),
        ("specs/none.yaml", ["specs/none.yaml"]),
        ("specs/?.y*ml", ["specs/a.yaml", "specs/b.yml"]),
        ("specs/*", ["specs/a.yaml", "specs/b.yml", "specs/deep", "specs/odd[1].yaml"]),
        ("**/c.yaml", ["specs/deep/c.yaml"]),
        ("specs/[ab].*", ["specs/a.yaml", "specs/b.yml"]),
        ("specs/odd[1].yaml", ["specs/odd[1].yaml"]),  # the name of a file
    ],
)
def test_a_path_with_wildcards_is_the_specs_and_folders_that_it_matches(
    folder: Path, path: str, found: list[str]
) -> None:
    assert matching(folder, path) == found


def test_wildcards_that_match_nothing_are_a_mistake(folder: Path) -> None:
    for path in ("spec/*.yaml", "specs/*.md"):
        with pytest.raises(WrongUsage, match="matches no spec"):
            matching(folder, path)


def test_the_name_of_a_file_is_no_pattern(folder: Path) -> None:
    assert is_pattern(folder, "specs/*")
    assert not is_pattern(folder, "specs/odd[1].yaml")
    assert not is_pattern(folder, "plan.json")


def test_a_pattern_may_be_absolute(folder: Path) -> None:
    assert matching(folder / "specs", f"{folder}/specs/?.yaml") == [f"{folder}/specs/a.yaml"]
