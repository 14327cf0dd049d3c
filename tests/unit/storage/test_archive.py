"""The archive: whole videos by content hash, partial downloads that survive, a readable tree that is true."""

import errno
import hashlib
import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from disk_faults import Crash, Disk, every_fault
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.apply.ports import Archive, Archived
from ltxspec.errors import MediaError, StorageError
from ltxspec.lock.models import Output
from ltxspec.storage.archive import FolderArchive, file_name
from ltxspec.storage.durable import FileOps

MP4 = b"\0\0\0\x20ftypisom" + b"a video" * 100
MOV = b"\0\0\0\x20ftypqt  " + b"a video" * 100
WEBM = b"\x1a\x45\xdf\xa3" + b"a video" * 100
UUID = "20417af1-9d69-414b-ad89-424ddea60442"
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def check(path: Path) -> None:
    if not path.is_file() or b"a video" not in path.read_bytes():
        raise MediaError("it is no video")


@pytest.fixture
def archive(tmp_path: Path) -> FolderArchive:
    return FolderArchive(tmp_path / "archive", tmp_path / "renders", check)


def brought_home(archive: FolderArchive, content: bytes, name: str = UUID) -> Archived:
    archive.begin(name).write(content)
    return archive.finish(name)


def finished_on(ops: FileOps) -> None:
    """Bring a video home on some disk, only to see what that takes."""
    with TemporaryDirectory() as name:
        archive = FolderArchive(Path(name) / "archive", Path(name) / "renders", check)
        archive.begin(UUID).write(MP4)
        FolderArchive(Path(name) / "archive", Path(name) / "renders", check, ops).finish(UUID)


def output(content: bytes) -> Output:
    return Output(UUID, None, sha256=hashlib.sha256(content).hexdigest())


def tree(tmp_path: Path, spec: str = "night") -> dict[str, bytes | None]:
    """The readable tree of a spec: name -> content behind the link."""
    folder = tmp_path / "renders" / spec
    return {entry.name: entry.read_bytes() if entry.exists() else None for entry in sorted(folder.glob("*"))}


def test_it_is_the_archive_that_apply_asks_for(archive: FolderArchive) -> None:
    port: Archive = archive
    assert not port.has("0" * 64)


@pytest.mark.parametrize(("content", "suffix"), [(MP4, ".mp4"), (MOV, ".mov"), (WEBM, ".webm"), (b"a video", ".mp4")])
def test_a_video_is_kept_under_its_hash_with_its_containers_suffix(
    tmp_path: Path, archive: FolderArchive, content: bytes, suffix: str
) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    assert brought_home(archive, content) == Archived(sha256, len(content))
    home = tmp_path / "archive" / sha256[:2] / f"{sha256}{suffix}"
    assert archive.path_of(sha256) == home
    assert archive.has(sha256)
    assert archive.problem_with(sha256) is None
    assert archive.contents() == {sha256: home}
    assert home.read_bytes() == content
    assert stat.S_IMODE(home.stat().st_mode) == 0o444
    assert list((tmp_path / "archive" / "partial").iterdir()) == []


def test_what_came_home_is_recalled_by_its_name_until_somebody_has_written_it_down(archive: FolderArchive) -> None:
    assert archive.recall(UUID) is None
    home = brought_home(archive, MP4)
    assert archive.recall(UUID) == home
    archive.forget([UUID, "another"])
    assert archive.recall(UUID) is None


def test_nothing_is_recalled_that_is_not_home_any_more(archive: FolderArchive) -> None:
    archive.remove(brought_home(archive, MP4).sha256)
    assert archive.recall(UUID) is None


def test_a_crash_while_a_video_comes_home_leaves_it_in_the_partial_file_or_recalled(tmp_path: Path) -> None:
    for call, after in every_fault(finished_on):
        root = tmp_path / f"{call}-{after}"
        archive = FolderArchive(root / "archive", root / "renders", check)
        archive.begin(UUID).write(MP4)
        disk = Disk(call, Crash(), after=after)
        with pytest.raises(Crash):
            FolderArchive(root / "archive", root / "renders", check, disk.ops()).finish(UUID)
        assert (archive.recall(UUID) or archive.salvage(UUID)) == Archived(hashlib.sha256(MP4).hexdigest(), len(MP4))


