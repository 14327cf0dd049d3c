import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.documents import write_document


def test_pieces_become_one_file_in_a_folder_made_for_it(tmp_path: Path) -> None:
    write_document(tmp_path / "a" / "b" / "page.html", iter([b"one ", b"two"]))
    assert (tmp_path / "a" / "b" / "page.html").read_bytes() == b"one two"
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["page.html"]


def test_a_piece_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise StorageError("a video cannot be read")

    file = tmp_path / "page.html"
    file.write_bytes(b"old")
    with pytest.raises(StorageError, match="a video cannot be read"):
        write_document(file, pieces())
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("page.html", b"old")]


def test_what_cannot_be_written_is_said_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(StorageError, match=r"cannot write `.*page\.html`"):
        write_document(tmp_path / "page.html", [b"x"])
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_link_that_waits_under_the_name_of_the_unfinished_file_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / f".page.html.{os.getpid()}.part").symlink_to(tmp_path / "outside")
    write_document(tmp_path / "page.html", [b"x"])
    assert (tmp_path / "page.html").read_bytes() == b"x"
    assert not (tmp_path / "outside").exists()
