"""What a checkout changes; through reviews: `acceptance/test_unseen_changes.py`."""

import tempfile
from pathlib import Path

import pytest
from acceptance.repositories import commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git_checkout import Checkout, may_be_text, parents
from ltxspec.storage.git_objects import list_tree


def checkout(root: Path) -> Checkout:
    head = git(root, "rev-parse", "HEAD").stdout.strip()
    return Checkout(root, head, list_tree(root, head))


def attributes(root: Path, text: str, name: str = ".gitattributes") -> None:
    (root / name).write_text(text, "utf-8")
    git(root, "add", name)
    git(root, "commit", "--quiet", "--message=attributes")


def test_git_is_not_asked_where_no_file_has_attributes(repository: Path) -> None:
    git(repository, "rm", "--quiet", "-r", "--ignore-unmatch", ".gitattributes")
    commit(repository, "none")
    with checkout(repository) as found:
        assert found.changed("notes.txt") is None
        assert not found.is_in_lfs("notes.txt")
        assert found._process is None


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("*.txt working-tree-encoding=UTF-16", "working-tree-encoding=UTF-16"),
        ("*.txt ident", "ident"),
        ("*.txt filter=lfs", "filter=lfs"),
        ("[attr]quiet ident\n* quiet", "ident"),
    ],
)
def test_an_attribute_that_changes_bytes_is_named(repository: Path, text: str, attribute: str) -> None:
    attributes(repository, f"{text}\n")
    with checkout(repository) as found:
        difference = found.changed("notes.txt")
        assert difference is not None
        assert f"`{attribute}`" in difference[0]


def test_line_ends_count_where_every_byte_does(repository: Path) -> None:
    attributes(repository, "*.txt text eol=crlf\n")
    with checkout(repository) as found:
        assert found.changed("notes.txt") is None
        assert found.changed("notes.txt", exact=True) is not None


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("*.png text=auto eol=crlf", True),
        ("*.png eol=crlf", True),
        ("*.png crlf eol=crlf", True),
        ("* text=auto eol=crlf\n*.png -text", False),
        ("* text=auto eol=crlf\n*.png binary", False),
        ("* text=auto eol=lf", False),
    ],
)
def test_a_picture_that_git_may_take_for_text_keeps_its_bytes_only_where_it_is_said_to_be_none(
    repository: Path, text: str, *, changes: bool
) -> None:
    picture = b"GIF89a\nno byte of it is 0\n"
    (repository / "alley.png").write_bytes(picture)
    git(repository, "add", "alley.png")
    attributes(repository, f"{text}\n")
    with checkout(repository) as found:
        told = found.changed("alley.png", exact=True) or found.changed_text("alley.png")
        assert (told is not None) is changes
    (repository / "alley.png").unlink()
    git(repository, "checkout", "--", "alley.png")
    assert ((repository / "alley.png").read_bytes() != picture) is changes


@pytest.mark.parametrize("content", [b"no line", b"a\r\nb\n", b"a\rb\n", b"a\n\0", b"\x89PNG\r\n\x1a\n\0"])
def test_git_leaves_alone_what_cannot_be_text(repository: Path, content: bytes) -> None:
    assert not may_be_text(content)
    assert may_be_text(b"GIF89a\nb")
    (repository / "alley.png").write_bytes(content)
    git(repository, "-c", "core.autocrlf=false", "add", "alley.png")
    attributes(repository, "*.png text=auto eol=crlf\n")
    (repository / "alley.png").unlink()
    git(repository, "checkout", "--", "alley.png")
    assert (repository / "alley.png").read_bytes() == content


def test_the_attributes_are_those_of_the_commit(repository: Path) -> None:
    attributes(repository, "*.txt ident\n")
    (repository / ".gitattributes").write_text("", "utf-8")
    with checkout(repository) as found:
        assert found.changed("notes.txt") is not None
    git(repository, "add", ".gitattributes")
    with checkout(repository) as found:
        assert found.changed("notes.txt") is not None
        assert found.changed("odd \n n\u00e4me \udcff.txt") is not None


def test_the_index_of_the_repository_stays_as_it_is_and_nothing_is_left_behind(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    git(repository, "config", "core.splitIndex", "true")
    attributes(repository, "*.txt ident\n")
    before, there = (repository / ".git" / "index").read_bytes(), sorted((repository / ".git").iterdir())
    outside = sorted(path.name for path in tmp_path.glob("ltxspec-*"))
    with checkout(repository) as found:
        found.changed("notes.txt")
    assert (repository / ".git" / "index").read_bytes() == before
    assert sorted((repository / ".git").iterdir()) == there
    assert sorted(path.name for path in tmp_path.glob("ltxspec-*")) == outside


def test_attributes_that_git_cannot_read_are_an_error_and_not_none(repository: Path) -> None:
    attributes(repository, "*.txt ident\n")
    blob = git(repository, "rev-parse", "HEAD:.gitattributes").stdout.strip()
    with checkout(repository) as found:
        (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(StorageError, match="does not have the content"):
            found.changed("notes.txt")


def test_attributes_behind_a_link_are_an_error(repository: Path) -> None:
    git(repository, "rm", "--quiet", "--ignore-unmatch", ".gitattributes")
    (repository / ".gitattributes").symlink_to("notes.txt")
    commit(repository, "linked")
    with checkout(repository) as found, pytest.raises(StorageError, match=r"`.gitattributes` is a link"):
        found.changed("notes.txt")


def test_a_git_that_gave_up_is_an_error(repository: Path) -> None:
    attributes(repository, "*.txt ident\n")
    with checkout(repository) as found:
        assert found.changed("notes.txt") is not None
        assert found._process is not None
        found._process.kill()
        found._process.wait()
        for _ in range(2):
            with pytest.raises(StorageError, match="does not report which attributes"):
                found.changed("notes.txt")


def test_links_and_what_is_below_them_are_elsewhere(repository: Path) -> None:
    (repository / "link").symlink_to("lockfiles")
    commit(repository, "link")
    with checkout(repository) as found:
        for path in ("link", "link/night.lock.json"):
            assert found.elsewhere(path) is not None
        for path in ("lockfiles", "lockfiles/night.lock.json", "nosuch"):
            assert found.elsewhere(path) is None


def test_parents_are_the_folders_inside_out() -> None:
    assert list(parents("a/b/c")) == ["a/b", "a"]
    assert list(parents("a")) == []
