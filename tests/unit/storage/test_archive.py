"""The archive: whole videos by content hash, partial downloads that survive."""

import errno
import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from disk_faults import Crash, Disk, every_fault
from replacing import replace

from ltxspec.apply.ports import Archive, Archived
from ltxspec.errors import MediaError, StorageError
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.durable import REAL, FileOps

MP4 = b"\0\0\0\x20ftypisom" + b"a video" * 100
MOV = b"\0\0\0\x20ftypqt  " + b"a video" * 100
OLD_MOVS = [b"\0\0\0\x08" + box + b"a video" * 100 for box in (b"wide", b"mdat", b"moov", b"skip", b"pnot")]
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
    return Output(video_uuid=UUID, video_url=None, sha256=hashlib.sha256(content).hexdigest())


def test_what_a_check_measures_is_handed_on_and_found_again_after_a_crash(tmp_path: Path) -> None:
    facts = VideoFacts(width=64, height=48, fps=25.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)
    archive = FolderArchive(tmp_path / "archive", tmp_path / "renders", lambda _: facts)
    assert brought_home(archive, MP4).facts == facts
    again = archive.recall(UUID)
    assert again is not None
    assert again.facts == facts


def test_a_video_that_was_archived_is_recalled_even_if_it_cannot_be_measured_now(tmp_path: Path) -> None:
    known = brought_home(FolderArchive(tmp_path / "archive", tmp_path / "renders", check), MP4)

    def refuse(_: Path) -> None:
        raise MediaError("no")

    assert FolderArchive(tmp_path / "archive", tmp_path / "renders", refuse).recall(UUID) == known


def test_it_is_the_archive_that_apply_asks_for(archive: FolderArchive) -> None:
    port: Archive = archive
    assert not port.has("0" * 64)


@pytest.mark.parametrize(
    ("content", "suffix"),
    [(MP4, ".mp4"), (MOV, ".mov"), *[(old, ".mov") for old in OLD_MOVS], (WEBM, ".webm"), (b"a video", ".mp4")],
)
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


def test_nothing_is_recalled_whose_bytes_are_others_than_the_note_says(archive: FolderArchive) -> None:
    home = brought_home(archive, MP4)
    path = archive.path_of(home.sha256)
    assert path is not None
    path.chmod(0o644)
    path.write_bytes(MP4 + b"of somebody else")
    assert archive.recall(UUID) is None


def test_nothing_is_recalled_that_is_not_home_any_more(archive: FolderArchive) -> None:
    archive.remove(brought_home(archive, MP4).sha256)
    assert archive.recall(UUID) is None


