"""A team's store is pruned only by a clone that knows every branch, and only of what is old."""

from datetime import timedelta
from pathlib import Path

import pytest
from acceptance.repositories import git
from builders import own_intent, task
from fakes import FakeClock
from replacing import replace
from unit.project.projects import path_of
from unit.project.stored_projects import sha_of, store_of, stored_project

from ltxspec.errors import Refused
from ltxspec.project.archives.push import push_videos
from ltxspec.project.archives.store_gc import StorePruning, prune_store
from ltxspec.project.project import ProjectContext
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.journal import JournalFile
from ltxspec.storage.store.port import ObjectFacts

LOOSE = "1" * 64


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> ProjectContext:
    """A project in a clone, with its take and a stranger's video in the store."""
    opened = stored_project(tmp_path_factory, tmp_path)
    project = replace(opened, config=replace(opened.config, project=replace(opened.config.project, id="mine")))
    remote = tmp_path / "remote.git"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    git(project.root, "init", "--quiet", "--initial-branch=main")
    git(project.root, "remote", "add", "origin", str(remote))
    git(project.root, "add", "--force", "specs", "ltxspec.toml", ".ltxspec/sandbox/lockfiles")
    git(project.root, "commit", "--quiet", "--message=First")
    git(project.root, "push", "--quiet", "origin", "main")
    push_videos(project, lambda _: None)
    key = f"sandbox/videos/11/{LOOSE}"
    store_of(project).objects.put(key, [b"x"], ObjectFacts(LOOSE, 1, "video/mp4"))
    return project


def listing(opened: ProjectContext) -> str:
    return git(opened.root, "ls-remote", "--heads", "--tags", "origin").stdout


def prune(opened: ProjectContext, days: float = 100, *, delete: bool = False) -> tuple[list[str], list[str], int]:
    clock = FakeClock()
    clock.seconds = (SystemClock().now() - clock.now()).total_seconds() + timedelta(days=days).total_seconds()
    heads = listing(opened) if delete and (opened.root / ".git").exists() else None
    found = prune_store(opened, StorePruning(delete=delete, heads=heads), clock)
    return [item.sha256 for item in found.dropped], [item.sha256 for item in found.young], found.named


def test_nothing_is_deleted_unless_asked_and_never_what_a_take_names(opened: ProjectContext) -> None:
    assert prune(opened) == ([LOOSE], [], 1)
    assert store_of(opened).has(LOOSE)
    assert prune(opened, delete=True) == ([LOOSE], [], 1)
    assert (store_of(opened).has(LOOSE), store_of(opened).has(sha_of(opened))) == (False, True)


def test_what_is_young_may_be_a_take_that_nobody_has_pushed_to_git_yet(opened: ProjectContext) -> None:
    assert prune(opened, 89, delete=True) == ([], [LOOSE], 1)
    assert store_of(opened).has(LOOSE)


def test_takes_of_other_branches_stay(opened: ProjectContext) -> None:
    git(opened.root, "checkout", "--quiet", "-b", "other")
    sha256 = sha_of(opened)
    git(opened.root, "rm", "--quiet", "--force", str(path_of(opened).relative_to(opened.root)))
    git(opened.root, "commit", "--quiet", "--message=Gone")
    assert prune(opened, delete=True) == ([LOOSE], [], 1)
    assert store_of(opened).has(sha256)


def test_a_clone_that_lacks_a_branch_of_its_remote_deletes_nothing(opened: ProjectContext, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(tmp_path / "remote.git"), "colleague")
    git(tmp_path / "colleague", "checkout", "--quiet", "-b", "theirs")
    git(tmp_path / "colleague", "commit", "--quiet", "--allow-empty", "--message=Theirs")
    git(tmp_path / "colleague", "push", "--quiet", "origin", "theirs")
    with pytest.raises(Refused, match="this clone lacks 1 head of its remote, which may name takes: `theirs`"):
        prune(opened, delete=True)
    assert prune(opened) == ([LOOSE], [], 1), "saying so is harmless"
    with pytest.raises(Refused, match="is not known, and the others may name takes"):
        prune_store(opened, StorePruning(delete=True))
    git(opened.root, "fetch", "--quiet", "--all", "--tags")
    assert prune(opened, delete=True) == ([LOOSE], [], 1)


def test_without_git_or_an_id_nothing_is_deleted(opened: ProjectContext) -> None:
    nameless = replace(opened, config=replace(opened.config, project=replace(opened.config.project, id="")))
    with pytest.raises(Refused, match="whose store this is"):
        prune(nameless, delete=True)
    (opened.root / ".git").rename(opened.root / "git")
    with pytest.raises(Refused, match="only this folder's lockfiles are known"):
        prune(opened, delete=True)
    assert store_of(opened).has(LOOSE)


def test_what_arrived_and_was_not_taken_over_goes_when_it_is_old(opened: ProjectContext) -> None:
    intent = own_intent(provider="sandbox", project="mine")
    keys = [f"sandbox/incoming/{name}" for name in (task(1), f"checked/{task(2)}-0123", intent.task_id)]
    for key in keys:
        store_of(opened).objects.put(key, [b"x"], ObjectFacts(LOOSE, 1, "video/mp4"))
    JournalFile(opened.paths_of("night").journal).append(intent)
    dropped, young, named = prune(opened, days=10)
    assert (dropped, sorted(young), named) == ([], sorted([LOOSE, task(1), task(2)]), 1)
    assert sorted(prune(opened, delete=True)[0]) == sorted([LOOSE, task(1), task(2)])
    left = [item.key for item in store_of(opened).objects.list("sandbox/incoming")]
    assert left == keys[2:], "what is under way here may still be taken over"
