from pathlib import Path

import pytest
from acceptance.repositories import commit, git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit on `main` with a file in a folder."""
    folder = tmp_path / "repository"
    (folder / "lockfiles").mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "lockfiles" / "night.lock.json").write_bytes(b"one\n")
    (folder / "notes.txt").write_bytes(b"notes\n")
    commit(folder, "first")
    return folder
