"""What a video is by its bytes; the kinds of containers are tested through the archive."""

import hashlib
import io
import os
from pathlib import Path

import pytest

from ltxspec.storage.videos import digest_of, hash_of, suffix_of


def test_a_file_is_hashed_whole_or_from_where_it_stands(tmp_path: Path) -> None:
    data = b"a video" * 300_000
    (tmp_path / "video").write_bytes(data)
    assert hash_of(tmp_path / "video") == hashlib.sha256(data).hexdigest() == digest_of(io.BytesIO(data))


def test_what_is_no_file_is_neither_hashed_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for ask in (hash_of, suffix_of):
        with pytest.raises(OSError, match="not a file"):
            ask(tmp_path / "pipe")
