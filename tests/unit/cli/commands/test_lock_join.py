"""What `lock join` says; what it does is tested in `project/test_lock_join.py` and `acceptance/test_shards.py`."""

from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from builders import lockfile, record, take
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.fingerprint import TaskIdentity, task_id
from ltxspec.lock.codec import encode_lockfile
from ltxspec.project.project import ProjectContext


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    found = take()
    identity = TaskIdentity("", "runware", "night", "alley", found.fingerprint)
    left = tmp_path / "left"
    left.mkdir()
    one = lockfile(alley=record(replace(found, task_id=task_id(identity))))
    (left / "night.lock.json").write_bytes(encode_lockfile(one))
    return project(tmp_path)


def test_it_says_what_is_new(opened: ProjectContext) -> None:
    assert ltxspec("lock", "join", "left", cwd=opened.root).out == "lockfiles/night.lock.json: 1 task, 1 new\n"
    (one,) = ltxspec("lock", "join", "left", "--format", "json", cwd=opened.root).json["joined"]
    assert one == {"file": "lockfiles/night.lock.json", "tasks": 1, "added": 0, "opened": 0}
    assert path_of(opened).is_file()


def test_a_base_that_git_does_not_know_is_an_error(opened: ProjectContext) -> None:
    assert "error[" in ltxspec("lock", "join", "left", "--base", "nowhere", cwd=opened.root, check=1).err
    assert not path_of(opened).exists()


def test_it_needs_a_folder(opened: ProjectContext) -> None:
    ltxspec("lock", "join", cwd=opened.root, check=64)
