"""Checks that every recorded video is in the archive, or in the store, and has the recorded hash."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Output
from ltxspec.project.adapters import open_archive
from ltxspec.project.archive_pull import takes_of
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store

_AT_ONCE = 8  # questions to the store


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a verification."""

    sound: int  # videos that are present and match their record
    bad: Sequence[str]  # one line for each other video: which one, and what is wrong
    unreadable: Sequence[LtxspecError]  # lockfiles


def verify_archive(project: ProjectContext, *, only_current: bool = False) -> Verified:
    """Check the archived videos of all recorded takes, or of the current ones only."""
    archive = open_archive(project)
    return _verified(project, lambda output: archive.problem_with(output.sha256 or ""), 1, only_current=only_current)


def verify_store(project: ProjectContext, *, only_current: bool = False, deep: bool = False) -> Verified:
    """Check the videos of all recorded takes, or of the current ones only, in the store.

    Args:
        project: whose store.
        only_current: leave out superseded takes and retired shots.
        deep: download each and compare its hash; otherwise its size, and the hash that was stored with it.

    Raises:
        Refused: there is no store.
        StorageError: it cannot be reached.
    """
    store = needed_store(project)
    next(iter(store.objects.list("videos")), None)  # a store that is away is one problem, and not one for each video

    def problem(output: Output) -> str | None:
        return store.problem_with(output.sha256 or "", output.bytes, deep=deep)

    return _verified(project, problem, _AT_ONCE, only_current=only_current)


def _verified(
    project: ProjectContext, problem_with: Callable[[Output], str | None], at_once: int, *, only_current: bool
) -> Verified:
    lockfiles, problems = readable_lockfiles(project)
    items = [
        (f"{holding.address}{'' if current else f' take {number}'}", output)
        for holding, number, take, current in takes_of(recorded_shots(lockfiles))
        for output in (take.outputs if current or not only_current else ())
    ]

    def look(output: Output) -> str | None:
        try:
            return problem_with(output) if output.sha256 else "never archived"
        except LtxspecError as error:
            return error.summary

    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(look, [output for _, output in items]))
    bad = [f"{shown}: {problem}" for (shown, _), problem in zip(items, found, strict=True) if problem is not None]
    return Verified(len(items) - len(bad), bad, problems)
