from hashlib import sha256
from pathlib import Path

import pytest

from ltxspec.spec.files import FileProblem
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.lfs import pointed_at

PICTURE = b"\x89PNG a picture"
DIGEST = sha256(PICTURE).hexdigest()
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{DIGEST}\nsize {len(PICTURE)}\n".encode()


def test_a_pointer_names_the_file_it_stands_for() -> None:
    assert pointed_at(POINTER) == f"sha256:{DIGEST}"


@pytest.mark.parametrize("data", [b"", PICTURE, POINTER[:-90], POINTER + b"x" * 1024, b"oid sha256:" + b"a" * 64])
def test_anything_else_is_no_pointer(data: bytes) -> None:
    assert pointed_at(data) is None


def test_a_checkout_without_lfs_has_the_same_digest_and_refuses_to_send_the_pointer(tmp_path: Path) -> None:
    (tmp_path / "real.png").write_bytes(PICTURE)
    (tmp_path / "left-out.png").write_bytes(POINTER)
    files = ProjectFolder(tmp_path)
    assert files.sha256("left-out.png", beside="a.yaml") == files.sha256("real.png", beside="a.yaml")
    assert files.read_bytes("real.png", beside="a.yaml") == PICTURE
    with pytest.raises(FileProblem, match="Git LFS pointer"):
        files.read_bytes("left-out.png", beside="a.yaml")
