"""What a command writes where its user says: whole or not at all, and never in place of something else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.outputs import replacing, write_document


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


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("p.lock.json", "a lockfile"),
        ("p.review.json", "a record of verdicts"),
        ("ltxspec.toml", "the project's settings"),
    ],
)
def test_a_document_of_a_command_is_never_written_over_a_record(name: str, kind: str, tmp_path: Path) -> None:
    record = tmp_path / name
    record.write_bytes(b"paid")
    with pytest.raises(StorageError, match=f"would be {kind}") as caught:
        write_document(record, [b"other"])
    assert caught.value.hint == "name another file"
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert record.read_bytes() == b"paid"


def test_a_read_only_file_is_kept_also_behind_a_link(tmp_path: Path) -> None:
    archived, link = tmp_path / "ab.mp4", tmp_path / "alley.mp4"
    archived.write_bytes(b"paid")
    archived.chmod(0o444)
    link.symlink_to(archived)
    for path in (archived, link):
        with pytest.raises(StorageError, match="read-only, and is not replaced"), replacing(path, follow=True):
            pytest.fail("nothing is written")
    with replacing(link) as aside:
        aside.write_bytes(b"a copy")
    assert (archived.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"paid", b"a copy", False)


def test_a_link_stays_and_the_file_behind_it_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    shared, link = tmp_path / "shared" / "s.html", tmp_path / "s.html"
    shared.parent.mkdir()
    shared.write_bytes(b"old")
    shared.chmod(0o600)
    link.symlink_to(shared)
    write_document(link, [b"new"])
    assert (link.is_symlink(), shared.read_bytes(), shared.stat().st_mode & 0o777) == (True, b"new", 0o600)
    assert [path.name for path in shared.parent.iterdir()] == ["s.html"]


def test_what_replaces_the_link_of_a_video_is_a_new_file_and_may_not_be_written_by_everybody(tmp_path: Path) -> None:
    (tmp_path / "archived.mp4").write_bytes(b"paid for")
    link = tmp_path / "alley.mp4"
    link.symlink_to("archived.mp4")
    with replacing(link) as aside:
        aside.write_bytes(b"film")
        usual = aside.stat().st_mode
    assert (link.is_symlink(), link.read_bytes(), link.stat().st_mode) == (False, b"film", usual)
    assert (tmp_path / "archived.mp4").read_bytes() == b"paid for"


@pytest.mark.parametrize("follow", [False, True])
@pytest.mark.parametrize("kind", ["/dev/fd", "/proc/self/fd"])
def test_a_file_that_is_open_is_never_replaced_by_its_number(kind: str, follow: bool, tmp_path: Path) -> None:
    with (tmp_path / "f.out").open("w") as file:
        number = Path(kind) / str(file.fileno())
        with pytest.raises(StorageError, match="it is a device, not a file"), replacing(number, follow=follow):
            pytest.fail("nothing is written")
    assert [path.name for path in tmp_path.iterdir()] == ["f.out"]


@pytest.mark.parametrize("follow", [False, True])
def test_the_link_of_a_device_is_never_replaced(follow: bool) -> None:
    with pytest.raises(StorageError, match="it is a device, not a file"), replacing(Path("/dev/stdout"), follow=follow):
        pytest.fail("nothing is written")


def test_a_link_that_leads_nowhere_or_to_a_record_is_refused(tmp_path: Path) -> None:
    gone, record = tmp_path / "gone.html", tmp_path / "record.html"
    gone.symlink_to(tmp_path / "unmounted" / "gone.html")
    (tmp_path / "night.LOCK.JSON").write_bytes(b"paid")
    record.symlink_to(tmp_path / "night.LOCK.JSON")
    with pytest.raises(StorageError, match="broken"):
        write_document(gone, [b"x"])
    with pytest.raises(StorageError, match="would be a lockfile"):
        write_document(record, [b"x"])
    assert (tmp_path / "night.LOCK.JSON").read_bytes() == b"paid"


def test_what_became_a_kept_file_while_the_new_one_was_written_is_kept(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"

    def slowly() -> Iterator[bytes]:
        yield b"half"
        film.write_bytes(b"another's")
        film.chmod(0o444)

    with pytest.raises(StorageError, match="read-only"):
        write_document(film, slowly())
    assert film.read_bytes() == b"another's"
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


@pytest.mark.parametrize(
    ("there", "is_replaced"), [(b"TITLE: old", True), (b"", True), (b"shots:", False), (b"T", False)]
)
def test_a_file_that_begins_otherwise_is_another_kind_and_kept(there: bytes, is_replaced: bool, tmp_path: Path) -> None:
    path = tmp_path / "film.edl"
    path.write_bytes(there)
    if is_replaced:
        write_document(path, [b"TITLE: new"], begins=b"TITLE: ")
    else:
        with pytest.raises(StorageError, match="a file of another kind, and is not replaced"):
            write_document(path, [b"TITLE: new"], begins=b"TITLE: ")
    assert path.read_bytes() == (b"TITLE: new" if is_replaced else there)


@pytest.mark.parametrize("name", ["film.yaml", "shots.CSV", "alley.j2", "models.toml", ".gitattributes"])
def test_what_people_write_is_not_replaced_by_another_kind_of_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("by hand")
    with pytest.raises(StorageError, match="a file of another kind, and is not replaced"):
        write_document(path, [b"{}"])
    assert path.read_text() == "by hand"
    path.write_text("")
    write_document(path, [b"{}"])
    assert path.read_text() == "{}"
