"""Replacing a file: whatever fails, the old file or the new one is there, whole."""

import errno
import hashlib
import os
import stat
from pathlib import Path

import pytest
from disk_faults import Crash, Disk, every_fault, half_a_write, slow_writes

from ltxspec.errors import StorageError
from ltxspec.storage.durable import (
    REAL,
    FileOps,
    digest_if_exists,
    make_folder,
    read_if_exists,
    remove_file,
    replace_file,
    sync_folder,
    write_all,
)

OLD, NEW = b"old\n" * 100, b"new\n" * 3000


def test_a_file_is_replaced_and_nothing_else_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.json"
    replace_file(path, OLD)
    replace_file(path, NEW)
    assert path.read_bytes() == NEW
    assert [entry.name for entry in path.parent.iterdir()] == ["x.json"]


def test_every_error_leaves_the_old_file_or_the_new_one_and_is_told_with_a_cure(tmp_path: Path) -> None:
    faults = list(every_fault(lambda ops: replace_file(tmp_path / "count", NEW, ops)))
    assert len(faults) > 10
    for call, after in faults:
        path = tmp_path / f"{call}-{after}" / "x.json"
        path.parent.mkdir()
        path.write_bytes(OLD)
        with pytest.raises(StorageError) as caught:
            replace_file(path, NEW, Disk(call, after=after).ops())
        assert path.read_bytes() in (OLD, NEW)
        assert [entry.name for entry in path.parent.iterdir()] == ["x.json"]
        assert "No space left" in caught.value.summary
        assert "free some space" in (caught.value.hint or "")


def test_a_crash_at_any_call_leaves_the_old_file_or_the_new_one_and_the_next_write_works(tmp_path: Path) -> None:
    for call, after in every_fault(lambda ops: replace_file(tmp_path / "count", NEW, ops)):
        path = tmp_path / f"{call}-{after}" / "x.json"
        path.parent.mkdir()
        path.write_bytes(OLD)
        with pytest.raises(Crash):
            replace_file(path, NEW, Disk(call, Crash(), after=after).ops())
        assert path.read_bytes() in (OLD, NEW)
        replace_file(path, NEW)
        assert path.read_bytes() == NEW
        assert [entry.name for entry in path.parent.iterdir()] == ["x.json"]


def test_nothing_is_renamed_before_it_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(OLD)
    with pytest.raises(StorageError, match="Input/output error"):
        replace_file(path, NEW, Disk(1, OSError(errno.EIO, os.strerror(errno.EIO)), only=("fsync",)).ops())
    assert path.read_bytes() == OLD


def test_the_order_of_calls_is_write_fsync_rename_fsync_of_the_folder(tmp_path: Path) -> None:
    calls: list[str] = []

    def noted(name: str, real: object) -> object:
        def call(*arguments: object) -> object:
            calls.append(name)
            return real(*arguments)  # type: ignore[operator]  # any of the system calls

        return call

    names = ("open", "write", "fsync", "replace", "unlink")
    ops = FileOps(**{name: noted(name, getattr(REAL, name)) for name in names})  # type: ignore[arg-type]  # wrapped
    replace_file(tmp_path / "x.json", NEW, ops)
    assert calls == ["open", "write", "fsync", "replace", "open", "fsync"]


def test_a_disk_that_takes_few_bytes_at_a_time_gets_them_all(tmp_path: Path) -> None:
    replace_file(tmp_path / "x.json", NEW, slow_writes())
    assert (tmp_path / "x.json").read_bytes() == NEW


def test_a_large_file_is_written_and_looked_at_in_pieces(tmp_path: Path) -> None:
    path, pieces = tmp_path / "x.json", [b"a" * 700_000, b"b", b"c" * 900_000, b"d"]
    written: list[int] = []

    def write(descriptor: int, data: memoryview) -> int:
        written.append(len(data))
        return REAL.write(descriptor, data)

    replace_file(path, pieces, FileOps(write=write))
    assert path.read_bytes() == b"".join(pieces)
    assert written == [1_600_001, 1]
    assert digest_if_exists(path) == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert digest_if_exists(tmp_path / "other.json") is None


