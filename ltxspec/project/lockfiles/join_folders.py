"""Reads what the shards of a plan left behind: folders with lockfiles and journals, such as the artifacts of CI jobs.

Everything is read and checked before anything is written: a file that cannot be read is an error, never an empty one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ltxspec.errors import LockfileError, WrongUsage
from ltxspec.fingerprint import TaskIdentity, task_id
from ltxspec.lock.codec import SUFFIX, decode_lockfile
from ltxspec.lock.journal import Event, fold
from ltxspec.lock.models import Lockfile, Take
from ltxspec.project.project import ProjectContext
from ltxspec.storage.durable import read_if_exists
from ltxspec.storage.journal import read_events
from ltxspec.values import TaskId

JOURNAL = ".jsonl"
_FOREIGN = "give only folders of this project, from the commit that is checked out; nothing was written"


@dataclass(frozen=True, slots=True)
class LeftLockfile:
    """A lockfile of a shard: the file as shown to users, and the folder that it is in."""

    shown: str
    folder: Path
    lockfile: Lockfile


@dataclass(slots=True)
class Left:
    """What the folders hold for one spec: lockfiles, and journals with their files as shown to users."""

    lockfiles: list[LeftLockfile] = field(default_factory=list)
    journals: list[tuple[str, Sequence[Event]]] = field(default_factory=list)


def read_folders(project: ProjectContext, folders: Sequence[str]) -> dict[str, Left]:
    """What is in the folders, by spec.

    Args:
        project: the project that it belongs to.
        folders: as typed. In each, lockfiles and journals are where the project has its own, or else directly in it.

    Raises:
        WrongUsage: a folder does not exist, or holds neither lockfiles nor journals.
        LockfileError: a file cannot be trusted, or is of another provider or project.
        StorageError: a file cannot be read.
    """
    found: dict[str, Left] = {}
    for name in folders:
        folder = (project.folder / name).absolute()
        if not folder.is_dir():
            raise WrongUsage(f"there is no folder `{name}`", hint="give the folders that the shards left behind")
        files = list(_files(project, folder))
        if not files:
            hint = "a shard that did nothing leaves no folder; if this one did something, its files are elsewhere"
            raise WrongUsage(f"`{name}` holds neither lockfiles nor journals", hint=hint)
        for path in files:
            _read(project, folder, path, found)
    return found


def _files(project: ProjectContext, folder: Path) -> Iterator[Path]:
    """The lockfiles and journals in a folder: where a project has them, or directly in it if it is no such copy."""
    own = project.paths_of("any")
    homes = [home for file in (own.lockfile, own.journal) if (home := _below(project, folder, file)).is_dir()]
    for home in homes or [folder]:
        yield from sorted(path for path in home.iterdir() if path.name.endswith((SUFFIX, JOURNAL)))


def _below(project: ProjectContext, folder: Path, file: Path) -> Path:
    return folder / file.parent.relative_to(project.root)


def _read(project: ProjectContext, folder: Path, path: Path, found: dict[str, Left]) -> None:
    shown = path.relative_to(project.folder).as_posix() if path.is_relative_to(project.folder) else str(path)
    if path.name.endswith(JOURNAL):
        spec = path.name.removesuffix(JOURNAL)
        events = read_events(path, folder)
        for task in fold(events).open.values():
            intent = task.intent
            named = (intent.instance, intent.fingerprint, intent.retake, intent.attempt)
            if not is_named(project, spec, named, intent.task_id):
                raise _foreign(f"journal `{shown}`", intent.task_id, intent.instance)
        found.setdefault(spec, Left()).journals.append((shown, events))
        return
    spec = path.name.removesuffix(SUFFIX)
    lockfile = decode_lockfile(read_if_exists(path, folder) or b"", shown)
    for what, wanted, has in (("spec", spec, lockfile.spec), ("provider", project.provider, lockfile.provider)):
        if wanted != has:
            raise LockfileError(f"lockfile `{shown}` belongs to {what} `{has}`, not `{wanted}`", hint=_FOREIGN)
    found.setdefault(spec, Left()).lockfiles.append(LeftLockfile(shown, folder, lockfile))


def refuse_foreign(project: ProjectContext, left: LeftLockfile, known: Collection[TaskId]) -> None:
    """Raise LockfileError if a take without an earlier record was not bought by this project under this name.

    Args:
        project: the project; the id of each of its tasks is derived from its own.
        left: the lockfile.
        known: the tasks that the project's own lockfiles record.
    """
    for records in (left.lockfile.shots, left.lockfile.retired):
        for key, record in records.items():
            for take in record.takes:
                if take.task_id not in known and not _is_own(project, left.lockfile.spec, key, take):
                    raise _foreign(f"lockfile `{left.shown}`", take.task_id, key)


def _is_own(project: ProjectContext, spec: str, key: str, take: Take) -> bool:
    if take.retake is None or take.attempt is None:
        return False
    return is_named(project, spec, (key, take.fingerprint, take.retake, take.attempt), take.task_id)


def is_named(project: ProjectContext, spec: str, named: tuple[str, str, int, int], task: TaskId) -> bool:
    """Whether a task has the id that this project gives it: by instance key, fingerprint, retake and attempt."""
    try:
        return task_id(TaskIdentity(project.config.project.id, project.provider, spec, *named)) == task  # type: ignore[arg-type]  # a fingerprint as recorded
    except ValueError:
        return False


def _foreign(what: str, task: TaskId, key: str) -> LockfileError:
    message = f"{what} is not this project's: task {task} of `{key}` has another name here"
    return LockfileError(message, hint=_FOREIGN)