def test_a_whole_partial_file_is_salvaged_and_half_a_one_is_left_as_it_is(archive: FolderArchive) -> None:
    assert archive.salvage(UUID) is None
    archive.begin(UUID).write(b"half of ")
    assert archive.salvage(UUID) is None
    assert archive.begin(UUID).size == 8
    archive.begin(UUID).write(b"a video")
    home = archive.salvage(UUID)
    assert home is not None
    assert archive.has(home.sha256)


def test_a_download_goes_on_where_a_crash_left_it(archive: FolderArchive) -> None:
    archive.begin(UUID).write(MP4[:100])
    sink = archive.begin(UUID)
    assert sink.size == 100
    sink.write(MP4[100:])
    assert archive.finish(UUID) == Archived(hashlib.sha256(MP4).hexdigest(), len(MP4))


def test_a_download_can_be_begun_anew(archive: FolderArchive) -> None:
    sink = archive.begin(UUID)
    sink.write(b"something else")
    sink.restart()
    assert sink.size == 0
    sink.write(MP4)
    assert sink.size == len(MP4)
    assert archive.finish(UUID).bytes == len(MP4)


def test_what_is_no_video_is_kept_aside_and_the_next_download_starts_afresh(
    tmp_path: Path, archive: FolderArchive
) -> None:
    archive.begin(UUID).write(b"<html>")
    with pytest.raises(MediaError):
        archive.finish(UUID)
    assert (tmp_path / "archive" / "partial" / f"{UUID}.rejected").read_bytes() == b"<html>"
    assert archive.begin(UUID).size == 0
    assert archive.contents() == {}


def test_finishing_what_was_never_begun_is_an_error(archive: FolderArchive) -> None:
    with pytest.raises(StorageError, match="nothing was downloaded"):
        archive.finish(UUID)


def test_the_same_video_twice_is_kept_once(archive: FolderArchive) -> None:
    first = brought_home(archive, MP4)
    assert brought_home(archive, MP4, "another name") == first
    assert len(archive.contents()) == 1


def test_a_damaged_copy_is_noticed_and_mended_by_bringing_the_video_home_again(archive: FolderArchive) -> None:
    sha256 = brought_home(archive, MP4).sha256
    home = archive.path_of(sha256)
    assert home is not None
    home.chmod(0o644)
    home.write_bytes(MP4[:-1] + b"!")
    assert archive.problem_with(sha256) == f"`{home}` has changed since it was archived"
    brought_home(archive, MP4)
    assert archive.problem_with(sha256) is None


def test_what_is_not_home_is_said_so(archive: FolderArchive) -> None:
    assert archive.problem_with("a" * 64) == "video aaaaaaaaaaaa… is not in the archive"


@pytest.mark.parametrize("name", ["../../escape", "a/b", "", ".", "..", "\0", "\ud800", "ä", "x" * 500, ".hidden"])
def test_a_name_from_the_provider_never_leaves_the_folder(tmp_path: Path, archive: FolderArchive, name: str) -> None:
    archive.begin(name).write(MP4)
    (partial,) = (tmp_path / "archive" / "partial").iterdir()
    assert partial.read_bytes() == MP4
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["archive"]
    assert archive.finish(name).bytes == len(MP4)


@pytest.mark.parametrize("sha256", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "*" * 64])
def test_what_is_no_hash_is_not_home(archive: FolderArchive, sha256: str) -> None:
    brought_home(archive, MP4)
    assert not archive.has(sha256)
    archive.remove(sha256)
    assert len(archive.contents()) == 1


def test_a_video_can_be_removed(archive: FolderArchive) -> None:
    sha256 = brought_home(archive, MP4).sha256
    archive.remove(sha256)
    archive.remove(sha256)
    assert not archive.has(sha256)


def test_a_full_disk_while_downloading_keeps_what_came_for_later(tmp_path: Path, archive: FolderArchive) -> None:
    archive.begin(UUID).write(MP4[:100])
    full = FolderArchive(tmp_path / "archive", tmp_path / "renders", check, Disk(1, FULL, only=("write",)).ops())
    with pytest.raises(StorageError, match="No space left"):
        full.begin(UUID).write(MP4[100:])
    sink = archive.begin(UUID)
    assert sink.size == 100
    sink.write(MP4[100:])
    assert archive.finish(UUID).sha256 == hashlib.sha256(MP4).hexdigest()


