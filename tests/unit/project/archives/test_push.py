from pathlib import Path

import pytest
from unit.project.projects import path_of
from unit.project.stored_projects import file_of, lose, sha_of, store_of, stored_project

from ltxspec.errors import Refused, StorageError
from ltxspec.project.archives.push import Pushed, push_videos
from ltxspec.project.archives.verify import verify_store
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import send, sent_list
from ltxspec.storage.store.port import ObjectFacts


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> ProjectContext:
    return stored_project(tmp_path_factory, tmp_path)


def push(opened: ProjectContext, *, dry_run: bool = False) -> tuple[Pushed, list[str]]:
    said: list[str] = []
    return push_videos(opened, said.append, dry_run=dry_run), said


def test_a_video_is_sent_once_and_noted(opened: ProjectContext) -> None:
    place = file_of(opened)
    assert place is not None
    size = place.stat().st_size
    would, said = push(opened, dry_run=True)
    assert (would, store_of(opened).listed()) == (Pushed(sent=1, bytes=size), {})
    assert said[0].startswith("night.alley: would be sent (")
    done, said = push(opened)
    assert done == Pushed(sent=1, bytes=size)
    assert said[0].startswith("[1/1] night.alley: sent (")
    assert push(opened) == (Pushed(present=1), [])
    assert sent_list(opened, store_of(opened)).read() == {sha_of(opened)}


def test_what_another_machine_sent_is_noted_too(opened: ProjectContext) -> None:
    place = file_of(opened)
    assert place is not None
    store_of(opened).put(sha_of(opened), place)
    assert push(opened) == (Pushed(present=1), [])
    assert sent_list(opened, store_of(opened)).read() == {sha_of(opened)}


def test_videos_that_were_copied_into_a_new_store_are_taken_over_without_sending_any(opened: ProjectContext) -> None:
    place, store = file_of(opened), store_of(opened)
    assert place is not None
    store.put(sha_of(opened), place)
    assert verify_store(opened).sound == 1
    with pytest.raises(StorageError, match="is empty") as empty:
        store.refuse_other_project(used=True)
    assert "`ltxspec archive push` fills it" in (empty.value.hint or "")
    assert push(opened) == (Pushed(present=1), [])
    store.refuse_other_project(used=True)


def test_what_is_nowhere_is_counted(opened: ProjectContext) -> None:
    lose(opened)
    assert push(opened) == (Pushed(absent=1), [])


def test_a_video_that_changed_is_not_sent_and_said(opened: ProjectContext) -> None:
    place = file_of(opened)
    assert place is not None
    place.chmod(0o644)
    place.write_bytes(place.read_bytes() + b"x")
    done, said = push(opened)
    assert (done.failed, done.sent, store_of(opened).listed()) == (1, 0, {})
    assert "has changed since it was archived" in said[0]


def test_an_object_of_another_size_is_replaced(opened: ProjectContext) -> None:
    sha256, store = sha_of(opened), store_of(opened)
    store.objects.put(f"sandbox/videos/{sha256[:2]}/{sha256}", [b"x"], ObjectFacts(sha256, 1, "video/mp4"))
    done, said = push(opened)
    assert done.sent == 1
    assert "again: the one in the store was damaged" in said[0]
    assert store.problem_with(sha256, None, deep=True) is None


def test_a_damaged_lockfile_is_said_and_hides_no_other(opened: ProjectContext) -> None:
    path_of(opened, "day").write_text("{")
    done, said = push(opened)
    assert (done.sent, done.unread) == (1, 1)
    assert said[0].startswith("error[lockfile]: ")


def test_the_store_of_another_project_gets_nothing(opened: ProjectContext) -> None:
    store = store_of(opened)
    store.objects.put("ltxspec.json", [b'{"project": "x"}'], ObjectFacts("", 16, "application/json"))
    with pytest.raises(Refused, match="belongs to the project `x`"):
        push(opened)
    assert store.listed() == {}


def test_one_video_can_be_sent_by_itself(opened: ProjectContext) -> None:
    place, store = file_of(opened), store_of(opened)
    assert place is not None
    send(opened, store, sha_of(opened), place)
    send(opened, store, sha_of(opened), place)
    assert store.listed().keys() == sent_list(opened, store).read() == {sha_of(opened)}
