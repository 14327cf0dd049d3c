import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ltxspec.errors import StorageError
from ltxspec.storage.inside import (
    folder_of,
    is_inside,
    kind_of,
    make_one_folder,
    open_file,
    open_real,
    refuse_links_outside,
    refuse_outside,
    remove,
    rename,
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "project" / "inner").mkdir(parents=True)
    return tmp_path / "project"


def test_places_in_the_project_may_be_missing_or_links_within_it(project: Path) -> None:
    (project / "link").symlink_to("inner")
    refuse_outside(project, project, project / "link" / "x", project / "missing" / "deep")
    refuse_links_outside(project, project, project / "missing")


@pytest.mark.parametrize("target", ["../outside", "../outside/not-yet", "..", "inner/../../outside"])
def test_a_link_that_leads_out_is_named_with_where_it_leads(project: Path, target: str) -> None:
    (project / "link").symlink_to(target)
    with pytest.raises(StorageError, match="`link` leads out of the project, to") as caught:
        refuse_outside(project, project / "link" / "deep")
    assert "remove the link" in str(caught.value.hint)
    with pytest.raises(StorageError, match="`link` leads out"):
        refuse_links_outside(project, project)


def test_a_setting_is_named_as_a_cure_only_where_it_is_one(project: Path) -> None:
    for place, is_cure in (
        (".ltxspec/archive", True),
        ("renders", False),
        (".ltxspec/journal", False),
        ("a.json", False),
    ):
        (project / place).parent.mkdir(exist_ok=True)
        (project / place).symlink_to(project.parent / "outside")
        with pytest.raises(StorageError, match="leads out") as caught:
            refuse_outside(project, project / place)
        assert ("`[archive] url`" in (caught.value.hint or "")) is is_cure


def test_a_folder_whose_name_begins_alike_is_outside(project: Path) -> None:
    (project.parent / "project-2").mkdir()
    (project / "link").symlink_to("../project-2")
    with pytest.raises(StorageError, match="leads out"):
        refuse_outside(project, project / "link")


def test_a_project_reached_through_a_link_is_the_project(project: Path) -> None:
    (project.parent / "alias").symlink_to("project")
    refuse_outside(project.parent / "alias", project.parent / "alias" / "inner")


def test_a_link_that_leads_to_itself_is_an_error_or_inside(project: Path) -> None:
    (project / "loop").symlink_to("loop")
    refuse_outside(project, project / "loop")


def test_links_deeper_down_are_not_looked_at(project: Path) -> None:
    (project / "inner" / "link").symlink_to("../../outside")
    refuse_links_outside(project, project)
    with pytest.raises(StorageError, match="`inner/link` leads out"):
        refuse_links_outside(project, project, project / "inner")


def text(descriptor: int) -> str:
    with os.fdopen(descriptor) as file:
        return file.read()


def test_files_are_opened_where_links_within_the_project_lead(project: Path) -> None:
    (project / "inner" / "file").write_text("here")
    (project / "folder").symlink_to("inner")
    (project / "absolute").symlink_to(project / "inner" / "file")
    for name in ("inner/file", "folder/file", "absolute"):
        assert text(open_file(str(project / name), os.O_RDONLY, within=str(project))) == "here"
        assert is_inside(project, project / name)
    (project.parent / "alias").symlink_to("project")
    assert (
        text(open_file(str(project.parent / "alias" / "folder" / "file"), os.O_RDONLY, within=str(project))) == "here"
    )


def test_a_link_itself_is_not_opened_when_the_name_is_meant(project: Path) -> None:
    (project / "link").symlink_to("inner/new")
    for flags in (os.O_NOFOLLOW, os.O_EXCL):
        with pytest.raises(OSError, match="link"):
            open_file(str(project / "link"), os.O_WRONLY | os.O_CREAT | flags, within=str(project))
    assert not (project / "inner" / "new").exists()


def swap(project: Path) -> None:
    """What a process beside us may do at any moment: a folder gives way to a link that leads out."""
    (project / "inner").rename(project / "away")
    (project / "inner").symlink_to(project.parent / "outside")


