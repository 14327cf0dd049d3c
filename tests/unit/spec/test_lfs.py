import pytest

from ltxspec.errors import LockfileError, Problems
from ltxspec.lock.codec import decode_lockfile
from ltxspec.spec.files import FileProblem, text_of
from ltxspec.spec.lfs import FETCH, KEEP_OUT, is_pointer

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4" * 64 + b"\nsize 12345\n"


def test_a_pointer_is_known_by_its_first_line() -> None:
    assert is_pointer(POINTER)
    assert is_pointer(b"\xef\xbb\xbf" + POINTER.replace(b"\n", b"\r\n"))
    assert not is_pointer(b"A poster that says: version https://git-lfs.github.com/spec/v1")


@pytest.mark.parametrize("name", ["specs/night.yaml", "prompts/rain.j2", "data/shots.csv"])
def test_a_pointer_is_never_taken_for_the_text_it_stands_for(name: str) -> None:
    """It would have been sent, and paid for, as a prompt."""
    with pytest.raises(FileProblem, match=f"`{name}` is only a Git LFS pointer here") as raised:
        text_of(POINTER, name)
    assert raised.value.hint == FETCH


def test_a_lockfile_in_lfs_is_named_with_the_cure() -> None:
    with pytest.raises(LockfileError, match="is only a Git LFS pointer") as raised:
        decode_lockfile(POINTER, "lockfiles/night.lock.json")
    assert raised.value.hint == f"{FETCH}; {KEEP_OUT}"


def test_a_configuration_in_lfs_is_named_with_the_cure(tmp_path_factory: pytest.TempPathFactory) -> None:
    from ltxspec.storage.config import parse_config

    problems = Problems()
    file = tmp_path_factory.mktemp("lfs") / "ltxspec.toml"
    parse_config(POINTER, file, "ltxspec.toml", problems)
    (problem,) = problems.diagnostics
    assert problem.message == "the configuration is only a Git LFS pointer"
    assert problem.hint == f"{FETCH}; {KEEP_OUT}"
