"""Lockfile and journal of one spec on disk."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import intent, lockfile, record, take, task
from disk_faults import Crash, Disk, every_fault
from fakes import FakeClock
from replacing import replace

from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import SpecState
from ltxspec.errors import LockfileError, LockHeld, StorageError
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.journal import Accepted, Committed, fold
from ltxspec.lock.models import Failure, Lockfile
from ltxspec.storage.durable import FileOps
from ltxspec.storage.state import FileSpecState, SpecPaths, open_state, read_state, spec_paths
from ltxspec.storage.tracked import TrackedFolder

NOW = "2026-11-22T10:00:01Z"
OURS = lockfile(alley=record(take()))
LATER = take("b", number=2, at="2026-11-23T10:00:00Z")


@pytest.fixture
def paths(tmp_path: Path) -> SpecPaths:
    return spec_paths(tmp_path, "lockfiles", "runware", "night")


def stored(paths: SpecPaths, value: Lockfile) -> Path:
    paths.lockfile.parent.mkdir(parents=True, exist_ok=True)
    paths.lockfile.write_bytes(encode_lockfile(value))
    return paths.lockfile


def test_files_have_their_places(tmp_path: Path) -> None:
    paths = spec_paths(tmp_path, "locks/video", "runware", "night")
    assert paths.lockfile == tmp_path / "locks" / "video" / "night.lock.json"
    assert paths.journal == tmp_path / ".ltxspec" / "journal" / "night.jsonl"


def test_the_sandbox_shares_no_file_with_the_paid_service(tmp_path: Path) -> None:
    paid, free = (spec_paths(tmp_path, "lockfiles", name, "night") for name in ("runware", "sandbox"))
    assert free.lockfile == tmp_path / ".ltxspec" / "sandbox" / "lockfiles" / "night.lock.json"
    assert not {paid.lockfile, paid.journal, paid.guard} & {free.lockfile, free.journal, free.guard}
    assert (paid.root, free.root) == (tmp_path, tmp_path)
    tracked = TrackedFolder(tmp_path, tmp_path / "lockfiles")
    places = [spec_paths(tmp_path, "lockfiles", name, "night", tracked) for name in ("runware", "sandbox")]
    assert [place.tracked for place in places] == [tracked, None]


def test_it_is_the_state_that_apply_asks_for(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        port: SpecState = state
        assert port.read_lockfile() == lockfile()


def test_no_lockfile_is_an_empty_one_of_this_spec_and_provider(paths: SpecPaths) -> None:
    assert read_state(paths) == (Lockfile("runware", "night"), [])
    bare = SpecPaths(paths.lockfile, paths.journal, paths.guard)
    assert read_state(bare)[0] == Lockfile("", "night")
    renamed = replace(paths, lockfile=paths.lockfile.with_name("day.lock.json"))
    assert read_state(renamed)[0] == Lockfile("runware", "night")


@pytest.mark.parametrize("content", [b"", b"{", b"<<<<<<< HEAD\n", b"\0" * 100])
def test_an_unreadable_lockfile_is_never_an_empty_one(paths: SpecPaths, content: bytes) -> None:
    stored(paths, OURS).write_bytes(content)
    with pytest.raises(LockfileError):
        read_state(paths)
    with open_state(paths) as state, pytest.raises(LockfileError):
        state.read_lockfile()


def test_a_folder_in_the_place_of_a_lockfile_is_an_error(paths: SpecPaths) -> None:
    paths.lockfile.mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot read"):
        read_state(paths)


@pytest.mark.parametrize(
    ("foreign", "said"),
    [(replace(OURS, spec="day"), "spec `day`"), (replace(OURS, provider="other"), "provider `other`")],
)
def test_a_lockfile_of_another_spec_or_provider_is_refused(paths: SpecPaths, foreign: Lockfile, said: str) -> None:
    stored(paths, foreign)
    with pytest.raises(LockfileError, match=f"belongs to {said}") as caught:
        read_state(paths)
    assert "move it back to its place" in (caught.value.hint or "")
    bare = SpecPaths(paths.lockfile, paths.journal, paths.guard)
    assert read_state(bare)[0] == foreign


def test_what_is_written_is_read_by_the_next_run(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        assert state.read_lockfile() == lockfile()
        state.append(intent())
        state.append(Accepted(task(1), NOW))
        state.write_lockfile(OURS)
    found, events = read_state(paths)
    assert found == OURS
    assert fold(events).open[task(1)].stage == "accepted"


def test_an_unchanged_lockfile_is_not_touched(paths: SpecPaths) -> None:
    path = stored(paths, OURS)
    before = path.stat()
    disk = Disk()
    with open_state(paths, ops=disk.ops()) as state:
        state.write_lockfile(state.read_lockfile())
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    assert disk.calls == 0


def test_an_empty_lockfile_is_not_created(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        state.write_lockfile(state.read_lockfile())
    assert not paths.lockfile.parent.exists()


def test_the_last_shot_can_be_taken_out_of_an_existing_lockfile(paths: SpecPaths) -> None:
    stored(paths, OURS)
    with open_state(paths) as state:
        state.read_lockfile()
        state.write_lockfile(lockfile())
    assert read_state(paths)[0] == lockfile()


def test_a_fault_at_any_call_leaves_the_old_lockfile_or_the_new_one(paths: SpecPaths) -> None:
    new = lockfile(alley=record(take(), LATER))

    def write(ops: FileOps) -> None:
        stored(paths, OURS)
        FileSpecState(paths, ops).write_lockfile(new)

    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for call, after in every_fault(write):
        for error, seen in ((full, StorageError), (Crash(), Crash)):
            with pytest.raises(seen):
                write(Disk(call, error, after=after).ops())
            assert read_state(paths)[0] in (OURS, new)


def test_a_lockfile_pulled_in_during_an_apply_is_merged_not_overwritten(paths: SpecPaths) -> None:
    stored(paths, OURS)
    pulled = lockfile(alley=record(take()), fog=record(take("fog", number=7)))
    with open_state(paths) as state:
        state.read_lockfile()
        stored(paths, pulled)
        state.write_lockfile(lockfile(alley=record(take(), LATER, current=2)))
        state.write_lockfile(lockfile(alley=record(take(), LATER, current=2), lane=record(take("lane", number=8))))
    assert read_state(paths)[0] == lockfile(
        alley=record(take(), LATER, current=2), fog=record(take("fog", number=7)), lane=record(take("lane", number=8))
    )


def test_two_changes_from_outside_are_both_kept(paths: SpecPaths) -> None:
    stored(paths, OURS)
    with open_state(paths) as state:
        state.read_lockfile()
        stored(paths, lockfile(alley=record(take()), fog=record(take("fog", number=7))))
        state.write_lockfile(OURS)
        stored(paths, lockfile(alley=record(take()), lane=record(take("lane", number=8))))
        state.write_lockfile(OURS)
    assert set(read_state(paths)[0].shots) == {"alley", "fog", "lane"}


def test_a_lockfile_that_appears_during_an_apply_is_merged(paths: SpecPaths) -> None:
    pulled = lockfile(fog=record(take("fog", number=7)))
    with open_state(paths) as state:
        assert state.read_lockfile() == lockfile()
        stored(paths, pulled)
        state.write_lockfile(OURS)
        state.write_lockfile(lockfile(alley=record(take(), LATER, current=2)))
    assert read_state(paths)[0] == lockfile(alley=record(take(), LATER, current=2), fog=record(take("fog", number=7)))


def test_a_lockfile_that_appears_for_a_run_that_has_nothing_to_write_stays(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        empty = state.read_lockfile()
        path = stored(paths, OURS)
        before = path.stat().st_ino
        state.write_lockfile(empty)
    assert (read_state(paths)[0], path.stat().st_ino) == (OURS, before)


def gone(path: Path) -> None:
    path.unlink()


def a_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere.json"))
    path.symlink_to("elsewhere.json")


def a_linked_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("other"))
    path.parent.symlink_to("other")


def a_broken_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("displace", [gone, a_link, a_linked_folder, a_broken_link, a_folder])
def test_a_lockfile_that_is_not_there_any_more_stops_the_run_and_its_tasks_stay_open(
    paths: SpecPaths, displace: Callable[[Path], None]
) -> None:
    path = stored(paths, OURS)
    with open_state(paths) as state:
        book = Ledger("night", state, FakeClock(), {"alley"})
        book.intend(intent(number=2))
        book.fail(task(2), Failure("gone", "no video", permanent=False), None)
        displace(path)
        before = {item: item.read_bytes() for item in path.parent.parent.rglob("*.json") if item.is_file()}
        with pytest.raises((LockfileError, StorageError)):
            book.commit(task(2), "alley", [], wanted=True)
        assert {item: item.read_bytes() for item in path.parent.parent.rglob("*.json") if item.is_file()} == before
        assert list(fold(state.events()).open) == [task(2)]


def test_a_lockfile_that_was_a_link_within_the_project_from_the_start_stays_one(paths: SpecPaths) -> None:
    stored(paths, OURS)
    a_link(paths.lockfile)
    with open_state(paths) as state:
        state.read_lockfile()
        state.write_lockfile(lockfile(alley=record(take(), LATER, current=2)))
    assert paths.lockfile.is_symlink()
    assert read_state(paths)[0] == lockfile(alley=record(take(), LATER, current=2))


@pytest.mark.parametrize("provider", ["runware", "sandbox"])
@pytest.mark.parametrize("which", ["lockfile", "journal", "guard"])
@pytest.mark.parametrize("above", [True, False])
def test_a_link_that_leads_out_of_the_project_is_refused_before_anything_is_ordered(
    tmp_path: Path, provider: str, which: str, *, above: bool
) -> None:
    outside, root = tmp_path / "outside", tmp_path / "project"
    outside.mkdir()
    paths = spec_paths(root, "lockfiles", provider, "night")
    file: Path = getattr(paths, which)
    link, target = (file.parent, outside) if above else (file, outside / file.name)
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    with pytest.raises(StorageError, match=f"`{link.relative_to(root)}` leads out of the project") as caught:
        _use(paths, which)
    assert "remove the link" in (caught.value.hint or "")
    assert list(outside.iterdir()) == []


def _use(paths: SpecPaths, which: str) -> None:
    if which != "guard":
        read_state(paths)
    with open_state(paths) as state:
        state.read_lockfile()


@pytest.mark.parametrize("which", ["lockfile", "journal"])
def test_a_pipe_or_a_device_is_an_error_at_once(tmp_path: Path, which: str) -> None:
    paths = spec_paths(tmp_path, "lockfiles", "runware", "night")
    file: Path = getattr(paths, which)
    file.parent.mkdir(parents=True)
    os.mkfifo(file)
    with pytest.raises(StorageError, match=f"cannot read `{file}`: it is a pipe, not a file"):
        read_state(paths)


def test_a_folder_that_becomes_a_link_while_ltxspec_is_at_work_is_no_way_out(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "project"
    paths = spec_paths(root, "lockfiles", "runware", "night")
    paths.lockfile.parent.mkdir(parents=True)
    with open_state(paths) as state:
        state.read_lockfile()
        paths.lockfile.parent.rename(outside)
        paths.lockfile.parent.symlink_to(outside)
        with pytest.raises((StorageError, LockfileError)):
            state.write_lockfile(lockfile())
    assert list(outside.iterdir()) == []


def test_a_link_that_leads_nowhere_is_no_empty_folder(tmp_path: Path) -> None:
    paths = spec_paths(tmp_path, "lockfiles", "runware", "night")
    (tmp_path / "lockfiles").symlink_to("not-mounted")
    with pytest.raises(StorageError, match="is broken"):
        read_state(paths)
    (tmp_path / "lockfiles").unlink()
    (tmp_path / ".ltxspec").symlink_to("not-mounted")
    with pytest.raises(StorageError, match="is broken"):
        read_state(paths)


def test_a_lockfile_that_git_tracks_is_never_taken_for_a_new_one(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", tmp_path, *arguments], check=True, capture_output=True)

    tracked = TrackedFolder(tmp_path, tmp_path / "lockfiles")
    paid, free = (spec_paths(tmp_path, "lockfiles", name, "night", tracked) for name in ("runware", "sandbox"))
    git("init", "-q")
    stored(paid, OURS)
    git("add", "-A")
    paid.lockfile.unlink()
    for read in (lambda: read_state(paid), lambda: FileSpecState(paid).read_lockfile()):
        with pytest.raises(LockfileError, match="git tracks it"):
            read()
    assert read_state(free)[0] == Lockfile("sandbox", "night")


def test_a_conflict_that_appears_during_an_apply_stops_it_before_anything_is_overwritten(paths: SpecPaths) -> None:
    path = stored(paths, OURS)
    with open_state(paths) as state:
        state.read_lockfile()
        path.write_bytes(b"<<<<<<< HEAD\n")
        with pytest.raises(LockfileError, match="conflict markers"):
            state.write_lockfile(lockfile())
    assert path.read_bytes() == b"<<<<<<< HEAD\n"


def test_a_lockfile_that_was_not_read_may_be_replaced_to_mend_it(paths: SpecPaths) -> None:
    stored(paths, OURS).write_bytes(b"<<<<<<< HEAD\n")
    with open_state(paths) as state:
        with pytest.raises(LockfileError):
            state.read_lockfile()
        state.write_lockfile(OURS)
    assert read_state(paths)[0] == OURS


def test_planning_sees_a_task_that_is_just_being_committed_at_least_once(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        state.append(intent())
        found, events = read_state(paths)
        assert (found.shots, list(fold(events).open)) == ({}, [task(1)])
        state.write_lockfile(OURS)
        found, events = read_state(paths)
        assert (list(found.shots), list(fold(events).open)) == (["alley"], [task(1)])
        state.append(Committed(task(1), NOW))
        state.compact()
        found, events = read_state(paths)
        assert (list(found.shots), events) == (["alley"], [])


def test_a_second_apply_of_the_same_spec_is_refused_and_one_of_another_spec_is_not(paths: SpecPaths) -> None:
    script = """
