import subprocess
from pathlib import Path

import pytest
from builders import journal, own_intent
from replacing import replace

from ltxspec.errors import LockfileError, StorageError
from ltxspec.lock.journal import Intent, OpenTask
from ltxspec.lock.journal_codec import encode_event
from ltxspec.storage.provenance import refuse_stranger
from ltxspec.storage.state import SpecPaths, spec_paths

PROJECT = "campaign"


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


def journalled(root: Path, intent: Intent | None = None) -> tuple[SpecPaths, Intent]:
    """A journal on disk that holds one open task."""
    paths = spec_paths(root, "lockfiles", "runware", "night")
    intent = intent or own_intent(provider="runware", project=PROJECT)
    paths.journal.parent.mkdir(parents=True)
    paths.journal.write_bytes(encode_event(intent))
    return paths, intent


def test_a_journal_of_this_project_is_believed_in_a_repository_and_outside_of_one(tmp_path: Path) -> None:
    paths, intent = journalled(tmp_path)
    refuse_stranger(paths, journal(OpenTask(intent)), tmp_path, PROJECT)
    git(tmp_path, "init", "--quiet")
    refuse_stranger(paths, journal(OpenTask(intent)), tmp_path, PROJECT)


@pytest.mark.parametrize("folder", [".", "film"])
def test_a_journal_that_git_tracks_is_refused_with_a_way_to_go_on(tmp_path: Path, folder: str) -> None:
    git(tmp_path, "init", "--quiet")
    root = tmp_path / folder
    paths, intent = journalled(root)
    git(tmp_path, "add", "--force", str(paths.journal))
    with pytest.raises(LockfileError, match="is tracked by git") as caught:
        refuse_stranger(paths, journal(OpenTask(intent)), root, PROJECT)
    assert "git rm -r --cached .ltxspec" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "strange",
    [
        {"project": "another"},
        {"provider": "sandbox"},
        {"spec": "day"},
    ],
)
def test_a_journal_of_another_project_provider_or_spec_is_refused(tmp_path: Path, strange: dict[str, str]) -> None:
    named = {"project": PROJECT, "provider": "runware", **strange}
    paths, intent = journalled(tmp_path, own_intent(**named))
    with pytest.raises(LockfileError, match="is not this project's") as caught:
        refuse_stranger(paths, journal(OpenTask(intent)), tmp_path, PROJECT)
    assert "ltxspec collect" in (caught.value.hint or "")


@pytest.mark.parametrize("change", [{"retake": 2}, {"attempt": 2}, {"instance": "lane"}, {"instance": "a\0b"}])
def test_a_task_that_its_own_description_does_not_name_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    paths, intent = journalled(tmp_path)
    with pytest.raises(LockfileError, match="is not this project's"):
        refuse_stranger(paths, journal(OpenTask(replace(intent, **change))), tmp_path, PROJECT)


def test_a_journal_with_nothing_open_says_nothing_and_is_asked_nothing(tmp_path: Path) -> None:
    paths, _ = journalled(tmp_path)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--force", str(paths.journal))
    refuse_stranger(paths, journal(), tmp_path, PROJECT)


def test_where_git_cannot_tell_a_journal_is_not_believed(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    paths, intent = journalled(tmp_path)
    (tmp_path / ".git" / "index").write_text("no index")
    with pytest.raises(StorageError, match="cannot tell whether it tracks"):
        refuse_stranger(paths, journal(OpenTask(intent)), tmp_path, PROJECT)


def test_where_what_is_called_dot_git_is_none_nothing_is_tracked(tmp_path: Path) -> None:
    paths, intent = journalled(tmp_path)
    (tmp_path / ".git").mkdir()
    refuse_stranger(paths, journal(OpenTask(intent)), tmp_path, PROJECT)
