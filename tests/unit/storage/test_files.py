"""Project files: found where the user means, and nothing outside the project."""

import hashlib
import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.storage.files import ProjectFolder, pointed_at

SPEC = "specs/night.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a file beside the spec, one at the root, and a secret outside."""
    project = tmp_path / "project"
    for name, content in {
        "specs/prompts/alley.j2": "beside",
        "prompts/alley.j2": "at the root",
        "prompts/fog.j2": "only at the root",
        "assets/alley.jpg": "pixels",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    (tmp_path / "secret.txt").write_text("secret")
    return project


@pytest.fixture
def files(root: Path) -> ProjectFolder:
    return ProjectFolder(root)


def problem(files: ProjectFolder, path: str, beside: str = SPEC) -> FileProblem:
    with pytest.raises(FileProblem) as caught:
        files.read_text(path, beside=beside)
    for other in (files.sha256, files.resolve, files.read_bytes):
        with pytest.raises(FileProblem):
            other(path, beside=beside)
    return caught.value


def test_it_is_what_rendering_asks_for(files: ProjectFolder) -> None:
    port: ProjectFiles = files
    assert port.read_text("prompts/alley.j2", beside=SPEC) == "beside"


def test_a_file_beside_the_spec_comes_before_one_at_the_root(files: ProjectFolder) -> None:
    assert files.resolve("prompts/alley.j2", beside=SPEC) == "specs/prompts/alley.j2"
    assert files.resolve("prompts/fog.j2", beside=SPEC) == "prompts/fog.j2"
    assert files.read_text("prompts/alley.j2", beside="night.yaml") == "at the root"


def test_a_spec_may_be_named_by_its_absolute_path(root: Path, files: ProjectFolder) -> None:
    assert files.read_text("prompts/alley.j2", beside=str(root / SPEC)) == "beside"


def test_a_path_may_go_up_as_long_as_it_stays_in_the_project(files: ProjectFolder) -> None:
    assert files.resolve("../assets/alley.jpg", beside=SPEC) == "assets/alley.jpg"
    assert files.read_bytes("./../assets/../assets/alley.jpg", beside=SPEC) == b"pixels"


def test_a_file_of_the_specs_own_folder_is_found_after_being_missed_once(root: Path, files: ProjectFolder) -> None:
    problem(files, "late.txt")
    (root / "late.txt").write_text("here")
    assert files.read_text("late.txt", beside=SPEC) == "here"
    (root / "late.txt").unlink()
    problem(files, "late.txt")


def test_byte_order_mark_and_windows_line_ends_are_dropped(root: Path, files: ProjectFolder) -> None:
    (root / "x.txt").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert files.read_text("x.txt", beside=SPEC) == "a\nb\rc\n"
    assert files.read_bytes("x.txt", beside=SPEC) == b"\xef\xbb\xbfa\r\nb\rc\n"


def test_text_in_another_encoding_is_refused_with_its_line(root: Path, files: ProjectFolder) -> None:
    (root / "x.txt").write_bytes(b"one\ntwo\nStra\xdfe\n")
    with pytest.raises(FileProblem, match=r"not UTF-8 text \(line 3\)"):
        files.read_text("x.txt", beside=SPEC)


def test_a_digest_is_that_of_the_bytes_and_follows_them(root: Path, files: ProjectFolder) -> None:
    path = root / "assets" / "alley.jpg"
    assert files.sha256("assets/alley.jpg", beside=SPEC) == f"sha256:{hashlib.sha256(b'pixels').hexdigest()}"
    path.write_bytes(b"other pixels")
    assert files.sha256("assets/alley.jpg", beside=SPEC) == f"sha256:{hashlib.sha256(b'other pixels').hexdigest()}"


def test_a_file_is_hashed_once_while_size_and_time_stay_the_same(root: Path, files: ProjectFolder) -> None:
    path = root / "assets" / "alley.jpg"
    first = files.sha256("assets/alley.jpg", beside=SPEC)
    times = path.stat()
    path.write_bytes(b"PIXELS")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert files.sha256("../assets/alley.jpg", beside=SPEC) == first, "remembered by file, not by how it is written"
    assert ProjectFolder(root).sha256("assets/alley.jpg", beside=SPEC) != first, "and only within one process"


@pytest.mark.parametrize("path", ["/etc/passwd", "/", "~/x", "\\\\host\\x", "C:\\x", "c:/x"])
def test_absolute_paths_are_refused(files: ProjectFolder, path: str) -> None:
    assert "is an absolute path" in problem(files, path).summary


def test_an_absolute_path_into_the_project_is_refused_too(root: Path, files: ProjectFolder) -> None:
    assert "is an absolute path" in problem(files, str(root / "assets" / "alley.jpg")).summary


@pytest.mark.parametrize(
    "path", ["../../secret.txt", "../../../../../../etc/passwd", "a/../../../secret.txt", "../../project2/x"]
)
def test_paths_that_lead_out_of_the_project_are_refused(root: Path, files: ProjectFolder, path: str) -> None:
    (root.parent / "project2").mkdir()
    (root.parent / "project2" / "x").touch()
    error = problem(files, path)
    assert error.summary == f"`{path}` leads out of the project"
    assert "copy it into the project" in (error.hint or "")


def test_a_path_that_leaves_beside_the_spec_is_still_looked_for_at_the_root_only_inside(files: ProjectFolder) -> None:
    assert "leads out of the project" in problem(files, "../secret.txt", beside="night.yaml").summary
    assert "does not exist" in problem(files, "../secret.txt").summary


@pytest.mark.parametrize("target", ["../secret.txt", "/etc/hostname", "../../../../../../../etc/passwd"])
def test_links_that_lead_out_of_the_project_are_refused(root: Path, files: ProjectFolder, target: str) -> None:
    (root / "link").symlink_to(target)
    (root / "folder").symlink_to("/etc")
    (root / "chain").symlink_to("link")
    assert "link" in problem(files, "link").summary
    assert "link" in problem(files, "chain").summary
    assert "a link that leads out of the project" in problem(files, "folder/hostname").summary


def test_a_link_beside_the_spec_that_leads_out_is_not_replaced_by_a_file_at_the_root(
    root: Path, files: ProjectFolder
) -> None:
    (root / "specs" / "x.txt").symlink_to("../../secret.txt")
    (root / "x.txt").write_text("fine")
    assert "leads out" in problem(files, "x.txt").summary


def test_links_within_the_project_are_followed(root: Path, files: ProjectFolder) -> None:
    (root / "specs" / "pictures").symlink_to("../assets")
    assert files.resolve("pictures/alley.jpg", beside=SPEC) == "assets/alley.jpg"
    assert files.read_text("pictures/alley.jpg", beside=SPEC) == "pixels"


def test_dangling_and_circular_links_are_refused(root: Path, files: ProjectFolder) -> None:
    (root / "dangling").symlink_to("nowhere")
    (root / "loop").symlink_to("loop")
    assert problem(files, "dangling").summary == "`dangling` is a link to something that does not exist"
    assert "loop" in problem(files, "loop").summary


def test_a_project_that_is_itself_a_link_is_fine(tmp_path: Path, root: Path) -> None:
    (tmp_path / "short").symlink_to(root)
    assert ProjectFolder(tmp_path / "short").resolve("prompts/alley.j2", beside=SPEC) == "specs/prompts/alley.j2"


def test_pipes_devices_and_folders_are_refused_without_waiting_for_them(root: Path, files: ProjectFolder) -> None:
    os.mkfifo(root / "pipe")
    (root / "zero").symlink_to("/dev/zero")
    assert problem(files, "pipe").summary == "`pipe` is a pipe, not a file"
    assert "leads out" in problem(files, "zero").summary
    assert problem(files, "assets").summary == "`assets` is a folder"
    assert problem(files, ".").summary == "`.` is a folder"


# A device inside a project needs root to exist; devices outside of it are tested above, as any user.
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device")
def test_a_device_inside_the_project_is_refused(root: Path, files: ProjectFolder) -> None:
    try:
        os.mknod(root / "zero", 0o020666, os.makedev(1, 5))
    except PermissionError:  # root in a container may lack the right, and then nobody there can make one
        pytest.skip("this container may not make devices")
    assert problem(files, "zero").summary == "`zero` is a device, not a file"


def test_files_beyond_a_size_are_refused(root: Path) -> None:
    (root / "x").write_bytes(b"12345")
    small = ProjectFolder(root, max_text=4, max_bytes=5)
    assert small.read_bytes("x", beside=SPEC) == b"12345"
    with pytest.raises(FileProblem, match="larger than 4 bytes"):
        small.read_text("x", beside=SPEC)
    smaller = ProjectFolder(root, max_bytes=4)
    with pytest.raises(FileProblem, match="larger than 4 bytes"):
        smaller.read_bytes("x", beside=SPEC)
    with pytest.raises(FileProblem, match="larger than 4 bytes"):
        smaller.sha256("x", beside=SPEC)


def test_a_sparse_giant_is_refused_without_reading_it_all(root: Path, files: ProjectFolder) -> None:
    with (root / "giant").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FileProblem, match="larger than 32 MiB"):
        files.read_text("giant", beside=SPEC)


