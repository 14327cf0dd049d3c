"""Checks that every recorded video is in the archive, or in the store, and has the recorded hash."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ltxspec.errors import LtxspecError
from ltxspec.lock.models import Output
from ltxspec.project.adapters import open_archive
from ltxspec.project.archives.pull import takes_of
from ltxspec.project.lookup import readable_lockfiles, recorded_shots
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import needed_store, note_stored

_AT_ONCE = 8  # questions to the store


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a verification."""

    sound: int  # videos that are present and match their record
    bad: Sequence[str]  # one line for each other video: which one, and what is wrong
    unreadable: Sequence[LtxspecError]  # lockfiles


Look = Callable[[Output], str | None]  # what is wrong with a video; None: nothing
Elsewhere = Callable[[Sequence[Output]], Iterable[str | None]]  # the same for many videos, by other machines


def verify_archive(
    project: ProjectContext, *, only_current: bool = False, elsewhere: Elsewhere | None = None
) -> Verified:
    """Check the archived videos of all recorded takes, or of the current ones only; `elsewhere` looks at them."""
    look = elsewhere or _looking(look_here(project), 1)
    return _verified(project, look, only_current=only_current)


def look_here(project: ProjectContext) -> Look:
    """A look at a video in the archive."""
    archive = open_archive(project)
    return _careful(lambda output: archive.problem_with(output.sha256 or ""))


def look_there(project: ProjectContext, *, deep: bool) -> Look:
    """A look at a video in the store. Raises as `verify_store`."""
    store = needed_store(project)
    next(iter(store.objects.list("videos")), None)  # a store that is away is one problem, and not one for each video
    return _careful(lambda output: store.problem_with(output.sha256 or "", output.bytes, deep=deep))


def verify_store(
    project: ProjectContext, *, only_current: bool = False, deep: bool = False, elsewhere: Elsewhere | None = None
) -> Verified:
    """Check the videos of all recorded takes, or of the current ones only, in the store.

    What is intact there counts as sent from now on, on this machine.

    Args:
        project: whose store.
        only_current: leave out superseded takes and retired shots.
        deep: download each and compare its hash; otherwise its size, and the hash that was stored with it.
        elsewhere: looks at them; None: this process.

    Raises:
        Refused: there is no store.
        StorageError: it cannot be reached.
    """
    look = elsewhere or _looking(look_there(project, deep=deep), _AT_ONCE)
    return _verified(project, _noting(project, look), only_current=only_current)


def _noting(project: ProjectContext, look: Elsewhere) -> Elsewhere:
    """A look at the store after which this machine's list has what is intact there."""
    store = needed_store(project)

    def found(outputs: Sequence[Output]) -> list[str | None]:
        problems = list(look(outputs))
        intact = {output.sha256 for output, problem in zip(outputs, problems, strict=True) if problem is None}
        note_stored(project, store, {sha256 for sha256 in intact if sha256 is not None})
        return problems

    return found


def _looking(look: Look, at_once: int) -> Elsewhere:
    """Look at several videos at once."""

    def found(outputs: Sequence[Output]) -> list[str | None]:
        with ThreadPoolExecutor(at_once) as pool:
            return list(pool.map(look, outputs))

    return found


def _careful(problem_with: Look) -> Look:
    """A look that fails is what is wrong with the video."""

    def look(output: Output) -> str | None:
        try:
            return problem_with(output) if output.sha256 else "never archived"
        except LtxspecError as error:
            return error.summary

    return look


def _verified(project: ProjectContext, look: Elsewhere, *, only_current: bool) -> Verified:
    lockfiles, problems = readable_lockfiles(project)
    items = [
        (f"{holding.address}{'' if current else f' take {number}'}", output)
        for holding, number, take, current in takes_of(recorded_shots(lockfiles))
        for output in (take.outputs if current or not only_current else ())
    ]
    found = list(look([output for _, output in items]))
    bad = [f"{shown}: {problem}" for (shown, _), problem in zip(items, found, strict=True) if problem is not None]
    return Verified(len(items) - len(bad), bad, problems)
