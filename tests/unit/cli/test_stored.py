from pathlib import Path

import pytest
from shared_notes import clones_of_a_remote, git
from unit.project.stored_projects import store_of

from ltxspec.cli.main import run
from ltxspec.cli.stored import Notes
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.storage.store.port import ObjectFacts

LOOSE = "1" * 64


def test_notes_are_shown_as_they_come_and_kept_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    notes.say("one")
    notes.say("see https://bucket.example/a?X-Amz-Signature=abc")
    assert capsys.readouterr().err.splitlines()[0] == "one"
    assert notes.lines[0] == "one"
    assert "abc" not in notes.lines[1]


@pytest.fixture
def shared(tmp_path: Path) -> ProjectContext:
    """A clone with every branch of its remote, and a video in the store that no lockfile names."""
    clone = clones_of_a_remote(tmp_path / "git")()
    (clone / "store").mkdir()
    store = (clone / "store").as_uri()
    (clone / "ltxspec.toml").write_text(f'[project]\nid = "mine"\n[store]\nurl = "{store}"\n')
    git(clone, "checkout", "--quiet", "-b", "main")
    git(clone, "add", "ltxspec.toml")
    git(clone, "commit", "--quiet", "--message=First")
    git(clone, "push", "--quiet", "origin", "main")
    (clone / "heads").write_bytes(git(clone, "ls-remote", "--heads", "--tags", "origin"))
    project = open_project(clone)
    store_of(project).objects.put(f"videos/11/{LOOSE}", [b"x"], ObjectFacts(LOOSE, 1, "video/mp4"))
    return project


def gc(project: ProjectContext, *arguments: str) -> int:
    heads = str(project.root / "heads")
    return run(["-C", str(project.root), "archive", "gc", *(heads if one == "HEADS" else one for one in arguments)])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--delete", "--heads", "HEADS", "--min-age", "0"),
        ("--delete", "--min-age", "0"),
        ("--delete", "--dry-run"),
        ("--heads", "HEADS"),
    ],
)
def test_nothing_is_deleted_from_the_store_unless_it_is_named(
    shared: ProjectContext, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert gc(shared, *arguments) == 64
    assert f"`{arguments[0]}` is about the store, and needs `--store`" in capsys.readouterr().err
    assert store_of(shared).has(LOOSE)


def test_what_is_about_the_store_is_refused_where_there_is_none(shared: ProjectContext) -> None:
    (shared.root / "ltxspec.toml").write_text('[project]\nid = "mine"\n')
    assert gc(shared, "--delete") == 64
    assert gc(shared) == 0


def test_the_store_is_pruned_where_it_is_named(shared: ProjectContext) -> None:
    assert gc(shared, "--store", "--min-age", "0") == 0
    assert store_of(shared).has(LOOSE)
    assert gc(shared, "--store", "--delete", "--heads", "HEADS", "--min-age", "0") == 0
    assert not store_of(shared).has(LOOSE)
