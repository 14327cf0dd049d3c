from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.durable import REAL
from ltxspec.storage.frames import FrameFiles


def test_a_picture_is_kept_once(tmp_path: Path) -> None:
    frames = FrameFiles(tmp_path / "archive" / "frames", REAL.inside(tmp_path))
    frames.keep("ab.png", b"picture")
    kept = tmp_path / "archive" / "frames" / "ab.png"
    before = kept.stat().st_mtime_ns
    frames.keep("ab.png", b"picture")
    assert (kept.read_bytes(), kept.stat().st_mtime_ns) == (b"picture", before)


def test_a_link_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "frames").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        FrameFiles(tmp_path / "archive" / "frames", REAL.inside(tmp_path / "archive")).keep("ab.png", b"picture")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_shots_that_begin_with_one_frame_may_keep_it_at_the_same_time(tmp_path: Path) -> None:
    frames = FrameFiles(tmp_path / "frames", REAL.inside(tmp_path))
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            list(pool.map(lambda _, n=number: frames.keep(f"{n}.png", b"picture" * 1000), range(8)))
    assert {path.read_bytes() for path in (tmp_path / "frames").iterdir()} == {b"picture" * 1000}
