"""The journal file: an event is on disk or reported as not written, and no crash makes it unreadable."""

import errno
import os
import stat
from pathlib import Path

import pytest
from builders import intent, task
from disk_faults import Crash, Disk, every_fault, half_a_write, slow_writes
from replacing import replace

from ltxspec.errors import LockfileError, StorageError
from ltxspec.lock.journal import Abandoned, Accepted, Committed, Event, fold
from ltxspec.lock.journal_codec import encode_event
from ltxspec.storage.durable import REAL, FileOps
from ltxspec.storage.journal import JournalFile, read_events

NOW = "2026-11-22T10:00:01Z"
FIRST, SECOND = intent(), Accepted(task(1), NOW)
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".ltxspec" / "journal" / "night.jsonl"


def journal_with(path: Path, *story: Event) -> JournalFile:
    journal = JournalFile(path)
    for event in story:
        journal.append(event)
    return journal


def test_events_are_read_in_the_order_they_were_added(path: Path) -> None:
    journal_with(path, FIRST, SECOND)
    assert read_events(path) == [FIRST, SECOND]
    assert JournalFile(path).read() == [FIRST, SECOND]


def test_no_file_means_no_events(path: Path) -> None:
    assert read_events(path) == []
    assert JournalFile(path).read() == []


def test_only_its_owner_may_read_it(path: Path) -> None:
    journal_with(path, FIRST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_could_look_into_is_closed_to_them(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    journal_with(path, FIRST)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_appending_after_a_tail_torn_at_any_byte_keeps_every_finished_event(path: Path) -> None:
    torn = encode_event(SECOND)
    for length in range(len(torn)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode_event(FIRST) + torn[:length])
        JournalFile(path).append(Committed(task(1), NOW))
        assert read_events(path) == [FIRST, Committed(task(1), NOW)]


def test_every_error_while_appending_loses_nothing_and_the_event_does_not_turn_up_later(path: Path) -> None:
    def append_second(ops: FileOps) -> None:
        journal_with(path.with_name("count"), FIRST)
        JournalFile(path.with_name("count"), ops).append(SECOND)
        path.with_name("count").unlink()

    for call, after in every_fault(append_second):
        place = path.with_name(f"{call}-{after}")
        journal_with(place, FIRST)
        journal = JournalFile(place, Disk(call, FULL, after=after).ops())
        with pytest.raises(StorageError, match="No space left"):
            journal.append(SECOND)
        assert read_events(place) == [FIRST]
        journal.append(Committed(task(1), NOW))
        assert read_events(place) == [FIRST, Committed(task(1), NOW)]


def test_a_crash_at_any_call_leaves_a_readable_journal_without_or_with_the_whole_event(tmp_path: Path) -> None:
    faults = list(every_fault(lambda ops: JournalFile(tmp_path / "count" / "x.jsonl", ops).append(FIRST)))
    assert len(faults) > 10
    for call, after in faults:
        place = tmp_path / f"{call}-{after}" / "x.jsonl"
        with pytest.raises(Crash):
            JournalFile(place, Disk(call, Crash(), after=after).ops()).append(FIRST)
        before = read_events(place)
        assert before in ([], [FIRST])
        JournalFile(place).append(SECOND)
        assert read_events(place) == [*before, SECOND]


@pytest.mark.parametrize("local", [".ltxspec", ".ltxspec/sandbox"])
def test_the_names_of_all_folders_up_to_the_root_are_durable_before_the_first_event(tmp_path: Path, local: str) -> None:
    """Another part of the program may have made `.ltxspec` a moment ago, without a sync."""
    root = tmp_path / "project"
    (root / local / "cache").mkdir(parents=True)
    synced: list[str] = []
    opened: dict[int, str] = {}

    def open_file(path: str, flags: int, mode: int, within: str | None) -> int:
        descriptor = REAL.open(path, flags, mode, within)
        opened[descriptor] = path
        return descriptor

    def note(descriptor: int) -> None:
        synced.append(opened[descriptor])
        REAL.fsync(descriptor)

    path = root / local / "journal" / "night.jsonl"
    JournalFile(path, replace(REAL, open=open_file, fsync=note)).append(FIRST)
    folders = [path.parent, *[folder for folder in path.parents[1:] if folder.is_relative_to(root)]]
    assert [folder for folder in folders if str(folder) not in synced[: synced.index(str(path))]] == []
    assert str(tmp_path) not in synced, "what is above the project is not ours"


def test_short_writes_are_continued(path: Path) -> None:
    JournalFile(path, slow_writes()).append(FIRST)
    assert read_events(path) == [FIRST]


def test_half_a_line_is_taken_back_when_the_disk_is_full(path: Path) -> None:
    journal_with(path, FIRST)
    journal = JournalFile(path, half_a_write(FULL))
    with pytest.raises(StorageError):
        journal.append(SECOND)
    assert path.read_bytes() == encode_event(FIRST)


def test_half_a_line_that_cannot_be_taken_back_is_cut_by_the_next_append(path: Path) -> None:
    journal_with(path, FIRST)
    refused = [FULL]

    def truncate(descriptor: int, length: int) -> None:
        if refused:
            raise refused.pop()
        os.ftruncate(descriptor, length)

    broken = half_a_write(FULL)
    journal = JournalFile(path, replace(broken, ftruncate=truncate))
    with pytest.raises(StorageError):
        journal.append(SECOND)
    assert path.read_bytes().startswith(encode_event(FIRST))
    assert len(path.read_bytes()) > len(encode_event(FIRST))
    journal._ops = replace(broken, ftruncate=truncate, write=os.write)
    journal.append(SECOND)
    assert read_events(path) == [FIRST, SECOND]


@pytest.mark.parametrize("change", ["removed", "emptied", "grown"])
def test_a_journal_changed_by_something_else_stops_the_run(path: Path, change: str) -> None:
    journal = journal_with(path, FIRST)
    if change == "removed":
        path.unlink()
    elif change == "emptied":
        path.write_bytes(b"")
    else:
        journal_with(path, SECOND)
    before = path.read_bytes() if path.exists() else None
    with pytest.raises((LockfileError, StorageError)) as caught:
        journal.append(SECOND)
    assert caught.value.summary
    assert (path.read_bytes() if path.exists() else None) == before


def test_damage_before_the_last_line_stops_the_run(path: Path) -> None:
    journal_with(path, FIRST, SECOND)
    path.write_bytes(path.read_bytes().replace(b"alley", b"allay"))
    with pytest.raises(LockfileError, match="line 1"):
        JournalFile(path).append(SECOND)


def test_a_journal_without_open_tasks_is_removed_and_can_be_started_again(path: Path) -> None:
    journal = journal_with(path, FIRST, SECOND, Committed(task(1), NOW), intent(number=2), Abandoned(task(2), "", NOW))
    journal.compact()
    assert not path.exists()
    journal.append(FIRST)
    assert read_events(path) == [FIRST]


def test_a_journal_with_an_open_task_is_kept_whole(path: Path) -> None:
    journal = journal_with(path, FIRST, Committed(task(1), NOW), intent(number=2))
    before = path.read_bytes()
    journal.compact()
    assert path.read_bytes() == before
    assert list(fold(read_events(path)).open) == [task(2)]


def test_a_damaged_journal_is_kept(path: Path) -> None:
    journal = journal_with(path, FIRST, Committed(task(1), NOW))
    path.write_bytes(damaged := path.read_bytes().replace(b"alley", b"allay"))
    with pytest.raises(LockfileError, match="line 1"):
        journal.compact()
    assert path.read_bytes() == damaged


def test_a_journal_that_was_removed_has_nothing_to_compact(path: Path) -> None:
    journal = journal_with(path, FIRST)
    path.unlink()
    journal.compact()
    assert not path.exists()


def test_compacting_nothing_is_fine(path: Path) -> None:
    JournalFile(path).compact()
    assert not path.exists()


def test_written_events_are_on_disk_after_the_next_sync_and_not_before(path: Path) -> None:
    disk = Disk()
    journal = JournalFile(path, disk.ops())
    first, second = journal.write(FIRST), journal.write(SECOND)
    assert not journal.is_on_disk(first)
    before = disk.calls
    journal.sync()
    assert (journal.is_on_disk(first), journal.is_on_disk(second), read_events(path)) == (True, True, [FIRST, SECOND])
    assert disk.calls == before + 2  # opened, and synced once
    journal.sync()
    assert disk.calls == before + 2
    third = journal.write(Committed(task(1), NOW))
    assert not journal.is_on_disk(third)


def test_a_sync_that_fails_takes_back_what_it_was_for_and_nothing_else(path: Path) -> None:
    for only, after in ((("fsync",), False), (("fsync",), True), (("open",), False)):
        place = path.with_name(f"{only[0]}-{after}")
        journal_with(place, FIRST)
        disk = Disk(None, FULL, only, after=after)
        journal = JournalFile(place, disk.ops())
        lost = [journal.write(SECOND), journal.write(Committed(task(1), NOW))]
        disk.fail_at = disk.calls + 1
        with pytest.raises(StorageError, match="No space left"):
            journal.sync()
        for number in lost:
            with pytest.raises(StorageError):
                journal.is_on_disk(number)
        assert read_events(place) == [FIRST]
        kept = journal.write(SECOND)
        journal.sync()
        assert journal.is_on_disk(kept)
        with pytest.raises(StorageError):  # still lost, though later ones are there
            journal.is_on_disk(lost[0])
        assert read_events(place) == [FIRST, SECOND]


def test_what_cannot_be_taken_back_is_cut_off_by_the_next_event(path: Path) -> None:
    journal_with(path, FIRST)
    disk = Disk(None, FULL, ("fsync", "ftruncate"))
    ops = disk.ops()

    def never(*_: object) -> None:
        raise FULL

    broken = replace(ops, fsync=never, ftruncate=never)
    journal = JournalFile(path, broken)
    journal.write(SECOND)
    with pytest.raises(StorageError):
        journal.sync()
    journal._ops = REAL
    journal.append(Committed(task(1), NOW))
    assert read_events(path) == [FIRST, Committed(task(1), NOW)]


def test_a_crash_at_any_call_of_several_events_and_their_sync_keeps_those_that_were_on_disk(path: Path) -> None:
    def story(place: Path, ops: FileOps) -> None:
        journal_with(place, FIRST)
        journal = JournalFile(place, ops)
        journal.write(SECOND)
        journal.write(Committed(task(1), NOW))
        journal.sync()
        place.unlink()

    whole = [FIRST, SECOND, Committed(task(1), NOW)]
    for call, after in every_fault(lambda ops: story(path.with_name("count"), ops)):
        place = path.with_name(f"{call}-{after}")
        with pytest.raises(Crash):
            story(place, Disk(call, Crash(), after=after).ops())
        found = read_events(place)
        assert found == whole[: len(found)]
        assert found[:1] == [FIRST]


def test_a_journal_that_was_cut_from_outside_before_its_sync_is_noticed(path: Path) -> None:
    journal = journal_with(path, FIRST)
    number = journal.write(SECOND)
    path.write_bytes(b"")
    with pytest.raises(LockfileError, match="changed or removed by another program"):
        journal.sync()
    with pytest.raises(StorageError):
        journal.is_on_disk(number)
