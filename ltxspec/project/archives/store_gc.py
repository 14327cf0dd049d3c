"""Finds videos in the store that nothing refers to any more, and deletes them when that is asked for.

References are those of `archive gc`: lockfiles of every branch, tag, stash and worktree of this clone, journals, and
videos that are not recorded yet. The store belongs to a team, so this clone must have every branch of its remote before
anything is deleted, and what others rendered but have not pushed to git is protected by its age.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from ltxspec.apply.ports import Clock
from ltxspec.errors import Refused
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.gc import all_locks, references
from ltxspec.project.collect import journalled
from ltxspec.project.lookup import recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store
from ltxspec.report.wording import counted
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.reachable import inside_git
from ltxspec.storage.remote_heads import missing_heads
from ltxspec.storage.store.incoming import Incoming
from ltxspec.values import TaskId

LEAST_DAYS = 90.0
_DAY = 86400.0  # seconds
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class LooseObject:
    """A video in the store without any reference, or one that arrived there and was not taken over."""

    sha256: str  # of what arrived: the id of its task
    bytes: int
    days: float  # since it was stored
    key: str


@dataclass(frozen=True, slots=True)
class PrunedStore:
    """Videos that were (or would be) deleted from the store, too young ones, and how many are referred to."""

    dropped: Sequence[LooseObject]
    young: Sequence[LooseObject]
    named: int


@dataclass(frozen=True, slots=True)
class StorePruning:
    """How to prune a store.

    Args:
        min_days: younger videos are kept.
        delete: otherwise it is only said what would be deleted.
        heads: what `git ls-remote --heads --tags` says of the remote; nothing is deleted without it.
        wait: seconds to wait for another command that is working on a spec.
    """

    min_days: float = LEAST_DAYS
    delete: bool = False
    heads: str | None = None
    wait: float = 0.0


def prune_store(project: ProjectContext, how: StorePruning, clock: Clock | None = None) -> PrunedStore:
    """Find, and if asked delete, the videos of this provider in the store that nothing refers to.

    Args:
        project: whose store.
        how: what may be deleted.
        clock: measures ages; None: the system clock.

    Raises:
        Refused: there is no store, it is another project's, or this clone cannot know all references.
        LockHeld: another command is working on a spec.
        LockfileError: a lockfile or journal cannot be read, here or in git.
        StorageError: the store cannot be reached.
    """
    store = needed_store(project)
    if how.delete:
        _refuse_to_guess(project, how.heads)
        store.refuse_other_project()
    with all_locks(project, how.wait) if how.delete else nullcontext():
        now = (clock or SystemClock()).now()
        there = store.listed()  # before the references: what is stored after this is not looked at
        arrived = list(Incoming(store.objects, project.service.folder).leftovers())
        named = references(project, open_archive(project))
        found = [(sha256, item) for sha256, item in there.items() if sha256 not in named]
        waiting = open_tasks(project)
        left = [(task, item) for task, item in arrived if task not in waiting]
        loose = [
            LooseObject(name, item.bytes, (now - item.modified).total_seconds() / _DAY, item.key)
            for name, item in [*found, *left]
        ]
        dropped = [item for item in loose if item.days >= how.min_days]
        if how.delete:
            for item in dropped:
                store.objects.delete([item.key])
    return PrunedStore(dropped, [item for item in loose if item.days < how.min_days], len(there) - len(found))


def open_tasks(project: ProjectContext) -> set[TaskId]:
    """The tasks under way on this machine. Raises LockfileError if a journal cannot be read."""
    return {task for name in journalled(project) for task in recorded_state(project, name).journal.open}


def _refuse_to_guess(project: ProjectContext, heads: str | None) -> None:
    """Refuse to delete where a reference may exist that this clone does not see. Raises Refused or StorageError."""
    if not project.config.project.id:
        raise Refused("unknown-references", "without `[project] id` it is not known whose store this is")
    if not inside_git(project.root):
        raise Refused("unknown-references", "without git, only this folder's lockfiles are known, and not the team's")
    if heads is None:
        raise Refused(
            "unknown-references",
            "whether this clone has every branch of its remote is not known, and the others may name takes",
            hint="`git ls-remote --heads --tags origin | ltxspec archive gc --store --delete --heads -`",
        )
    if missing := missing_heads(project.root, heads):
        names = ", ".join(f"`{name}`" for name in missing[:_MOST_NAMED])
        raise Refused(
            "unknown-references",
            f"this clone lacks {counted(len(missing), 'head')} of its remote, which may name takes: {names}",
            hint="`git fetch --all --tags`; in a clone of one branch, `git remote set-branches origin '*'` before that",
        )
