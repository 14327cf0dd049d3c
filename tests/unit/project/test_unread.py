"""Lockfiles in folders that are not read: which are meant, and which belong to something else."""

import json
import subprocess
from pathlib import Path

import pytest
from builders import change, record, take

from ltxspec.errors import LockfileError
from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.unread import refuse_unread, unread_lockfiles, unread_warnings

BOUGHT = Lockfile("runware", "night", {"alley": record(take())})


def project(folder: Path, lockfiles: str = "locks2", provider: str = "runware") -> ProjectContext:
    (folder / "ltxspec.toml").write_text(f"[project]\nlockfiles = {json.dumps(lockfiles)}\n", "utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    return open_project(folder, provider)


def write(folder: Path, content: Lockfile = BOUGHT, name: str = "night") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.lock.json"
    path.write_bytes(encode_lockfile(content))
    return path


def test_a_tracked_lockfile_in_another_folder_is_found_with_what_it_alone_records(tmp_path: Path) -> None:
    write(tmp_path / "lockfiles", Lockfile("runware", "night", {"alley": record(take(number=1), take(number=2))}))
    write(tmp_path / "locks2", Lockfile("runware", "night", {"alley": record(take(number=1))}))
    (found,) = unread_lockfiles(project(tmp_path))
    assert (found.path, found.expected, found.takes) == ("lockfiles/night.lock.json", "locks2/night.lock.json", 1)


def test_what_git_has_of_a_deleted_file_counts(tmp_path: Path) -> None:
    path = write(tmp_path / "lockfiles")
    opened = project(tmp_path)
    path.unlink()
    assert [item.takes for item in unread_lockfiles(opened)] == [1]
    write(tmp_path / "locks2")  # moved without telling git
    assert unread_lockfiles(opened) == []


@pytest.mark.parametrize("besides", ["nested/ltxspec.toml", "nested/specs/a.yaml", "client.toml"])
def test_lockfiles_of_other_projects_and_configurations_are_theirs(tmp_path: Path, besides: str) -> None:
    write(tmp_path / "nested" / "locks")
    opened = project(tmp_path)
    assert len(unread_lockfiles(opened)) == 1
    (tmp_path / besides).parent.mkdir(exist_ok=True)
    (tmp_path / besides).write_text('[project]\nlockfiles = "nested/locks"\n', "utf-8")
    assert unread_lockfiles(opened) == []


def test_what_is_no_paid_lockfile_of_its_name_is_not_meant(tmp_path: Path) -> None:
    write(tmp_path / "old", name="day")
    write(tmp_path / "old", Lockfile("sandbox", "night", {"alley": record(take())}))
    (tmp_path / "old" / "odd.lock.json").write_text("{", "utf-8")
    assert unread_warnings(project(tmp_path)) == []


def test_only_orders_of_the_same_spec_and_a_paid_provider_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "lockfiles", Lockfile("runware", change().address.spec, {"alley": record(take())}), "night")
    spec = change().address.spec
    write(tmp_path / "lockfiles", Lockfile("runware", spec, {"alley": record(take())}), spec)
    opened = project(tmp_path)
    with pytest.raises(LockfileError, match="would be bought again") as caught:
        refuse_unread(opened, [change()])
    assert caught.value.hint is not None
    assert f"git mv lockfiles/{spec}.lock.json locks2/{spec}.lock.json" in caught.value.hint
    refuse_unread(opened, [change(Action.NO_OP)])
    refuse_unread(opened.on("sandbox"), [change()])