def test_nothing_is_recalled_by_a_note_that_says_nothing(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
    for words in ("", "a b", "a b c", "\u00e4"):
        (tmp_path / "archive" / "arrived" / UUID).write_text(words, "utf-8")
        assert archive.recall(UUID) is None


def test_a_video_that_cannot_be_read_is_not_recalled_and_no_video_with_a_problem(
    archive: FolderArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bad_disk(_path: Path) -> str:
        raise OSError(errno.EIO, "Input/output error")

    archived = brought_home(archive, MP4)
    monkeypatch.setattr("ltxspec.storage.archive.hash_of", bad_disk)
    with pytest.raises(StorageError, match="cannot read"):
        archive.problem_with(archived.sha256)
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


def test_each_rejected_file_is_kept_and_the_same_bytes_only_once(tmp_path: Path, archive: FolderArchive) -> None:
    for content in (b"a rare codec", b"<html>", b"a rare codec", b"<html>", b"gone"):
        archive.begin(UUID).write(content)
        with pytest.raises(MediaError):
            archive.finish(UUID)
    kept = {path.name: path.read_bytes() for path in (tmp_path / "archive" / "partial").iterdir()}
    assert kept == {
        f"{UUID}.rejected": b"a rare codec",
        f"{UUID}.2.rejected": b"<html>",
        f"{UUID}.3.rejected": b"gone",
    }


@pytest.mark.parametrize("end", ["finish", "salvage"])
def test_another_video_than_the_recorded_one_is_kept_aside(tmp_path: Path, archive: FolderArchive, end: str) -> None:
    archive.begin(UUID).write(MOV)
    came, recorded = (hashlib.sha256(content).hexdigest() for content in (MOV, MP4))
    aside = tmp_path / "archive" / "partial" / f"{UUID}.rejected"
    with pytest.raises(MediaError, match="not the one that was recorded") as caught:
        getattr(archive, end)(UUID, recorded)
    for told in (f"sha256 {came[:12]}…, not {recorded[:12]}…", f"`{aside}`"):
        assert told in caught.value.summary
    assert aside.read_bytes() == MOV
    assert (archive.contents(), archive.recall(UUID)) == ({}, None)
    archive.begin(UUID).write(MP4)
    assert getattr(archive, end)(UUID, hashlib.sha256(MP4).hexdigest()).bytes == len(MP4)


def test_what_was_archived_under_a_former_name_is_taken_over_by_the_first_who_asks(archive: FolderArchive) -> None:
    assert archive.claim(UUID, "one") is None
    archived = brought_home(archive, MP4)
    assert archive.claim(UUID, "one") == archived == archive.recall("one")
    assert archive.claim(UUID, "two") is None
    assert archive.recall(UUID) is None


def test_a_whole_download_under_a_former_name_is_taken_over_and_half_a_one_is_left(archive: FolderArchive) -> None:
    archive.begin(UUID).write(b"half of ")
    assert archive.claim(UUID, "one") is None
    assert (archive.begin(UUID).size, archive.begin("one").size) == (8, 0)
    archive.begin(UUID).write(b"a video")
    archived = archive.claim(UUID, "one")
    assert archived is not None
    assert (archive.recall("one"), archive.recall(UUID), archive.begin(UUID).size) == (archived, None, 0)


def test_what_arrived_can_be_listed(archive: FolderArchive) -> None:
    assert archive.arrived() == {}
    archived = brought_home(archive, MP4)
    assert archive.arrived() == {UUID: f"{archived.sha256} {archived.bytes}\n".encode()}
    archive.forget([UUID])
    assert archive.arrived() == {}


def test_what_is_listed_is_in_order(archive: FolderArchive) -> None:
    for number in (5, 3, 1, 2, 4):
        brought_home(archive, MP4 + str(number).encode(), f"video-{number}")
    assert list(archive.arrived()) == [f"video-{number}" for number in range(1, 6)]
    assert list(archive.contents()) == sorted(archive.contents())


def test_a_list_of_arrivals_that_cannot_be_read_is_no_short_one(tmp_path: Path, archive: FolderArchive) -> None:
    brought_home(archive, MP4)
    (tmp_path / "archive" / "arrived" / "folder").mkdir()
    with pytest.raises(StorageError, match="cannot read"):
        archive.arrived()


@pytest.mark.parametrize("step", ["claimed", "rejected", "removed"])
def test_what_a_disk_refuses_is_told_and_nothing_is_lost(tmp_path: Path, step: str) -> None:
    sound = FolderArchive(tmp_path / "archive", tmp_path / "renders", check)
    broken = Disk(1, FULL, only=("replace", "unlink")).ops()
    full = FolderArchive(tmp_path / "archive", tmp_path / "renders", check, broken)
    sha256 = brought_home(sound, MP4).sha256
    sound.begin("rejected").write(b"<html>")
    steps: dict[str, Callable[[], object]] = {
        "claimed": lambda: full.claim(UUID, "claimed"),
        "rejected": lambda: full.finish("rejected"),
        "removed": lambda: full.remove(sha256),
    }
    with pytest.raises(StorageError, match="No space left"):
        steps[step]()
    assert (sound.recall(UUID), sound.begin("rejected").size) == (Archived(sha256, len(MP4)), 6)


def test_a_folder_for_downloads_that_cannot_be_made_is_told(tmp_path: Path, archive: FolderArchive) -> None:
    (tmp_path / "archive").write_bytes(b"")
    with pytest.raises(StorageError, match="cannot create"):
        archive.begin(UUID)


def test_a_video_and_its_note_are_on_disk_for_good_before_it_counts_as_archived(tmp_path: Path) -> None:
    done: list[tuple[str, str]] = []

    def fsync(descriptor: int) -> None:
        done.append(("sync", str(Path(f"/proc/self/fd/{descriptor}").readlink())))

    def replace_(source: str, target: str, within: str | None) -> None:
        done.append(("replace", target))
        REAL.replace(source, target, within)

    sound = FolderArchive(tmp_path / "archive", tmp_path / "renders", check)
    sound.begin(UUID).write(MP4)
    watched = FolderArchive(
        tmp_path / "archive", tmp_path / "renders", check, replace(REAL, fsync=fsync, replace=replace_)
    )
    sha256 = watched.finish(UUID).sha256
    root, home = tmp_path / "archive", tmp_path / "archive" / sha256[:2] / f"{sha256}.mp4"
    steps = [
        ("sync", str(root / "partial" / UUID)),  # the bytes,
        ("sync", str(root)),  # the folder of notes, which is new,
        ("replace", str(root / "arrived" / UUID)),  # then the note of what they are,
        ("sync", str(root / "arrived")),
        ("sync", str(root)),  # the folder that is new in the archive,
        ("replace", str(home)),  # then the name,
        ("sync", str(home.parent)),  # which is there after a crash, too
    ]
    assert [step for step in done if step in steps] == steps


def test_an_archive_inside_of_the_project_is_refused_where_a_link_leads_out(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project, outside):
        folder.mkdir()
    for place in ("a", "a/b", "a/b/partial", "a/b/arrived", "a/b/ab", f"a/b/arrived/{UUID}"):
        shutil.rmtree(project)
        (project / place).parent.mkdir(parents=True)
        (project / place).symlink_to(outside)
        archive = FolderArchive(project / "a" / "b", project / "renders", check)
        with pytest.raises(StorageError, match="leads out of the project"):
            archive.refuse_outside()
    assert list(outside.iterdir()) == []


def test_the_project_may_be_further_up_than_the_folder_of_links(tmp_path: Path) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    for folder in (project, outside):
        folder.mkdir()
    (project / "local").symlink_to(outside)
    archive = FolderArchive(project / "local" / "archive", project / "renders" / "sandbox", check, project=project)
    with pytest.raises(StorageError, match="leads out of the project"):
        archive.refuse_outside()


def test_a_folder_of_links_that_leads_out_of_the_project_is_refused_before_anything_is_downloaded(
    tmp_path: Path,
) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    outside.mkdir()
    (project / "renders").mkdir(parents=True)
    (project / "renders" / "night").symlink_to(outside)
    archive = FolderArchive(project / "archive", project / "renders", check)
    archive.refuse_outside(["day"])
    with pytest.raises(StorageError, match="leads out of the project"):
        archive.refuse_outside(["night"])


def test_a_copy_of_a_video_gives_way_to_the_current_one_and_a_file_of_a_users_does_not(
    tmp_path: Path, archive: FolderArchive
) -> None:
    for content in (MP4, WEBM):
        brought_home(archive, content)
    place = tmp_path / "renders" / "night" / "alley.mp4"
    place.parent.mkdir(parents=True)
    place.write_bytes(WEBM)
    archive.link("night", "alley", [output(MP4), Output(video_uuid="elsewhere", video_url=None)])
    assert [path.name for path in place.parent.iterdir()] == ["alley.1.mp4"], "the other one is not archived"
    archive.link("night", "alley", [output(MP4)])
    place.unlink()
    place.write_bytes(b"a holiday")
    with pytest.raises(StorageError, match="was not created by ltxspec"):
        archive.link("night", "alley", [output(MP4)])
    assert place.read_bytes() == b"a holiday"


def test_an_archive_that_was_configured_to_be_elsewhere_is_used(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "p" / ".." / "shared", tmp_path / "p" / "renders", check)
    archive.refuse_outside(["night"])
    brought_home(archive, MP4)
    archive.link("night", "alley", [output(MP4)])
    assert (tmp_path / "p" / "renders" / "night" / "alley.mp4").read_bytes() == MP4
    (tmp_path / "shared" / "ab").symlink_to(tmp_path / "p")
    with pytest.raises(StorageError, match="leads out of"):
        archive.refuse_outside()


def test_a_download_that_is_a_link_is_not_archived(tmp_path: Path, archive: FolderArchive) -> None:
    (tmp_path / "mine.mp4").write_bytes(MP4)
    (tmp_path / "archive" / "partial").mkdir(parents=True)
    (tmp_path / "archive" / "partial" / UUID).symlink_to(tmp_path / "mine.mp4")
    with pytest.raises(StorageError):
        archive.begin(UUID).write(b"more")
    with pytest.raises(StorageError):
        archive.finish(UUID)
    assert ((tmp_path / "mine.mp4").read_bytes(), archive.contents()) == (MP4, {})


def test_finishing_what_was_never_begun_is_an_error(archive: FolderArchive) -> None:
    with pytest.raises(StorageError, match="nothing was downloaded") as caught:
        archive.finish(UUID)
    assert caught.value.hint == "run the command again"


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


def test_names_that_differ_only_in_capitals_are_two_downloads_on_any_file_system(
    tmp_path: Path, archive: FolderArchive
) -> None:
    archive.begin("abc").write(MP4)
    archive.begin("ABC").write(MOV)
    names = [entry.name.lower() for entry in (tmp_path / "archive" / "partial").iterdir()]
    assert len(set(names)) == 2


@pytest.mark.parametrize("name", ["../../escape", "a/b", "", ".", "..", "\0", "\ud800", "ä", "x" * 500, ".hidden"])
def test_a_name_from_the_provider_never_leaves_the_folder(tmp_path: Path, archive: FolderArchive, name: str) -> None:
    archive.begin(name).write(MP4)
    (partial,) = (tmp_path / "archive" / "partial").iterdir()
    assert partial.read_bytes() == MP4
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["archive"]
    assert archive.finish(name).bytes == len(MP4)


def test_two_names_that_are_no_file_names_are_two_downloads_that_are_found_again(
    tmp_path: Path, archive: FolderArchive
) -> None:
    for name, content in (("../a", MP4), ("../b", MOV)):
        archive.begin(name).write(content)
    names = {f"name-{hashlib.sha256(name).hexdigest()[:32]}" for name in (b"../a", b"../b")}
    assert {entry.name for entry in (tmp_path / "archive" / "partial").iterdir()} == names


@pytest.mark.parametrize("sha256", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "*" * 64])
def test_what_is_no_hash_is_not_home(archive: FolderArchive, sha256: str) -> None:
    brought_home(archive, MP4)
    assert not archive.has(sha256)
    archive.remove(sha256)
    assert len(archive.contents()) == 1


def test_what_is_no_hash_names_no_file_in_the_archive_and_none_outside_of_it(tmp_path: Path) -> None:
    disk = Disk()
    archive = FolderArchive(tmp_path / "local" / "archive", tmp_path / "renders", check, disk.ops())
    (tmp_path / "local" / "archive").mkdir(parents=True)
    (tmp_path / "mine.mp4").write_bytes(MP4)
    for sha256 in ("../mine", "a" * 64):
        assert not archive.has(sha256)
        archive.remove(sha256)
    assert (disk.calls, (tmp_path / "mine.mp4").exists()) == (0, True)


def test_a_file_in_the_wrong_folder_is_no_archived_video(tmp_path: Path, archive: FolderArchive) -> None:
    (tmp_path / "archive" / "ab").mkdir(parents=True)
    for name in (f"{'c' * 64}.mp4", f"ab{'c' * 62}.txt", "abc.mp4"):
        (tmp_path / "archive" / "ab" / name).write_bytes(MP4)
    assert archive.contents() == {}


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


@pytest.mark.parametrize("what", ["the file", "its folder"])
def test_a_video_that_is_a_link_to_something_else_is_not_archived(tmp_path: Path, what: str) -> None:
    sha256 = hashlib.sha256(MP4).hexdigest()
    outside, archive = tmp_path / "outside", tmp_path / "project" / "archive"
    outside.mkdir()
    (outside / f"{sha256}.mp4").write_bytes(MP4)
    archive.mkdir(parents=True)
    if what == "its folder":
        (archive / sha256[:2]).symlink_to(outside)
    else:
        (archive / sha256[:2]).mkdir()
        (archive / sha256[:2] / f"{sha256}.mp4").symlink_to(outside / f"{sha256}.mp4")
    found = FolderArchive(archive, tmp_path / "project" / "renders", check)
    assert (found.path_of(sha256), found.contents()) == (None, {})
