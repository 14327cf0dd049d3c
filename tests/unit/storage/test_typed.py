from pathlib import Path

import pytest

from ltxspec.canonical import sha256_hex
from ltxspec.spec.files import FileProblem
from ltxspec.storage.typed import TYPED, TypedFolder


@pytest.fixture
def files(tmp_path: Path) -> TypedFolder:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "a.txt").write_text("here", encoding="utf-8")
    (tmp_path / "a.txt").write_text("root", encoding="utf-8")
    (tmp_path / "b.txt").write_text("only there", encoding="utf-8")
    return TypedFolder(tmp_path, tmp_path / "prompts", b"\xef\xbb\xbfkind: RenderSpec\r\n")


def test_the_spec_is_text_like_that_of_a_file(files: TypedFolder) -> None:
    assert files.read_text(TYPED, beside="") == "kind: RenderSpec\n"


def test_what_it_names_is_looked_up_in_the_working_directory_and_then_in_the_root(files: TypedFolder) -> None:
    assert files.read_text("a.txt", beside=TYPED) == "here"
    assert files.read_text("b.txt", beside=TYPED) == "only there"
    assert files.read_bytes("a.txt", beside=TYPED) == b"here"
    assert files.resolve("a.txt", beside=TYPED) == "prompts/a.txt"
    assert files.sha256("a.txt", beside=TYPED) == f"sha256:{sha256_hex(b'here')}"


def test_other_specs_look_beside_themselves(files: TypedFolder) -> None:
    assert files.read_text("a.txt", beside="specs.yaml") == "root"
    with pytest.raises(FileProblem, match="leads out of the project"):
        files.read_text("../../x", beside=TYPED)
