import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.watched import FolderWatch, with_parents


@pytest.fixture
def stop() -> Event:
    return Event()


@pytest.fixture
def watch(stop: Event) -> Iterator[FolderWatch]:
    with FolderWatch(stop) as watch:
        yield watch


def anything(_: str) -> bool:
    return True


def test_a_file_that_is_replaced_by_renaming_is_a_change(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("1")
    assert watch.cover([str(tmp_path)])
    (tmp_path / ".a.swp").write_text("2")
    (tmp_path / ".a.swp").replace(tmp_path / "a.yaml")
    assert watch.wait(lambda path: path.endswith(".yaml")) == {str(tmp_path / "a.yaml")}


def test_many_changes_at_once_are_one_group(watch: FolderWatch, tmp_path: Path) -> None:
    watch.cover([str(tmp_path)])
    for number in range(200):
        (tmp_path / str(number)).write_text("")
    assert len(watch.wait(anything)) == 200


def test_only_the_same_folders_need_no_other_watch(watch: FolderWatch, tmp_path: Path) -> None:
    inner = tmp_path / "specs"
    inner.mkdir()
    assert watch.cover([str(tmp_path), str(inner), str(tmp_path / "missing")])
    assert not watch.cover([str(inner), str(tmp_path)])
    shutil.rmtree(inner)
    inner.mkdir()  # another folder of that name, as a checkout makes it
    assert watch.cover([str(tmp_path), str(inner)])
    (inner / "a.yaml").write_text("")
    assert watch.wait(lambda path: path.endswith("yaml")) == {str(inner / "a.yaml")}


def test_waiting_ends_when_it_is_stopped(watch: FolderWatch, stop: Event, tmp_path: Path) -> None:
    watch.cover([str(tmp_path)])
    found: list[set[str]] = []
    waiting = Thread(target=lambda: found.append(watch.wait(anything)))
    waiting.start()
    stop.set()
    waiting.join(20)
    assert found == [set()]


def test_a_system_that_watches_no_more_says_how_to_raise_its_limit(
    watch: FolderWatch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*paths: str, **_: object) -> Iterator[set[tuple[int, str]]]:
        if paths:
            raise OSError(28, "OS file watch limit reached")
        yield set()

    monkeypatch.setattr("watchfiles.watch", refuse)
    with pytest.raises(StorageError, match="watch limit reached") as caught:
        watch.cover([str(tmp_path)])
    assert "max_user_watches" in str(caught.value.hint)


def test_the_parents_of_a_folder_are_watched_up_to_the_root() -> None:
    found = with_parents(["/a/b/c/d", "/a/b/x", "/elsewhere/y"], Path("/a/b"))
    assert found == {"/a/b", "/a/b/c", "/a/b/c/d", "/a/b/x", "/elsewhere/y"}