import sys
from pathlib import Path
from ltxspec.errors import LockHeld
from ltxspec.storage.state import open_state, spec_paths
for spec in sys.argv[2:]:
    try:
        with open_state(spec_paths(Path(sys.argv[1]), "lockfiles", "runware", spec), command="second"):
            print(spec, "taken")
    except LockHeld as error:
        print(spec, error.summary)
"""
    with open_state(paths, command="ltxspec apply"):
        root = paths.lockfile.parent.parent
        command = [sys.executable, "-c", script, str(root), "night", "day"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        with pytest.raises(LockHeld), open_state(paths):
            pass
    first, second = done.stdout.splitlines()
    assert first.startswith(f"night `ltxspec apply` (process {os.getpid()} on ")
    assert second == "day taken"


def test_events_are_what_the_journal_holds(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        assert state.events() == []
        state.append(intent())
        assert state.events() == [intent()]


def test_a_lockfile_that_is_there_is_read_without_asking_git(tmp_path: Path) -> None:
    class Unasked(TrackedFolder):
        def refuse_missing(self, file: Path) -> None:
            raise AssertionError(file)

    tracked = Unasked(tmp_path, tmp_path / "lockfiles")
    paths = spec_paths(tmp_path, "lockfiles", "runware", "night", tracked)
    stored(paths, OURS)
    assert read_state(paths)[0] == OURS


def test_what_this_process_wrote_itself_is_no_change_of_somebody_else(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        state.read_lockfile()
        state.write_lockfile(OURS)
        renamed = lockfile(gate=OURS.shots["alley"])
        state.write_lockfile(renamed)
    assert read_state(paths)[0] == renamed


def test_retired_shots_alone_are_worth_a_file_and_nothing_is_not(paths: SpecPaths) -> None:
    with open_state(paths) as state:
        state.write_lockfile(lockfile())
        assert not paths.lockfile.exists()
        retired = lockfile({"alley": OURS.shots["alley"]})
        state.write_lockfile(retired)
    assert read_state(paths)[0] == retired


@pytest.mark.parametrize(("linked", "words"), [(False, "disappeared"), (True, "was replaced by a link")])
def test_a_lockfile_that_went_away_is_to_be_brought_back_first(
    paths: SpecPaths, tmp_path: Path, linked: bool, words: str
) -> None:
    stored(paths, OURS)
    other = tmp_path / "other.json"
    other.write_bytes(encode_lockfile(OURS))
    with open_state(paths) as state:
        state.read_lockfile()
        paths.lockfile.unlink()
        if linked:
            paths.lockfile.symlink_to(other)
        with pytest.raises(LockfileError, match=words) as caught:
            state.write_lockfile(OURS)
    assert (caught.value.hint or "").startswith("restore it")
