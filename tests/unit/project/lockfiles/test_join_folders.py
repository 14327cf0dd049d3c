"""What is believed of the folders that shards leave behind."""

import shutil
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec

from ltxspec.errors import LockfileError, StorageError, WrongUsage
from ltxspec.project.api import Project, open_project
from ltxspec.project.lockfiles.join_folders import read_folders, refuse_foreign

SPEC = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720}\nshots:\n  tower: {prompt: A tower.}\n"
LOCKFILE = Path(".ltxspec/sandbox/lockfiles/night.lock.json")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "ltxspec.toml").write_text('[project]\nid = "x"\n[provider]\nname = "sandbox"\n[sandbox]\nspeed = 1000\n')
    write_spec(folder, SPEC)
    ltxspec("apply", cwd=folder)
    return open_project(folder)


def left(project: Project, name: str = "left") -> Path:
    """A copy of the project, as an artifact has it."""
    return Path(shutil.copytree(project.folder, project.folder.parent / name, symlinks=True))


@pytest.mark.parametrize("place", [LOCKFILE, Path("night.lock.json")])
def test_lockfiles_are_found_where_a_project_has_them_and_directly(project: Project, place: Path) -> None:
    folder = project.folder.parent / "left"
    (folder / place).parent.mkdir(parents=True)
    shutil.copy(project.folder / LOCKFILE, folder / place)
    found = read_folders(project, ["../left"])
    assert [one.shown for one in found["night"].lockfiles] == [f"../left/{place.as_posix()}"]


def test_other_files_of_a_copy_of_the_project_are_none_of_a_shard(project: Project) -> None:
    for name in ("table.jsonl", "other.lock.json"):
        (left(project, name) / name).write_text("no journal", "utf-8")
        assert list(read_folders(project, [f"../{name}"])) == ["night"]


def test_a_folder_that_is_not_there_or_empty_is_a_mistake(project: Project) -> None:
    with pytest.raises(WrongUsage, match="there is no folder"):
        read_folders(project, ["../left"])
    (project.folder.parent / "left").mkdir()
    with pytest.raises(WrongUsage, match="neither lockfiles nor journals"):
        read_folders(project, ["../left"])


@pytest.mark.parametrize("damage", [b"", b"{", b"<<<<<<< ours\n", "provider", "spec"])
def test_a_lockfile_that_cannot_be_read_is_never_an_empty_one(project: Project, damage: bytes | str) -> None:
    path = left(project) / LOCKFILE
    text = path.read_text("utf-8")
    if damage == "provider":
        path.write_text(text.replace('"provider": "sandbox"', '"provider": "runware"'), "utf-8")
    elif damage == "spec":
        path.rename(path.with_name("day.lock.json"))
    else:
        path.write_bytes(bytes(damage))  # type: ignore[arg-type]  # the other cases are bytes
    with pytest.raises(LockfileError):
        read_folders(project, ["../left"])


def test_a_link_out_of_the_folder_is_not_followed(project: Project) -> None:
    path = left(project) / LOCKFILE
    path.unlink()
    path.symlink_to(project.folder / LOCKFILE)
    with pytest.raises(StorageError):
        read_folders(project, ["../left"])


def test_takes_of_another_project_are_refused_unless_they_are_known(project: Project) -> None:
    (project.folder / "ltxspec.toml").write_text('[project]\nid = "y"\n[provider]\nname = "sandbox"\n')
    stranger = open_project(project.folder)
    (one,) = read_folders(project, ["."])["night"].lockfiles
    refuse_foreign(project, one, set())
    with pytest.raises(LockfileError, match="is not this project's"):
        refuse_foreign(stranger, one, set())
    refuse_foreign(stranger, one, {take.task_id for take in one.lockfile.shots["tower"].takes})


def test_an_open_task_of_another_project_is_refused(project: Project) -> None:
    (project.folder / "ltxspec.toml").write_text('[project]\nid = "y"\n[provider]\nname = "sandbox"\n')
    ltxspec("apply", "--retake", "night.tower", "--detach", cwd=project.folder, check=None)
    assert read_folders(open_project(project.folder), ["."])["night"].journals
    with pytest.raises(LockfileError, match=r"journal `.+` is not this project's"):
        read_folders(project, ["."])
