"""Joins what the shards of a plan recorded into the project's own lockfiles and journals. Repeating it changes nothing.

The shards began from one commit and each changed its own shots, so nothing conflicts. The journal of a shard whose
machine died names what is in progress: its tasks are added to the project's own journal, where `collect` finds them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ltxspec.lock.join import join_shard
from ltxspec.lock.journal import Event, Intent, fold
from ltxspec.lock.merge import missing_tasks, recorded_tasks
from ltxspec.lock.models import Lockfile, Take
from ltxspec.project.committed import checked_out, lockfile_at
from ltxspec.project.lockfiles.join_folders import Left, LeftLockfile, read_folders, refuse_foreign
from ltxspec.project.locks import locked
from ltxspec.project.lookup import all_lockfiles
from ltxspec.project.project import ProjectContext
from ltxspec.storage.git_refs import commit_of
from ltxspec.storage.state import FileSpecState
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class Joined:
    """What was joined for one spec.

    Attributes:
        file: its lockfile, as shown to users.
        tasks: how many tasks it records now.
        added: how many of these are new.
        opened: how many tasks in progress were added to its journal.
    """

    file: str
    tasks: int
    added: int
    opened: int


def join_folders(
    project: ProjectContext, folders: Sequence[str], *, base: str | None = None, wait: float = 0.0
) -> list[Joined]:
    """Join the lockfiles and journals that shards left in folders.

    Args:
        project: the project, at the commit that the shards began from.
        folders: relative to where the command was started.
        base: the revision that the shards began from; None: the commit that is checked out, or what is on disk.
        wait: seconds to wait for another process that is working on a spec.

    Returns:
        One result for each spec, sorted.

    Raises:
        WrongUsage: a folder does not exist, or has nothing in it.
        LockfileError: a file cannot be trusted, or is another project's. Nothing was written then.
        LockHeld: another process is working on one of the specs.
        UnknownRevision, StorageError: the base does not exist; a file cannot be read or written.
    """
    left = read_folders(project, folders)
    commit = _begun(project, base)
    with locked(project, left, command="lock join", wait=wait) as states:
        before = {name: state.read_lockfile() for name, state in states.items()}
        known = {task for lockfile in all_lockfiles(project) for task in recorded_tasks(lockfile)}
        given = [one for have in left.values() for one in have.lockfiles]
        for one in given:
            refuse_foreign(project, one, known)
        begun = {name: _base(project, before[name], commit) for name in left}
        tasks = _tasks_by_folder(given)
        moved = {name: _tasks_of_others(name, [*before.values(), *(one.lockfile for one in given)]) for name in left}
        merged = {name: _merged(before[name], left[name], begun[name], tasks, moved[name]) for name in sorted(left)}
        _refuse_loss([*before.values(), *(one.lockfile for one in given)], merged.values())
        gaining = sorted(merged, key=lambda name: bool(missing_tasks(before[name], merged[name])))
        done = {name: _write(project, states[name], before[name], merged[name], left[name]) for name in gaining}
        return [done[name] for name in sorted(done)]


def _tasks_by_folder(given: Iterable[LeftLockfile]) -> dict[Path, set[TaskId]]:
    """The tasks in all lockfiles of each folder."""
    found: dict[Path, set[TaskId]] = {}
    for one in given:
        found.setdefault(one.folder, set()).update(recorded_tasks(one.lockfile))
    return found


def _tasks_of_others(spec: str, sides: Iterable[Lockfile]) -> set[TaskId]:
    """The tasks in all lockfiles of other specs."""
    return {task for side in sides if side.spec != spec for task in recorded_tasks(side)}


def _base(project: ProjectContext, ours: Lockfile, commit: str | None) -> Lockfile | None:
    """What the shards of a spec began from: without a repository what is on disk; None if it cannot be known."""
    return ours if commit is None else lockfile_at(project, commit, ours.spec)


def _merged(
    ours: Lockfile, left: Left, base: Lockfile | None, tasks: Mapping[Path, set[TaskId]], moved: set[TaskId]
) -> Lockfile:
    merged = ours
    for one in left.lockfiles:
        merged = join_shard(merged, one.lockfile, base, tasks[one.folder], moved)
    return merged


def _refuse_loss(sides: Iterable[Lockfile], merged: Iterable[Lockfile]) -> None:
    """Stop before anything is written if a task of any side would be recorded nowhere."""
    kept = {task for lockfile in merged for task in recorded_tasks(lockfile)}
    lost = {task for side in sides for task in recorded_tasks(side)} - kept
    if lost:
        raise AssertionError(f"a join lost task {min(lost)}")


def _write(project: ProjectContext, state: FileSpecState, before: Lockfile, merged: Lockfile, left: Left) -> Joined:
    state.write_lockfile(merged)
    opened = 0
    ended = {take.task_id for take in _takes(merged) if not take.is_incomplete}
    for _, events in left.journals:
        present = state.events()
        have = fold(present)
        wanted = {task for task in fold(events).open if task not in ended}
        for event in _missing(events, present, wanted):
            opened += isinstance(event, Intent) and event.task_id not in have.open
            state.append(event)
    tasks = recorded_tasks(merged)
    file = project.label(project.paths_of(merged.spec).lockfile)
    return Joined(file, len(tasks), len(tasks - recorded_tasks(before)), opened)


def _takes(lockfile: Lockfile) -> Iterator[Take]:
    for records in (lockfile.shots, lockfile.retired):
        for record in records.values():
            yield from record.takes


def _missing(events: Sequence[Event], present: Sequence[Event], wanted: set[TaskId]) -> Iterator[Event]:
    """The events of some tasks that a journal does not have yet, in their order."""
    for event in events:
        if event.task_id in wanted and event not in present:
            yield event


def _begun(project: ProjectContext, base: str | None) -> str | None:
    """The commit that the shards began from; None without a repository. Raises UnknownRevision, StorageError."""
    return checked_out(project) if base is None else commit_of(project.root, base)
