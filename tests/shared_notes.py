"""The places where several machines keep notes, each a real one: S3, Azure, a folder, memory, a git remote."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from store_servers import StoreServer

from ltxspec.storage.git_notes import GitNotes
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.port import SharedNotes

KINDS = ["s3", "azure", "folder", "memory", "git"]
Machines = Callable[[], SharedNotes]  # each call is another machine


def git(folder: Path, *arguments: str) -> bytes:
    done = subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
    return done.stdout


def clones_of_a_remote(folder: Path) -> Callable[[], Path]:
    """A function that makes one more clone of a bare repository."""
    origin, made = folder / "origin.git", list[Path]()
    folder.mkdir(exist_ok=True)
    git(folder, "init", "--quiet", "--bare", str(origin))

    def clone() -> Path:
        made.append(folder / f"clone-{len(made)}")
        git(folder, "init", "--quiet", str(made[-1]))
        git(made[-1], "remote", "add", "origin", str(origin))
        return made[-1]

    return clone


@pytest.fixture(params=KINDS)
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Machines:
    if request.param == "git":
        clone = clones_of_a_remote(tmp_path / "git")
        return lambda: GitNotes(clone(), "origin", 20.0)
    if request.param == "memory":
        shared = Bucket.in_memory("memory://test")
        return lambda: shared
    if request.param == "folder":
        return lambda: Bucket.at(tmp_path.as_uri(), None, 5.0)
    server: StoreServer = request.getfixturevalue(request.param)
    return lambda: Bucket.at(server.url, server.endpoint, 5.0)