def test_a_disk_that_takes_nothing_is_an_error_and_no_endless_loop(tmp_path: Path) -> None:
    stuck = FileOps(write=lambda *_: 0)
    with pytest.raises(StorageError, match="Input/output error"):
        replace_file(tmp_path / "x.json", NEW, stuck)


def test_half_a_write_is_not_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(OLD)
    with pytest.raises(StorageError):
        replace_file(path, NEW, half_a_write(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert path.read_bytes() == OLD


def test_whatever_the_umask_nothing_is_for_everybody_to_write(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "a" / "b" / "x.json"
        replace_file(path, OLD)
        made = [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent, path.parent.parent)]
        assert made == [0o664, 0o775, 0o775]
        path.chmod(0o666)
        replace_file(path, NEW)
        assert stat.S_IMODE(path.stat().st_mode) == 0o664
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_keeps_its_permissions(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(OLD)
    path.chmod(mode)
    replace_file(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_gets_the_permissions_the_user_gives_new_files(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"")
    replace_file(tmp_path / "x.json", NEW)
    assert (tmp_path / "x.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "x.json").symlink_to("real/y.json")
    replace_file(tmp_path / "x.json", NEW)
    assert (tmp_path / "x.json").is_symlink()
    assert (tmp_path / "real" / "y.json").read_bytes() == NEW


def test_a_planted_link_under_the_temporary_name_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(OLD)
    (tmp_path / ".x.json.tmp").symlink_to("victim")
    with pytest.raises(StorageError):
        replace_file(tmp_path / "x.json", NEW)
    assert (tmp_path / "victim").read_bytes() == OLD


def test_a_link_that_leads_nowhere_is_no_file_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("unmounted")
    for path in (tmp_path / "link", tmp_path / "link" / "folder" / "file"):
        with pytest.raises(StorageError, match="is broken"):
            read_if_exists(path)
    (tmp_path / "unmounted").mkdir()
    assert read_if_exists(tmp_path / "link" / "folder" / "file") is None


def test_only_a_missing_file_reads_as_none(tmp_path: Path) -> None:
    assert read_if_exists(tmp_path / "missing") is None
    (tmp_path / "empty").touch()
    assert read_if_exists(tmp_path / "empty") == b""
    with pytest.raises(StorageError, match="cannot read") as caught:
        read_if_exists(tmp_path)
    assert "there is a folder where a file is expected" in (caught.value.hint or "")
    with pytest.raises(StorageError, match="Not a directory"):
        read_if_exists(tmp_path / "empty" / "x")


# Permissions do not bind root; as any other user the test runs.
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(OLD)
    path.chmod(0)
    with pytest.raises(StorageError, match="Permission denied"):
        read_if_exists(path)


def test_folders_are_made_durably_one_inside_the_other(tmp_path: Path) -> None:
    disk = Disk(only=("fsync",))
    make_folder(tmp_path / "a" / "b" / "c", disk.ops())
    make_folder(tmp_path / "a" / "b" / "c", disk.ops())
    assert (tmp_path / "a" / "b" / "c").is_dir()
    assert disk.calls == 3


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_system_that_cannot_sync_folders_is_taken_as_it_is(tmp_path: Path, number: int) -> None:
    disk = Disk(1, OSError(number, os.strerror(number)), only=("fsync",))
    sync_folder(tmp_path, disk.ops())
    assert disk.calls == 1


def test_a_folder_that_fails_to_sync_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Input/output"):
        sync_folder(tmp_path, Disk(1, OSError(errno.EIO, os.strerror(errno.EIO)), only=("fsync",)).ops())


def test_removing_what_is_not_there_is_fine(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    remove_file(tmp_path / "x")
    remove_file(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_writing_nothing_writes_nothing() -> None:
    disk = Disk()
    write_all(-1, b"", disk.ops())
    assert disk.calls == 0