def test_a_fault_at_any_call_of_archiving_never_leaves_part_of_a_video_under_a_hash(tmp_path: Path) -> None:
    def finish(folder: Path, ops: FileOps) -> None:
        sound = FolderArchive(folder, tmp_path / "renders", check)
        sound.begin(UUID).write(MP4)
        FolderArchive(folder, tmp_path / "renders", check, ops).finish(UUID)

    sha256 = hashlib.sha256(MP4).hexdigest()
    for call, after in every_fault(lambda ops: finish(tmp_path / "count", ops)):
        for error, seen in ((FULL, StorageError), (Crash(), Crash)):
            folder = tmp_path / f"{call}-{after}-{seen.__name__}"
            with pytest.raises(seen):
                finish(folder, Disk(call, error, after=after).ops())
            archive = FolderArchive(folder, tmp_path / "renders", check)
            assert archive.problem_with(sha256) is None or archive.begin(UUID).size == len(MP4)
            if not archive.has(sha256):
                assert archive.finish(UUID).sha256 == sha256


def test_the_readable_tree_points_at_the_current_video(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
    archive.link("night", "weather[rain,dusk]", [output(MP4)])
    link = tmp_path / "renders" / "night" / "weather[rain,dusk].mp4"
    assert link.is_symlink()
    assert not link.readlink().is_absolute()
    assert tree(tmp_path) == {"weather[rain,dusk].mp4": MP4}


def test_the_tree_can_be_moved_together_with_the_archive(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "p" / "archive", tmp_path / "p" / "renders", check)
    brought_home(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    (tmp_path / "p").rename(tmp_path / "q")
    assert (tmp_path / "q" / "renders" / "night" / "alley.mp4").read_bytes() == MP4


def test_several_videos_are_numbered_and_stale_links_go(tmp_path: Path, archive: FolderArchive) -> None:
    for content in (MP4, MOV, WEBM):
        brought_home(archive, content)
    archive.link("night", "alley-1", [output(WEBM)])
    archive.link("night", "alley", [output(MP4)])
    archive.link("night", "alley", [output(MP4), output(MOV)])
    assert tree(tmp_path) == {"alley-1.webm": WEBM, "alley.1.mp4": MP4, "alley.2.mov": MOV}
    archive.link("night", "alley", [output(WEBM)])
    assert tree(tmp_path) == {"alley-1.webm": WEBM, "alley.webm": WEBM}
    archive.link("night", "alley", [])
    assert tree(tmp_path) == {"alley-1.webm": WEBM}


def test_a_video_that_is_not_home_has_no_link(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    archive.link("night", "alley", [output(MOV)])
    assert tree(tmp_path) == {}
    archive.link("night", "alley", [Output(UUID, None), output(MP4)])
    assert tree(tmp_path) == {"alley.2.mp4": MP4}


def test_linking_again_touches_nothing(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    link = tmp_path / "renders" / "night" / "alley.mp4"
    before = link.lstat()
    archive.link("night", "alley", [output(MP4)])
    assert (link.lstat().st_ino, link.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("hard_links", [True, False])
def test_without_symbolic_links_there_is_a_hard_link_or_a_copy(
    tmp_path: Path, archive: FolderArchive, monkeypatch: pytest.MonkeyPatch, *, hard_links: bool
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(Path, "symlink_to", refuse)
    if not hard_links:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    brought_home(archive, MP4)
    for _ in range(2):
        archive.link("night", "alley", [output(MP4)])
        assert tree(tmp_path) == {"alley.mp4": MP4}
    link = tmp_path / "renders" / "night" / "alley.mp4"
    home = archive.path_of(hashlib.sha256(MP4).hexdigest())
    assert home is not None
    assert link.samefile(home) is hard_links


def test_a_tree_that_cannot_be_written_is_an_error(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
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


def test_keys_too_long_for_a_file_system_stay_apart() -> None:
    long = "product[" + "ß" * 300
    assert file_name(long + "1]") != file_name(long + "2]")
