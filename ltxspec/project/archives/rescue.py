"""Saves the videos that only the provider has: those in neither the archive nor the store, the oldest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Output
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.pull import Pulled, Wanted, pull_missing, takes_of
from ltxspec.project.archives.push import Pushed, push_videos
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import open_videos
from ltxspec.storage.store.port import StoredObject
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class Rescued:
    """What was fetched from the provider, and what was then sent to the store; None if there is no store."""

    pulled: Pulled
    pushed: Pushed | None


def rescue(project: ProjectContext, say: Callable[[str], None], *, dry_run: bool = False, wait: float = 0.0) -> Rescued:
    """Fetch from the provider what is saved nowhere, what expires first before the rest, and send it to the store.

    A store that cannot be reached counts as empty: then more is fetched than needed, and nothing is lost.

    Args:
        project: whose takes.
        say: gets a line for each video and problem; it is `Good` if it is no problem.
        dry_run: fetch and send nothing.
        wait: seconds to wait for another command that is working on a spec.
    """
    there: Mapping[str, StoredObject] = {}
    try:
        store = open_videos(project, create=not dry_run)
        there = store.listed() if store is not None else {}
        has_store = store is not None
    except LtxspecError as error:
        say(error.line)
        has_store = False
    wanted = Wanted(tasks=_only_remote(project, there), dry_run=dry_run, oldest_first=True, wait=wait)
    pulled = pull_missing(project, wanted, say)
    return Rescued(pulled, push_videos(project, say) if has_store and not dry_run else None)


def _only_remote(project: ProjectContext, there: Mapping[str, StoredObject]) -> set[TaskId]:
    """Tasks with a video that is neither in the archive nor in the store, or is there with another size."""
    archive = open_archive(project)
    lockfiles, _ = readable_lockfiles(project)
    return {
        take.task_id
        for _, _, take, _ in takes_of(recorded_shots(lockfiles))
        for output in take.outputs
        if output.sha256 is None or not (archive.has(output.sha256) or _is_in(there, output))
    }


def _is_in(there: Mapping[str, StoredObject], output: Output) -> bool:
    stored = there.get(output.sha256 or "")
    return stored is not None and output.bytes in (None, stored.bytes)
