from pathlib import Path

import pytest
from unit.project.projects import project

from ltxspec.errors import StorageError
from ltxspec.project.editor_copy import COPY, copy_state, write_copy


def test_a_copy_is_written_once_and_again_when_it_is_old(tmp_path: Path) -> None:
    ours = project(tmp_path)
    assert copy_state(ours) == "missing"
    assert write_copy(ours) is True
    assert copy_state(ours) == "current"
    assert write_copy(ours) is False
    (tmp_path / COPY).write_text("{}", encoding="utf-8")
    assert copy_state(ours) == "old"
    assert write_copy(ours) is True
    assert copy_state(ours) == "current"


def test_a_copy_is_never_written_outside_of_the_project(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "schemas").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        write_copy(project(folder))
    assert list(elsewhere.iterdir()) == []
