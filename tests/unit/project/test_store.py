import shutil
from pathlib import Path

import pytest
from replacing import replace
from unit.project.projects import project
from unit.project.stored_projects import away, file_of, lose, output_of, sha_of, store_of, stored_project

from ltxspec.errors import MediaError, Refused
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.push import push_videos
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import (
    StoredVideos,
    bring,
    needed_store,
    note_stored,
    open_videos,
    sent_list,
    stored_links,
    unsent,
    video_finder,
)
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.storage.store.videos import DamagedVideo

UNKNOWN = "0" * 64


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, warnings: list[str]) -> ProjectContext:
    return stored_project(tmp_path_factory, tmp_path, warnings)


def damage(opened: ProjectContext, data: bytes) -> None:
    sha256, store = sha_of(opened), store_of(opened)
    key = f"sandbox/videos/{sha256[:2]}/{sha256}"
    store.objects.put(key, [data], ObjectFacts(sha256, len(data), "video/mp4"), replace=True)


def leftovers(opened: ProjectContext) -> list[str]:
    return [path.name for name in ("partial", "arrived") for path in (opened.local / "archive" / name).iterdir()]


def test_a_store_is_for_paid_videos_unless_the_sandbox_is_asked_for(opened: ProjectContext, tmp_path: Path) -> None:
    assert open_videos(opened) is not None
    paid = opened.on("runware")
    assert open_videos(paid) is not None
    only_paid = replace(opened, config=replace(opened.config, store=replace(opened.config.store, free=False)))
    assert open_videos(only_paid) is None
    with pytest.raises(Refused, match="sandbox's videos are not stored"):
        needed_store(only_paid)
    with pytest.raises(Refused, match="there is no store"):
        needed_store(project(tmp_path))


def test_a_folder_outside_the_project_is_reported_to_who_writes_to_it(
    opened: ProjectContext, warnings: list[str]
) -> None:
    needed_store(opened)
    assert warnings == []
    needed_store(opened, create=True)
    assert len(warnings) == 1
    assert "outside the project" in warnings[0]
    inside = replace(opened.config.store, url=(opened.root / "store").as_uri())
    needed_store(replace(opened, config=replace(opened.config, store=inside)), create=True)
    assert len(warnings) == 1


def test_a_video_that_this_machine_lacks_is_fetched_once_and_archived(opened: ProjectContext) -> None:
    push_videos(opened, lambda _: None)
    data = lose(opened)
    place = video_finder(opened)(sha_of(opened))
    assert place is not None
    assert place.read_bytes() == data
    assert leftovers(opened) == []
    assert bring(opened, open_archive(opened), store_of(opened), sha_of(opened)), "it is there already"


def test_what_a_killed_process_left_of_a_download_is_not_built_upon(opened: ProjectContext) -> None:
    push_videos(opened, lambda _: None)
    data, archive = lose(opened), open_archive(opened)
    archive.begin(f"store-{sha_of(opened)}").write(data[:100] + b"cut")
    assert bring(opened, archive, store_of(opened), sha_of(opened))
    place = file_of(opened)
    assert place is not None
    assert (place.read_bytes(), leftovers(opened)) == (data, [])


def test_what_is_nowhere_is_looked_for_once(opened: ProjectContext, warnings: list[str]) -> None:
    find = video_finder(opened)
    assert (find(UNKNOWN), find(UNKNOWN), warnings) == (None, None, [])


def test_damaged_bytes_are_never_adopted(opened: ProjectContext, warnings: list[str]) -> None:
    data = lose(opened)
    damage(opened, data[:-1] + b"x")
    with pytest.raises(DamagedVideo):
        bring(opened, open_archive(opened), store_of(opened), sha_of(opened))
    assert video_finder(opened)(sha_of(opened)) is None
    assert [line for line in warnings if "is damaged" in line]
    assert (file_of(opened), leftovers(opened)) == (None, [])


def test_a_store_that_fails_is_asked_once_by_a_page(
    opened: ProjectContext, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lose(opened)
    find = video_finder(away(opened, monkeypatch))
    assert [find(sha) for sha in (sha_of(opened), UNKNOWN, "1" * 64)] == [None, None, None]
    assert len(warnings) == 1, warnings


def test_takes_are_brought_from_the_store_and_the_rest_is_left_to_the_provider(opened: ProjectContext) -> None:
    push_videos(opened, lambda _: None)
    output, data = output_of(opened), lose(opened)
    said: list[str] = []
    videos = StoredVideos(opened, open_archive(opened), said.append)
    videos.bring([replace(output, sha256=None), replace(output, sha256=UNKNOWN), output])
    assert (videos.brought, said) == (1, [])
    lose(opened)
    damage(opened, data + b"x")
    videos.bring([output])
    assert (videos.brought, len(said)) == (1, 1)


def test_a_file_that_is_no_video_is_refused_although_its_hash_is_right(
    opened: ProjectContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    push_videos(opened, lambda _: None)
    lose(opened)
    archive = open_archive(opened)

    def refuse(_: Path) -> None:
        raise MediaError("it cannot be played")

    monkeypatch.setattr(archive, "_check", refuse)
    with pytest.raises(MediaError):
        bring(opened, archive, store_of(opened), sha_of(opened))
    assert file_of(opened) is None


def test_folders_have_no_links_and_a_store_that_is_away_causes_a_warning(
    opened: ProjectContext, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (stored_links(opened, [output_of(opened)]), warnings) == ({}, [])
    assert stored_links(away(opened, monkeypatch), [output_of(opened)]) == {}
    assert len(warnings) == 1


def test_unsent_is_what_is_archived_here_and_not_on_the_list(opened: ProjectContext) -> None:
    store, sha256 = store_of(opened), sha_of(opened)
    assert unsent(opened, store, [sha256, UNKNOWN, sha256]) == [sha256]
    sent_list(opened, store).add([sha256])
    assert unsent(opened, store, [sha256]) == []


def test_what_was_fetched_from_the_store_is_known_to_be_there(opened: ProjectContext) -> None:
    push_videos(opened, lambda _: None)
    shutil.rmtree(opened.local / "store")  # as in a fresh clone
    lose(opened)
    assert video_finder(opened)(sha_of(opened)) is not None
    assert unsent(opened, store_of(opened), [sha_of(opened)]) == []


def test_a_list_that_cannot_be_written_keeps_no_video_away(opened: ProjectContext, warnings: list[str]) -> None:
    push_videos(opened, lambda _: None)
    lose(opened)
    (noted,) = (opened.local / "store").glob("*.sent")
    noted.unlink()
    noted.mkdir()
    assert video_finder(opened)(sha_of(opened)) is not None
    assert [line for line in warnings if "could not be noted" in line]


def test_what_is_noted_already_is_not_noted_again(opened: ProjectContext) -> None:
    store = store_of(opened)
    note_stored(opened, store, [UNKNOWN])
    (noted,) = (opened.local / "store").glob("*.sent")
    size = noted.stat().st_size
    note_stored(opened, store, [UNKNOWN])
    assert noted.stat().st_size == size
