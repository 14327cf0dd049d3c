"""Finds paid lockfiles that git tracks in folders where the project does not look for lockfiles.

After a change of `[project] lockfiles`, everything bought before would be unknown, and would be bought again.
"""

import os
import shlex
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ltxspec.errors import Diagnostic, LockfileError, LtxspecError
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.facts import copies_of
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Change
from ltxspec.project.lookup import readable_lockfiles
from ltxspec.project.project import ProjectContext
from ltxspec.report.wording import counted
from ltxspec.services import is_free
from ltxspec.storage.config import ProjectConfig
from ltxspec.storage.finding import CONFIG_NAME
from ltxspec.storage.git import git
from ltxspec.storage.tracked import tracked_below
from ltxspec.storage.trees import FolderTree

_SHOWN = 3  # files that one message names
_CODE = "unread-lockfiles"


@dataclass(frozen=True, slots=True)
class Unread:
    """A lockfile that is not read: its spec, provider and path, where it belongs, and its takes known nowhere else."""

    spec: str
    provider: str
    path: str
    expected: str
    takes: int


def unread_lockfiles(project: ProjectContext) -> list[Unread]:
    """The paid lockfiles below the project's root that git tracks, are not read, and record takes that no other does.

    Lockfiles of projects in folders below, and of other configuration files of this project, are not meant.

    Raises:
        LockfileError: git cannot tell.
    """
    sides = {side.provider: side for side in project.paid}
    read = {project.label(side.lockfiles) for side in sides.values()} | _other_folders(project)
    files = tracked_below(project.root, SUFFIX)
    places = [path for path in files if str(PurePosixPath(path).parent) not in read and not _is_nested(project, path)]
    found = [(path, lockfile) for path in places if (lockfile := _lockfile(project, path, files[path])) is not None]
    if not found:
        return []
    known = copies_of(lockfile for side in sides.values() for lockfile in readable_lockfiles(side)[0])
    unread = []
    for path, lockfile in found:
        takes = len(copies_of([lockfile]).keys() - known.keys())
        if takes and (side := sides.get(lockfile.provider)) is not None:
            expected = project.label(side.paths_of(lockfile.spec).lockfile)
            unread.append(Unread(lockfile.spec, lockfile.provider, path, expected, takes))
    return unread


def unread_warnings(project: ProjectContext) -> list[Diagnostic]:
    """A warning for each folder with lockfiles that are not read; or that git cannot tell whether there are any."""
    try:
        unread = unread_lockfiles(project)
    except LtxspecError as error:
        return [Diagnostic("warning", _CODE, error.summary, hint=error.hint)]
    folders: dict[str, list[Unread]] = {}
    for item in unread:
        folders.setdefault(str(PurePosixPath(item.path).parent), []).append(item)
    return [Diagnostic("warning", _CODE, _message(items), hint=_cure(items)) for items in folders.values()]


def refuse_unread(project: ProjectContext, changes: Sequence[Change]) -> None:
    """Raise LockfileError if shots would be bought of a spec whose lockfile is not read."""
    specs = {change.address.spec for change in changes if change.action.spends}
    if not specs or project.service.free:
        return
    hidden = [item for item in unread_lockfiles(project) if item.provider == project.provider and item.spec in specs]
    if hidden:
        raise LockfileError(f"{_message(hidden)}: what was paid for would be bought again", hint=_cure(hidden))


def _message(items: Sequence[Unread]) -> str:
    shown = ", ".join(f"`{item.path}` ({counted(item.takes, 'take')})" for item in items[:_SHOWN])
    more = f" and {len(items) - _SHOWN:,} more" if len(items) > _SHOWN else ""
    what = "lockfiles that git tracks are" if len(items) > 1 else "a lockfile that git tracks is"
    folder = PurePosixPath(items[0].expected).parent
    return f"{what} not read, because lockfiles are kept in `{folder}` now: {shown}{more}"


def _cure(items: Sequence[Unread]) -> str:
    """How to move the lockfiles to the folder where they are read, or to keep the folder."""
    first = items[0]
    old, new = PurePosixPath(first.path).parent, PurePosixPath(first.expected).parent
    moves = " and so on" if len(items) > 1 else ""
    command = f"git mv {shlex.quote(first.path)} {shlex.quote(first.expected)}"
    return (
        f"`mkdir -p {shlex.quote(str(new))}` and `{command}`{moves}, or name the folder again: "
        f'`[project] lockfiles = "{old}"`; `git rm` what is not a record of this project'
    )


def _lockfile(project: ProjectContext, path: str, blob: str) -> Lockfile | None:
    """A paid lockfile that has the name of its spec, as on disk or else as git has it; None if it is none."""
    name = PurePosixPath(path).name
    try:
        data = FolderTree(project.root).content(path)
        lockfile = decode_lockfile(
            git(project.root, "cat-file", "blob", blob) if data is None else data, path, check_digests=False
        )
    except LtxspecError:
        return None
    return lockfile if f"{lockfile.spec}{SUFFIX}" == name and not is_free(lockfile.provider) else None


def _is_nested(project: ProjectContext, path: str) -> bool:
    """Whether a file belongs to a project in a folder below: one with a configuration, or with specs of its own."""
    own: Collection[str] = {os.path.normpath(place) for place in project.config.project.specs}
    for folder in list(PurePosixPath(path).parents)[:-1]:
        if (project.root / folder / CONFIG_NAME).exists():
            return True
        if (project.root / folder / "specs").is_dir() and str(folder / "specs") not in own:
            return True
    return False


def _other_folders(project: ProjectContext) -> set[str]:
    """The lockfile folders that other configuration files at the root name; unreadable ones name none."""
    used = project.config.file
    found = set()
    for file in project.root.glob("*.toml"):
        if used is not None and file.name == used.name:
            continue
        folder = _folder_in(file)
        if folder is not None:
            found |= {
                project.label(Path(os.path.normpath(project.root / folder / s.service.folder))) for s in project.paid
            }
    return found


def _folder_in(file: Path) -> str | None:
    try:
        settings = tomllib.loads(file.read_text("utf-8")).get("project", {})
    except (OSError, ValueError):
        return None
    usual = ProjectConfig().lockfiles if file.name == CONFIG_NAME else None
    folder = settings.get("lockfiles", usual) if isinstance(settings, dict) else usual
    return folder if isinstance(folder, str) else None
