import errno
import os
from pathlib import Path

import pytest
from disk_faults import half_a_write

from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL
from ltxspec.storage.partial import PartialFile, try_writing


def test_a_download_grows_and_begins_anew(tmp_path: Path) -> None:
    sink = PartialFile(tmp_path / "video")
    assert sink.size == 0
    sink.write(b"one")
    sink.write(b" two")
    assert (sink.size, (tmp_path / "video").read_bytes()) == (7, b"one two")
    sink.restart()
    sink.restart()
    sink.write(b"three")
    assert (sink.size, (tmp_path / "video").read_bytes()) == (5, b"three")


def test_what_an_earlier_process_wrote_is_gone_on_from(tmp_path: Path) -> None:
    PartialFile(tmp_path / "video").write(b"one")
    sink = PartialFile(tmp_path / "video")
    sink.write(b" two")
    assert sink.size == 7


def test_a_second_writer_is_noticed_and_the_bytes_are_not_mixed(tmp_path: Path) -> None:
    ours, theirs = PartialFile(tmp_path / "video"), PartialFile(tmp_path / "video")
    ours.write(b"one")
    assert theirs.size == 3
    theirs.write(b" two")
    assert ours.size == 7
    with pytest.raises(StorageError, match="another process is downloading"):
        ours.write(b" two")
    assert (tmp_path / "video").read_bytes() == b"one two"
    (tmp_path / "video").unlink()
    with pytest.raises(StorageError, match="another process is downloading"):
        theirs.write(b" three")


def test_after_a_write_that_failed_half_way_the_download_goes_on_from_there(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    sink = PartialFile(tmp_path / "video", half_a_write(full))
    with pytest.raises(StorageError, match="No space left"):
        sink.write(b"onetwo")
    assert sink.size == 3
    sound = PartialFile(tmp_path / "video")
    sound.write(b"two")
    assert (tmp_path / "video").read_bytes() == b"onetwo"


def test_a_folder_that_cannot_be_written_is_found_before_anything_is_needed_of_it(tmp_path: Path) -> None:
    try_writing(tmp_path / "archive" / "partial" / "writable", REAL)
    assert list((tmp_path / "archive" / "partial").iterdir()) == []
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="cannot write"):
        try_writing(tmp_path / "file" / "partial" / "writable", REAL)
