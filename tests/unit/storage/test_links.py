"""The readable tree: true, and made of nothing but our own links."""

import contextlib
import errno
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import StorageError
from ltxspec.lock.models import Output
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.links import file_name

MP4 = b"\0\0\0\x20ftypisom" + b"a video" * 100
MOV = b"\0\0\0\x20ftypqt  " + b"a video" * 100
WEBM = b"\x1a\x45\xdf\xa3" + b"a video" * 100
UUID = "20417af1-9d69-414b-ad89-424ddea60442"


def check(_: Path) -> None:
    """Everything is a video."""


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive", tmp_path / "renders", check)


def archived(archive: FolderArchive, content: bytes) -> None:
    archive.begin(UUID).write(content)
    archive.finish(UUID)


def output(content: bytes) -> Output:
    return Output(video_uuid=UUID, video_url=None, sha256=hashlib.sha256(content).hexdigest())


def tree(tmp_path: Path, spec: str = "night") -> dict[str, bytes | None]:
    """The readable tree of a spec: name -> content behind the link."""
    folder = tmp_path / "renders" / spec
    return {entry.name: entry.read_bytes() if entry.exists() else None for entry in sorted(folder.glob("*"))}


def test_the_readable_tree_points_at_the_current_video(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    archive.link("night", "weather[rain,dusk]", [output(MP4)])
    link = tmp_path / "renders" / "night" / "weather[rain,dusk].mp4"
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert tree(tmp_path) == {"weather[rain,dusk].mp4": MP4}


def test_the_tree_can_be_moved_together_with_the_archive(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "p" / "archive", tmp_path / "p" / "renders", check)
    archived(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    (tmp_path / "p").rename(tmp_path / "q")
    assert (tmp_path / "q" / "renders" / "night" / "alley.mp4").read_bytes() == MP4


def test_several_videos_are_numbered_and_stale_links_go(tmp_path: Path, archive: FolderArchive) -> None:
    for content in (MP4, MOV, WEBM):
        archived(archive, content)
    archive.link("night", "alley-1", [output(WEBM)])
    archive.link("night", "alley", [output(MP4)])
    archive.link("night", "alley", [output(MP4), output(MOV)])
    assert tree(tmp_path) == {"alley-1.webm": WEBM, "alley.1.mp4": MP4, "alley.2.mov": MOV}
    archive.link("night", "alley", [output(WEBM)])
    assert tree(tmp_path) == {"alley-1.webm": WEBM, "alley.webm": WEBM}
    archive.link("night", "alley", [])
    assert tree(tmp_path) == {"alley-1.webm": WEBM}


def test_a_video_that_is_not_archived_has_no_link(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    archive.link("night", "alley", [output(MOV)])
    assert tree(tmp_path) == {}
    archive.link("night", "alley", [Output(video_uuid=UUID, video_url=None), output(MP4)])
    assert tree(tmp_path) == {"alley.2.mp4": MP4}


def test_linking_again_touches_nothing(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    link = tmp_path / "renders" / "night" / "alley.mp4"
    before = link.lstat()
    archive.link("night", "alley", [output(MP4)])
    assert (link.lstat().st_ino, link.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("hard_links", [True, False])
def test_without_symbolic_links_there_is_a_hard_link_or_a_copy(
    tmp_path: Path, archive: FolderArchive, monkeypatch: pytest.MonkeyPatch, *, hard_links: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "symlink", refuse)
    if not hard_links:
        monkeypatch.setattr(os, "link", refuse)
    archived(archive, MP4)
    for _ in range(2):
        archive.link("night", "alley", [output(MP4)])
        assert tree(tmp_path) == {"alley.mp4": MP4}
    link = tmp_path / "renders" / "night" / "alley.mp4"
    home = archive.path_of(hashlib.sha256(MP4).hexdigest())
    assert home is not None
    assert link.samefile(home) is hard_links


def test_a_tree_that_cannot_be_written_is_an_error(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    (tmp_path / "renders").touch()
    with pytest.raises(StorageError, match="cannot write"):
        archive.link("night", "alley", [output(MP4)])


@pytest.mark.parametrize("name", ["alley", "weather[rain,dusk]", "product[A 1]", "straße", "a.b", "x" * 180])
def test_ordinary_keys_are_their_own_file_names(name: str) -> None:
    assert file_name(name) == name


@given(st.text(min_size=1))
def test_every_key_has_a_file_name_that_any_file_system_takes(name: str) -> None:
    safe = file_name(name)
    assert safe not in (".", "..")
    assert not safe.startswith(".")
    assert not set(safe) & set('/\\:*?"<>|\0\n')
    assert len(safe.encode()) <= 200


@given(st.sets(st.text("ab/\\_.~ ", min_size=1, max_size=4), min_size=2))
def test_two_keys_never_share_a_file_name(names: set[str]) -> None:
    assert len({file_name(name) for name in names}) == len(names)


@pytest.mark.parametrize("order", [("Alley", "alley"), ("alley", "Alley")])
@pytest.mark.parametrize("at_once", [True, False])
def test_shots_that_differ_only_in_capitals_never_share_a_link_on_any_file_system(
    tmp_path: Path, archive: FolderArchive, order: tuple[str, str], *, at_once: bool
) -> None:
    archived(archive, MP4)
    archived(archive, MOV)
    current = {order[0]: [output(MP4)], order[1]: [output(MOV)]}
    for _ in range(2):
        for part in [current] if at_once else [{key: current[key]} for key in order]:
            archive.link_all("night", part)
        assert sorted(map(str.lower, tree(tmp_path))) == sorted({name.lower() for name in tree(tmp_path)})
        assert sorted(tree(tmp_path).values(), key=str) == sorted([MP4, MOV], key=str)
    archive.link("night", order[1], [])
    assert tree(tmp_path) == {f"{order[0]}.mp4": MP4}


def test_a_whole_spec_is_put_right_at_once(tmp_path: Path, archive: FolderArchive) -> None:
    for content in (MP4, MOV):
        archived(archive, content)
    archive.link_all("night", {"alley": [output(MOV)], "tower": [output(MP4)], "gone": [output(MP4)]})
    archive.link_all("night", {"alley": [output(MP4)], "tower": [output(MP4), output(MOV)], "gone": []})
    assert tree(tmp_path) == {"alley.mp4": MP4, "tower.1.mp4": MP4, "tower.2.mov": MOV}


@pytest.mark.parametrize("name", ["alley.mp4", "alley.mov", "alley.1.mp4", "alley.7.webm"])
def test_a_file_of_a_user_beside_the_links_stays(tmp_path: Path, archive: FolderArchive, name: str) -> None:
    archived(archive, MP4)
    (tmp_path / "renders" / "night").mkdir(parents=True)
    mine = tmp_path / "renders" / "night" / name
    mine.write_bytes(b"my own cut")
    with contextlib.suppress(StorageError):
        archive.link("night", "alley", [output(MP4)])
    archive.link("night", "alley", [])
    assert tree(tmp_path) == {name: b"my own cut"}


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_what_a_user_put_in_the_way_of_a_link_stays_and_hides_no_other_link(
    tmp_path: Path, archive: FolderArchive, kind: str
) -> None:
    archived(archive, MP4)
    (tmp_path / "renders" / "night").mkdir(parents=True)
    (tmp_path / "other.mp4").write_bytes(b"my own cut")
    mine = tmp_path / "renders" / "night" / "alley.mp4"
    if kind == "file":
        mine.write_bytes(b"my own cut")
    elif kind == "folder":
        mine.mkdir()
    else:
        mine.symlink_to("../../other.mp4" if kind == "link" else "nowhere")
    before = (mine.lstat().st_ino, mine.lstat().st_mode)
    with pytest.raises(StorageError, match="was not created by ltxspec"):
        archive.link_all("night", {"alley": [output(MP4)], "tower": [output(MP4)]})
    assert (mine.lstat().st_ino, mine.lstat().st_mode) == before
    assert (tmp_path / "other.mp4").read_bytes() == b"my own cut"
    assert (tmp_path / "renders" / "night" / "tower.mp4").read_bytes() == MP4


def test_links_of_an_archive_that_was_moved_elsewhere_are_still_ours(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    (tmp_path / "archive").rename(tmp_path / "elsewhere")
    moved = FolderArchive(tmp_path / "elsewhere", tmp_path / "renders", check)
    moved.link("night", "alley", [output(MP4)])
    assert tree(tmp_path) == {"alley.mp4": MP4}


@pytest.mark.parametrize("place", ["renders", "renders/night"])
def test_nothing_outside_of_the_project_is_touched_through_a_link(tmp_path: Path, place: str) -> None:
    outside, project = tmp_path / "outside", tmp_path / "project"
    for folder in (outside / "night", project):
        folder.mkdir(parents=True)
    for file in (outside / "alley.mp4", outside / "night" / "alley.mp4"):
        file.symlink_to(f"archive/ab/ab{'0' * 62}.mp4")
    archive = FolderArchive(project / "archive", project / "renders", check)
    archived(archive, MP4)
    (project / place).parent.mkdir(exist_ok=True)
    (project / place).symlink_to(outside)
    before = sorted(path.relative_to(outside) for path in outside.rglob("*"))
    for outputs in ([output(MP4)], [output(MOV)], []):
        with pytest.raises(StorageError, match="leads out of the project"):
            archive.link("night", "alley", outputs)
    with pytest.raises(StorageError, match=f"`{place}` leads out of the project"):
        archive.refuse_outside(["night"])
    assert sorted(path.relative_to(outside) for path in outside.rglob("*")) == before


def test_a_link_that_stays_inside_of_the_project_is_followed(tmp_path: Path, archive: FolderArchive) -> None:
    archived(archive, MP4)
    (tmp_path / "media").mkdir()
    (tmp_path / "renders").symlink_to("media")
    archive.refuse_outside(["night"])
    archive.link("night", "alley", [output(MP4)])
    assert (tmp_path / "media" / "night" / "alley.mp4").read_bytes() == MP4


def test_keys_too_long_for_a_file_system_stay_apart() -> None:
    long = "product[" + "ß" * 300
    assert file_name(long + "1]") != file_name(long + "2]")
