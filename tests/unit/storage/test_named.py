import os
from pathlib import Path

import pytest

from ltxspec.errors import WrongUsage
from ltxspec.storage.named import read_named


def test_a_file_is_read_wherever_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_named(tmp_path / "file", "file") == read_named(tmp_path / "link", "link") == b"bytes"


def test_a_pipe_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "endless").symlink_to("/dev/zero")
    for name in ("pipe", "endless"):
        with pytest.raises(WrongUsage, match=f"`{name}` cannot be read: it is a (pipe|device|socket), not a file"):
            read_named(tmp_path / name, name)


def test_what_is_no_file_or_too_large_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_named(tmp_path / "file", "file", limit=5) == b"12345"
    for name, message in (("none", "No such file"), ("a\0b", "not a valid file name"), (".", "directory")):
        with pytest.raises(WrongUsage, match=message):
            read_named(tmp_path / name, name)
    with pytest.raises(WrongUsage, match="is larger than 4 bytes"):
        read_named(tmp_path / "file", "file", limit=4)
