import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.repositories import commit, git

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.spec.files import FileProblem
from ltxspec.storage.git_refs import commit_of
from ltxspec.storage.paths import find_specs
from ltxspec.storage.trees import FileTree, FolderTree, GitTree

SPEC = b"apiVersion: ltxspec/v1\nkind: RenderSpec\n"
FILES = {
    "specs/b.yaml": SPEC,
    "specs/a.yml": b"not a spec, but right where specs are\n",
    "specs/.hidden.yaml": SPEC,
    "specs/z/late.yaml": SPEC,
    "specs/c/early.yaml": b"# first a comment\n" + SPEC,
    "specs/c/data.yaml": b"rows: []\n",
    "specs/.cache/old.yaml": SPEC,
    "specs/prompts/rain.j2": b"\xef\xbb\xbfRain\r\nover {{ city }}\n",
    "specs/prompts/broken.j2": b"fine\n\xff\xfe",
    "assets/alley.jpg": bytes(range(256)),
    "top.j2": b"top\n",
    "specs/prompts/cafe\u0301.j2": b"decomposed\n",
    "specs/prompts/Hero.j2": b"hero\n",
    "lockfiles/night.lock.json": b"{}",
    "lockfiles/deep/day.lock.json": b"{}",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in a folder of a repository, committed as it is on disk."""
    root = tmp_path / "films" / "night"
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    for name, data in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    (tmp_path / "outside.j2").write_bytes(b"outside\n")
    commit(tmp_path, "all")
    return root


@pytest.fixture(params=["commit", "folder"])
def tree(request: pytest.FixtureRequest, root: Path) -> Iterator[FileTree]:
    """The same project, read in both ways."""
    if request.param == "folder":
        yield FolderTree(root)
    else:
        with GitTree(root, commit_of(root, "HEAD")) as tree:
            yield tree


def test_text_is_read_beside_the_spec_or_from_the_root(tree: FileTree) -> None:
    assert tree.read_text("prompts/rain.j2", beside="specs/b.yaml") == "Rain\nover {{ city }}\n"
    assert tree.read_text("specs/prompts/rain.j2", beside="specs/b.yaml") == "Rain\nover {{ city }}\n"
    assert tree.read_text("../top.j2", beside="specs/b.yaml") == "top\n"


def test_paths_are_resolved_from_the_root(tree: FileTree) -> None:
    assert tree.resolve("prompts/./rain.j2", beside="specs/b.yaml") == "specs/prompts/rain.j2"
    assert tree.resolve("top.j2", beside="specs/c/early.yaml") == "top.j2"


def test_names_are_found_in_the_other_unicode_form_and_suggested_in_other_letter_case(tree: FileTree) -> None:
    assert tree.read_text("prompts/caf\u00e9.j2", beside="specs/b.yaml") == "decomposed\n"
    assert tree.resolve("prompts/caf\u00e9.j2", beside="specs/b.yaml") == "specs/prompts/cafe\u0301.j2"
    with pytest.raises(FileProblem) as caught:
        tree.read_text("prompts/hero.j2", beside="specs/b.yaml")
    assert caught.value.hint == "there is `prompts/Hero.j2`: upper and lower case letters differ in file names"


def test_content_is_hashed(tree: FileTree) -> None:
    expected = f"sha256:{hashlib.sha256(FILES['assets/alley.jpg']).hexdigest()}"
    assert tree.sha256("assets/alley.jpg", beside="specs/b.yaml") == expected
    assert tree.sha256("../assets/alley.jpg", beside="specs/b.yaml") == expected


@pytest.mark.parametrize(
    "path",
    [
        "nosuch.j2", "../../outside.j2", "../../../outside.j2", "/etc/hostname", "~/x", "", "a\0b", "prompts", "C:\\x",
        "prompts/rain.j2/x",
    ],
)  # fmt: skip
def test_what_is_no_file_of_the_project_is_refused(tree: FileTree, path: str) -> None:
    for ask in (tree.read_text, tree.sha256, tree.resolve):
        with pytest.raises(FileProblem):
            ask(path, beside="specs/b.yaml")


def test_text_that_is_not_utf_8_names_the_line(tree: FileTree) -> None:
    with pytest.raises(FileProblem, match=r"not UTF-8 text \(line 2\)"):
        tree.read_text("prompts/broken.j2", beside="specs/b.yaml")


def test_specs_are_found_in_the_order_of_the_walk(tree: FileTree, root: Path) -> None:
    found = tree.specs(["specs"])
    assert found == ["specs/a.yml", "specs/b.yaml", "specs/c/early.yaml", "specs/z/late.yaml"]
    assert found == [path.relative_to(root).as_posix() for path in find_specs(["specs"], root)]


def test_specs_may_be_named_one_by_one_and_missing_folders_are_empty(tree: FileTree) -> None:
    assert tree.specs(["specs/c/data.yaml", "nosuch", "specs/c/data.yaml"]) == ["specs/c/data.yaml"]


def test_names_are_those_right_in_the_folder(tree: FileTree) -> None:
    assert tree.names("lockfiles", ".lock.json") == ["lockfiles/night.lock.json"]
    assert tree.names("nosuch", ".json") == []
    assert tree.names(".", ".j2") == ["top.j2"]


def test_contents_are_bytes_and_missing_is_none(tree: FileTree) -> None:
    assert tree.content("specs/b.yaml") == SPEC
    assert tree.content("nosuch") is None


@pytest.mark.parametrize(
    "target", ["../../outside.j2", "/etc/hostname", "gone.j2", "prompts", "link.j2", "folder/rain.j2"]
)
def test_links_out_of_the_project_and_folders_that_are_links_are_not_followed_in_a_commit(
    root: Path, target: str
) -> None:
    for name, leads_to in (("link.j2", target), ("folder", "prompts"), ("link.yaml", "b.yaml")):
        (root / "specs" / name).symlink_to(leads_to)
    commit(root, "links")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        for path in ("link.j2", "folder/rain.j2"):
            with pytest.raises(FileProblem, match="is a link"):
                tree.read_text(path, beside="specs/b.yaml")
        with pytest.raises(StorageError, match="is a link, or in a folder that is one"):
            tree.content("specs/link.yaml")  # as a lockfile or a configuration would be read


def test_a_linked_spec_and_a_linked_prompt_are_read_alike_in_the_tree_and_in_a_commit(root: Path) -> None:
    (root / "specs" / "0.yaml").symlink_to("z/late.yaml")
    (root / "specs" / "c" / "again.yaml").symlink_to("../b.yaml")
    (root / "specs" / "c" / "rows.yaml").symlink_to("data.yaml")  # no spec
    (root / "specs" / "rain.j2").symlink_to("hop.j2")
    (root / "specs" / "hop.j2").symlink_to("prompts/rain.j2")
    (root / "specs" / "hid.j2").symlink_to(".hidden.yaml")
    (root / "assets" / "link.jpg").symlink_to("alley.jpg")
    commit(root, "links")
    with GitTree(root, commit_of(root, "HEAD")) as committed:
        for tree in (committed, FolderTree(root)):
            assert tree.specs(["specs"]) == ["specs/0.yaml", "specs/a.yml", "specs/b.yaml", "specs/c/early.yaml"]
            assert tree.read_text("specs/0.yaml", beside="") == SPEC.decode()
            assert tree.read_text("rain.j2", beside="specs/b.yaml") == "Rain\nover {{ city }}\n"
            assert tree.resolve("rain.j2", beside="specs/b.yaml") == "specs/prompts/rain.j2"
            assert tree.sha256("assets/link.jpg", beside="specs/b.yaml") == tree.sha256("assets/alley.jpg", beside="")
            with pytest.raises(FileProblem):
                tree.read_text("hid.j2", beside="specs/b.yaml")


def test_a_link_to_a_folder_with_specs_that_are_not_found_is_an_error_in_the_tree_and_in_a_commit(root: Path) -> None:
    (root / "specs" / "again").symlink_to("c")  # whose specs are found
    (root / "specs" / "stills").symlink_to("../assets")  # which has none
    (root / "specs" / ".old").symlink_to("../shelved")
    (root / "specs" / "away").symlink_to(root.parent)
    (root / "shelved").mkdir()
    (root / "shelved" / "one.yaml").write_bytes(SPEC)
    commit(root, "links")
    with GitTree(root, commit_of(root, "HEAD")) as committed:
        assert committed.specs(["specs"]) == FolderTree(root).specs(["specs"])
    (root / "specs" / "shelf").symlink_to("../shelved")
    commit(root, "one more")
    with GitTree(root, commit_of(root, "HEAD")) as committed:
        for tree in (committed, FolderTree(root)):
            with pytest.raises(StorageError, match="`specs/shelf` is a link to a folder with specs, such as `one"):
                tree.specs(["specs"])
            assert "shelved/one.yaml" in tree.specs(["specs", "shelved"])


def test_a_submodule_is_not_entered(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", str(root / "assets" / "library"))
    commit(root / "assets" / "library", "library")
    commit(root, "with a library")
    with (
        GitTree(root, commit_of(root, "HEAD")) as tree,
        pytest.raises(FileProblem, match="another repository"),
    ):
        tree.sha256("assets/library", beside="specs/b.yaml")


def test_a_file_in_git_lfs_counts_by_what_it_stands_for(root: Path) -> None:
    oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n"
    (root / "assets" / "large.png").write_text(pointer, "utf-8")
    commit(root, "large")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        assert tree.sha256("assets/large.png", beside="specs/b.yaml") == f"sha256:{oid}"
        with pytest.raises(FileProblem, match="Git LFS"):
            tree.read_text("assets/large.png", beside="specs/b.yaml")


def test_too_large_a_file_is_refused_and_the_next_one_still_read(root: Path) -> None:
    (root / "specs" / "long.j2").write_bytes(b"x" * (2 * 2**20 + 1))
    commit(root, "long")
    with GitTree(root, commit_of(root, "HEAD"), max_text=2**20, max_bytes=2**20) as tree:
        for ask in (tree.read_text, tree.sha256):
            with pytest.raises(FileProblem, match="larger than 1 MiB"):
                ask("long.j2", beside="specs/b.yaml")
        assert tree.read_text("../top.j2", beside="specs/b.yaml") == "top\n"


def test_too_large_a_content_is_refused_before_it_is_read(root: Path) -> None:
    (root / "ltxspec.toml").write_bytes(b"x" * (2 * 2**20 + 1))
    commit(root, "long")
    with GitTree(root, commit_of(root, "HEAD")) as commits:
        for tree in (FolderTree(root), commits):
            with pytest.raises(StorageError, match=r"ltxspec\.toml`.* 1 MiB|1,?048,?576"):
                tree.content("ltxspec.toml", 2**20)
            assert tree.content("specs/b.yaml", 2**20) == SPEC


def test_a_spec_below_that_is_too_large_or_in_lfs_is_one_that_cannot_be_read(root: Path) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 12345\n"
    (root / "specs" / "c" / "large.yaml").write_text(pointer, "utf-8")
    (root / "specs" / "c" / "long.yaml").write_bytes(b"x" * (2**20 + 1))
    commit(root, "odd")
    with GitTree(root, commit_of(root, "HEAD"), max_text=2**20) as tree:
        found = [path for path in tree.specs(["specs"]) if path.startswith("specs/c/l")]
        assert found == ["specs/c/large.yaml", "specs/c/long.yaml"]
        for path in found:
            with pytest.raises(FileProblem):
                tree.read_text(path, beside="")


@pytest.mark.parametrize(
    "path", [".env", "../.env", "./.env", "../.git/config", "prompts/../.env", ".secret/rain.j2", "nosuch/.x"]
)
def test_hidden_files_are_refused_whether_they_are_there_or_not(tree: FileTree, path: str) -> None:
    for ask in (tree.read_text, tree.sha256, tree.resolve):
        with pytest.raises(FileProblem, match="begins with a dot") as caught:
            ask(path, beside="specs/b.yaml")
        assert caught.value.hint is not None


@pytest.mark.parametrize("text", ["eol=crlf", "text eol=crlf", "ident", "filter=lfs2"])
def test_the_bytes_of_an_image_must_be_those_of_a_checkout(root: Path, text: str) -> None:
    (root / ".gitattributes").write_text(f"*.jpg {text}\n", "utf-8")
    commit(root, "attributes")
    with (
        GitTree(root, commit_of(root, "HEAD")) as tree,
        pytest.raises(FileProblem, match=r"has the attribute .* in `\.gitattributes`"),
    ):
        tree.sha256("assets/alley.jpg", beside="")


@pytest.mark.parametrize(
    "text", ["filter=lfs diff=lfs merge=lfs -text", "binary", "text=auto eol=crlf", "eol=lf", "-ident"]
)
def test_attributes_that_leave_the_bytes_of_an_image_alone_are_fine(root: Path, text: str) -> None:
    (root / ".gitattributes").write_text(f"*.jpg {text}\n", "utf-8")
    commit(root, "attributes")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        tree.sha256("assets/alley.jpg", beside="")


def test_an_image_that_git_takes_for_text_is_refused_where_its_line_ends_would_change(root: Path) -> None:
    (root / "assets" / "text.jpg").write_bytes(b"\xff\xd8\xffno byte of it is 0\n")
    (root / ".gitattributes").write_text("* text=auto eol=crlf\n", "utf-8")
    commit(root, "attributes")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        for _ in range(2):
            with pytest.raises(FileProblem, match=r"has the attribute `eol=crlf`"):
                tree.sha256("assets/text.jpg", beside="")
    (root / ".gitattributes").write_text("* text=auto eol=crlf\n*.jpg binary\n", "utf-8")
    commit(root, "no texts")
    with GitTree(root, commit_of(root, "HEAD")) as tree:
        assert tree.sha256("assets/text.jpg", beside="").startswith("sha256:")


def test_a_pointer_that_only_git_lfs_knows_is_no_image(root: Path) -> None:
    (root / "assets" / "old.png").write_text("version https://hawser.github.com/spec/v1\noid sha256:00\nsize 1\n")
    commit(root, "old")
    (root / ".gitattributes").write_text("*.png filter=lfs\n", "utf-8")
    git(root, "add", ".gitattributes")
    git(root, "commit", "--quiet", "--message=attributes")
    with GitTree(root, commit_of(root, "HEAD")) as tree, pytest.raises(FileProblem, match="an unknown format"):
        tree.sha256("assets/old.png", beside="")


def test_a_commit_does_not_change_with_the_disk(root: Path) -> None:
    before = commit_of(root, "HEAD")
    (root / "top.j2").write_bytes(b"edited\n")
    with GitTree(root, before) as tree:
        assert tree.read_text("top.j2", beside="") == "top\n"


def test_a_commit_from_before_the_project_is_empty(root: Path, tmp_path: Path) -> None:
    (tmp_path / "films" / "day").mkdir()
    with GitTree(tmp_path / "films" / "day", commit_of(root, "HEAD")) as tree:
        assert (tree.specs(["specs"]), tree.content("ltxspec.toml")) == ([], None)


def test_specs_outside_of_the_project_are_in_no_commit(root: Path) -> None:
    with GitTree(root, commit_of(root, "HEAD")) as tree, pytest.raises(WrongUsage, match="leads out of the project"):
        tree.specs(["../other"])


@pytest.mark.parametrize("path", ["", "a\x1b.j2", "a\n.j2", "a\x7f.j2", "a\x9b.j2", "a\udc80.j2"])
def test_an_odd_name_is_refused_in_a_commit_as_it_is_on_disk(tree: FileTree, path: str) -> None:
    with pytest.raises(FileProblem, match="control character"):
        tree.read_text(path, beside="specs/b.yaml")