CALLS: dict[str, Callable[[Path], object]] = {
    "open": lambda project: open_file(str(project / "inner" / "file"), os.O_RDONLY, within=str(project)),
    "create": lambda project: open_file(str(project / "inner" / "x"), os.O_WRONLY | os.O_CREAT, within=str(project)),
    "rename": lambda project: rename(str(project / "mine"), str(project / "inner" / "file"), str(project)),
    "remove": lambda project: remove(str(project / "inner" / "file"), str(project)),
    "mkdir": lambda project: make_one_folder(str(project / "inner" / "x"), 0o777, str(project)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_folder_that_becomes_a_link_in_between_is_no_way_out(
    project: Path, call: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, real = project.parent / "outside", os.path.realpath
    for place in (outside / "file", project / "inner" / "file", project / "mine"):
        place.write_text(str(place))
    looked: list[str] = []

    def realpath(path: str) -> str:
        found = real(path)
        if not looked and "inner" in str(path):
            looked.append(path)
            swap(project)
        return found

    monkeypatch.setattr(os.path, "realpath", realpath)
    with pytest.raises(OSError, match=r"directory|symbolic links"):
        call(project)
    assert looked
    assert {path.name: path.read_text() for path in outside.iterdir()} == {"file": str(outside / "file")}


def test_a_file_that_becomes_a_link_in_between_is_no_way_out(project: Path) -> None:
    (project / "inner" / "file").write_text("here")
    base, real = os.path.realpath(project), os.path.realpath(project / "inner" / "file")
    assert text(open_real(base, real)) == "here"
    (project / "inner" / "file").unlink()
    (project / "inner" / "file").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        open_real(base, real)


def test_what_is_done_in_a_held_folder_stays_there(project: Path) -> None:
    with folder_of(str(project), str(project / "inner" / "new")) as (folder, name):
        swap(project)
        os.close(open_file(name, os.O_WRONLY | os.O_CREAT, folder=folder))
    assert [path.name for path in (project / "away").iterdir()] == ["new"]
    assert list((project.parent / "outside").iterdir()) == []


def next_descriptor() -> int:
    found = os.open(os.devnull, os.O_RDONLY)
    os.close(found)
    return found


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_WRONLY, os.O_RDWR])
@pytest.mark.parametrize("within", [True, False])
def test_pipes_devices_and_folders_are_no_files(project: Path, flags: int, *, within: bool) -> None:
    os.mkfifo(project / "pipe")
    for place in (project / "pipe", project / "inner", *([] if within else [Path("/dev/zero")])):
        before = next_descriptor()
        with pytest.raises(OSError):  # noqa: PT011  # which one depends on the system
            open_file(str(place), flags, within=str(project) if within else None)
        assert next_descriptor() == before, "nothing stays open"


def test_the_project_itself_can_be_held(project: Path) -> None:
    os.close(open_file(str(project), os.O_RDONLY | os.O_DIRECTORY, within=str(project)))


def test_it_works_where_the_system_cannot_hold_a_folder_without_reading_it(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ltxspec.storage import inside

    (project / "inner" / "file").write_text("here")
    monkeypatch.setattr(inside, "_WALK", os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_RDONLY)
    assert text(open_file(str(project / "inner" / "file"), os.O_RDONLY, within=str(project))) == "here"
    (project / "inner" / "link").symlink_to("../../outside")
    with pytest.raises(StorageError, match="leads out"):
        open_file(str(project / "inner" / "link" / "x"), os.O_RDONLY, within=str(project))


@pytest.mark.parametrize(
    ("mode", "name"),
    [(stat.S_IFDIR, "a folder"), (stat.S_IFIFO, "a pipe"), (stat.S_IFSOCK, "a socket"), (stat.S_IFCHR, "a device")],
)
def test_what_is_no_file_is_named(mode: int, name: str) -> None:
    assert kind_of(mode) == name
