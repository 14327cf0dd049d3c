"""Videos of a timeline in a folder: copies and links, and what is never overwritten."""

import os
from pathlib import Path

import pytest
from unit.project.filmed_projects import archived, project_of, record_takes, video

from ltxspec.errors import MediaError, StorageError
from ltxspec.project.project import ProjectContext
from ltxspec.project.timelines import media as timeline_media
from ltxspec.project.timelines.layout import TimelineOptions, make_timeline
from ltxspec.project.timelines.media import MediaFolder, beside, gather, save_timeline
from ltxspec.report.timeline.models import Timeline

SHOTS = """\
defaults: {fps: 25}
shots:
  alley: {matrix: {n: ["a b", "a-b"]}, prompt: One.}
  door: {prompt: Two.}
"""


@pytest.fixture
def film(tmp_path: Path) -> tuple[ProjectContext, Timeline]:
    root = tmp_path / "project"
    root.mkdir()
    project = project_of(root, day=SHOTS, night=SHOTS)
    outputs = [archived(project, video(tmp_path, prompt=name)) for name in "abcd"]
    addresses = ("day.alley[a b]", "day.alley[a-b]", "night.alley[a b]", "night.alley[a-b]")
    takes = {address: {"outputs": (output,)} for address, output in zip(addresses, outputs, strict=True)}
    record_takes(project, takes)
    return project, make_timeline(project, TimelineOptions())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_copies_are_real_files_with_names_that_no_file_system_confuses(
    film: tuple[ProjectContext, Timeline], tmp_path: Path
) -> None:
    project, timeline = film
    found = gather(project, timeline, MediaFolder(tmp_path / "media"))
    files = contents(tmp_path / "media")
    assert len({name.casefold() for name in files}) == 4
    assert len(set(files.values())) == 4
    assert not [path for path in (tmp_path / "media").iterdir() if path.is_symlink()]
    for before, cut in zip(timeline.cuts, found.cuts, strict=True):
        if before.take is not None and cut.take is not None:
            assert Path(str(cut.take.place)).read_bytes() == Path(str(before.take.place)).read_bytes()
            assert os.access(str(cut.take.place), os.W_OK)
    inode = {path.name: path.stat().st_ino for path in (tmp_path / "media").iterdir()}
    gather(project, timeline, MediaFolder(tmp_path / "media"))
    assert {path.name: path.stat().st_ino for path in (tmp_path / "media").iterdir()} == inode


def test_links_lead_to_the_archive_and_give_way_to_copies_but_not_the_other_way(
    film: tuple[ProjectContext, Timeline], tmp_path: Path
) -> None:
    project, timeline = film
    media = tmp_path / "media"
    for _ in range(2):
        gather(project, timeline, MediaFolder(media, link=True))
        assert all(path.is_symlink() and "archive" in str(path.resolve()) for path in media.iterdir())
    linked = contents(media)
    for link in (False, True):
        gather(project, timeline, MediaFolder(media, link=link))
        assert not [path for path in media.iterdir() if path.is_symlink()]
    assert contents(media) == linked


def test_another_file_of_that_name_stops_everything_before_anything_is_written(
    film: tuple[ProjectContext, Timeline], tmp_path: Path
) -> None:
    project, timeline = film
    taken = [cut.take.file for cut in timeline.cuts if cut.take is not None][-1]
    for link in (False, True):
        media = tmp_path / f"media{link}"
        media.mkdir()
        (media / taken).write_bytes(b"mine")
        with pytest.raises(StorageError, match="is another file and was left unchanged"):
            gather(project, timeline, MediaFolder(media, link=link))
        assert contents(media) == {taken: b"mine"}
        (media / taken).unlink()
        (media / taken).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(StorageError):
            gather(project, timeline, MediaFolder(media, link=link))


def test_a_link_of_the_repository_leads_nowhere(film: tuple[ProjectContext, Timeline], tmp_path: Path) -> None:
    project, timeline = film
    (tmp_path / "home").mkdir()
    (project.root / "media").symlink_to(tmp_path / "home")
    with pytest.raises(StorageError, match="leads out of the project"):
        gather(project, timeline, MediaFolder(project.root / "media"))
    assert contents(tmp_path / "home") == {}


def test_a_video_that_changes_while_it_is_copied_leaves_nothing(
    film: tuple[ProjectContext, Timeline], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, timeline = film
    refuse = timeline_media._refuse_other

    def refuse_and_change(one: timeline_media._Video) -> None:
        refuse(one)
        one.source.chmod(0o644)
        one.source.write_bytes(b"changed")

    monkeypatch.setattr(timeline_media, "_refuse_other", refuse_and_change)
    with pytest.raises(MediaError, match="has changed since it was archived"):
        gather(project, timeline, MediaFolder(tmp_path / "media"))
    assert contents(tmp_path / "media") == {}


def test_what_lies_below_the_timeline_is_named_from_there(
    film: tuple[ProjectContext, Timeline], tmp_path: Path
) -> None:
    project, timeline = film
    found = gather(project, timeline, MediaFolder(tmp_path / "cut" / "media"))
    near, far = beside(found, tmp_path / "cut"), beside(found, tmp_path / "other")
    (here, there) = ([cut.take.place for cut in each.cuts if cut.take is not None] for each in (near, far))
    assert [str(place).startswith("media/day_") for place in here] == [True, True, False, False]
    assert all(Path(str(place)).is_absolute() for place in there)
    save_timeline(tmp_path / "cut" / "film.edl", "TITLE: film", begins="TITLE: ")
    assert (tmp_path / "cut" / "film.edl").read_text() == "TITLE: film"
