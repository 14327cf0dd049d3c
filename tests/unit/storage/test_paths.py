"""Which spec files a command means, and how paths are shown."""

from pathlib import Path

import pytest

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.storage.paths import find_specs, shown

HEAD = "apiVersion: ltxspec/v1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "specs/b.yaml": HEAD,
        "specs/a.yml": "broken: [",
        "specs/notes.txt": HEAD,
        "specs/.hidden.yaml": HEAD,
        "specs/.git/x.yaml": HEAD,
        "specs/autumn/fog.yaml": f"# a comment\n{HEAD}",
        "specs/autumn/quoted.yml": 'apiVersion: "ltxspec/v1"\n',
        "specs/data/shots.yaml": "- {sku: 1}\n",
        "other.yaml": "anything",
        "plain.txt": "anything",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def found(root: Path, *paths: str | Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in find_specs(paths, root)]


def test_a_folder_means_its_yaml_files_in_order_and_the_specs_below_it(root: Path) -> None:
    assert found(root, "specs") == [
        "specs/a.yml",
        "specs/b.yaml",
        "specs/autumn/fog.yaml",
        "specs/autumn/quoted.yml",
    ]


def test_a_data_table_is_a_spec_only_when_it_is_named(root: Path) -> None:
    assert found(root, "specs/data/shots.yaml") == ["specs/data/shots.yaml"]
    assert found(root, "specs/data") == ["specs/data/shots.yaml"]


def test_files_are_taken_as_they_are_in_the_order_given_each_once(root: Path) -> None:
    given = ("plain.txt", "specs/b.yaml", "specs", root / "other.yaml", "./specs/../plain.txt")
    assert found(root, *given)[:3] == ["plain.txt", "specs/b.yaml", "specs/a.yml"]
    assert found(root, *given)[-1] == "other.yaml"
    assert len(found(root, *given)) == len(set(found(root, *given))) == 6


def test_a_file_behind_two_names_is_one_spec(root: Path) -> None:
    (root / "specs" / "c.yaml").symlink_to("b.yaml")
    assert found(root, "specs").count("specs/b.yaml") == 1
    assert "specs/c.yaml" not in found(root, "specs")


def test_a_link_to_a_folder_is_not_searched_and_what_it_would_have_led_to_is_said(root: Path) -> None:
    (root / "real").mkdir()
    (root / "real" / "table.yaml").write_text("- {sku: 1}\n")
    (root / "specs" / "sub").symlink_to("../real")
    (root / "specs" / "loop").symlink_to(".")
    assert "real/table.yaml" not in found(root, "specs")
    (root / "real" / "two.yaml").write_text(HEAD)
    with pytest.raises(StorageError, match="`specs/sub` is a link to a folder with specs, such as `two") as error:
        found(root, "specs")
    assert "add `real` to `[project] specs`" in str(error.value.hint)
    assert found(root, "specs", "real")[-1] == "real/two.yaml"
    assert found(root, "specs/sub/two.yaml") == ["specs/sub/two.yaml"]
    assert root / "specs" / "b.yaml" in find_specs(["specs"], root, is_part=True)


def test_a_path_that_does_not_exist_is_an_error(root: Path) -> None:
    with pytest.raises(WrongUsage, match=r"`specs/missing\.yaml` does not exist"):
        find_specs(["specs", "specs/missing.yaml"], root)


def test_no_paths_and_empty_folders_mean_no_specs(root: Path) -> None:
    (root / "empty").mkdir()
    assert find_specs([], root) == []
    assert find_specs(["empty"], root) == []


def test_a_folder_that_cannot_be_read_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.scandir", fail)
    with pytest.raises(StorageError, match="Permission denied"):
        find_specs(["specs"], root)


def test_a_path_is_shown_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "specs" / "night.yaml") == "specs/night.yaml"
    assert shown(Path("specs/night.yaml")) == "specs/night.yaml"
    assert shown(tmp_path.parent / "x") == str(tmp_path.parent / "x")