@pytest.mark.parametrize("path", ["", "a\0b", "a\nb", "\ud800"])
def test_odd_names_are_refused(files: ProjectFolder, path: str) -> None:
    assert problem(files, path).summary == "a file name is empty or holds a control character"


def test_a_missing_file_is_told_with_the_places_and_a_suggestion(files: ProjectFolder) -> None:
    error = problem(files, "prompts/ally.j2")
    assert error.summary == (
        "`prompts/ally.j2` does not exist (looked for `specs/prompts/ally.j2` and `prompts/ally.j2`)"
    )
    assert error.hint == "did you mean `prompts/alley.j2`?"
    assert problem(files, "nowhere/x").hint is None
    assert problem(files, "prompts\\alley.j2").hint == "write paths with `/`"
    assert problem(files, "x" * 5000).summary.startswith("`xxx")


def test_a_folder_of_very_many_files_is_not_looked_through_to_its_end(
    root: Path, files: ProjectFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.storage.files._MOST_NAMES", 0)
    (root / "notes.txt").touch()
    assert problem(files, "note.txt").hint is None
    monkeypatch.undo()
    assert problem(files, "note.txt").hint == "did you mean `notes.txt`?"


# Permissions do not bind root; as any other user the test runs.
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told_so(root: Path, files: ProjectFolder) -> None:
    (root / "x").touch(mode=0)
    assert problem(files, "x").hint == "check its permissions"


@given(st.lists(st.sampled_from(["..", ".", "a", "", "specs", "secret.txt", "~", "etc"]), max_size=8).map("/".join))
def test_no_path_ever_reads_the_secret_outside(path: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "secret.txt").write_text("secret")
        (Path(folder) / "project" / "specs").mkdir(parents=True)
        with pytest.raises(FileProblem):
            ProjectFolder(Path(folder) / "project").read_text(path, beside=SPEC)


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


@pytest.mark.parametrize(("saved", "written"), [("caf\u00e9", "cafe\u0301"), ("cafe\u0301", "caf\u00e9")])
def test_a_file_saved_in_the_other_unicode_form_is_found(
    root: Path, files: ProjectFolder, saved: str, written: str
) -> None:
    (root / "specs" / f"{saved}.j2").write_text("rain")
    assert files.read_text(f"{written}.j2", beside=SPEC) == "rain"
    assert files.resolve(f"{written}.j2", beside=SPEC) == f"specs/{saved}.j2"
    assert files.sha256(f"{written}.j2", beside=SPEC) == files.sha256(f"{saved}.j2", beside=SPEC)


def test_a_name_in_other_letter_case_is_not_found_but_suggested(root: Path, files: ProjectFolder) -> None:
    (root / "specs" / "Assets").mkdir()
    (root / "specs" / "Assets" / "Hero.JPG").touch()
    hint = "there is `Assets/Hero.JPG`: upper and lower case letters differ in file names"
    assert problem(files, "assets/hero.jpg").hint == hint
