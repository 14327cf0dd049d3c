"""The exclusive locks of specs, which every change of a project needs, and what is read under them."""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ltxspec.errors import Refused
from ltxspec.lock.journal import fold
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import selection
from ltxspec.project.load import render_specs
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.file_lock import exclusive
from ltxspec.storage.provenance import refuse_stranger
from ltxspec.storage.state import FileSpecState, open_state

_WRITING = 10.0  # seconds to wait for another process that writes verdicts, which takes a moment
_TRIES = 4  # attempts, if specs are renamed while their locks are acquired


@dataclass(frozen=True, slots=True)
class LockedSpecs:
    """Specs that this process has locked, and their current state."""

    states: Mapping[str, FileSpecState]
    recorded: Mapping[str, RecordedState]
    rendered: Sequence[RenderedSpec] = ()  # from the spec files, read under the locks

    @property
    def given(self) -> Mapping[str, RecordedState]:
        """The state of the specs that the run is about: without those that these only refer to."""
        context = {spec.name for spec in self.rendered if spec.is_context}
        return {name: have for name, have in self.recorded.items() if name not in context}


@contextlib.contextmanager
def locked(
    project: ProjectContext, specs: Iterable[str], *, command: str, wait: float = 0.0
) -> Iterator[Mapping[str, FileSpecState]]:
    """Lock some specs, always in the same order so that no two commands wait for each other.

    Args:
        project: the project.
        specs: their names.
        command: what this process is doing, for messages of other processes.
        wait: seconds to wait for another process that holds one of them.

    Raises:
        LockHeld: another process is working on one of them.
        StorageError: one of them cannot be locked.
    """
    with contextlib.ExitStack() as stack:
        yield {
            name: stack.enter_context(
                open_state(project.paths_of(name), wait=wait, command=command, on_wait=project.on_wait)
            )
            for name in sorted(set(specs))
        }


@contextlib.contextmanager
def verdicts_locked(project: ProjectContext, *, command: str) -> Iterator[None]:
    """Lock the files of verdicts of all specs. An apply does not hold this lock: while it runs, people decide.

    Raises:
        LockHeld: another process has been writing verdicts for ten seconds.
        StorageError: they cannot be locked.
    """
    guard = project.local / "locks" / "verdicts"  # no name of a spec's lock, which all end in `.lock`
    with exclusive(
        guard, wait=_WRITING, command=command, within=project.root, on_wait=project.on_wait, work="writing verdicts"
    ):
        yield


@contextlib.contextmanager
def holding(project: ProjectContext, specs: Collection[str], *, wait: float, command: str) -> Iterator[LockedSpecs]:
    """Like `locked`, with what the lockfiles and journals of the specs record.

    Raises:
        LockHeld, StorageError: as `locked`.
        LockfileError: a lockfile or journal cannot be trusted.
    """
    with locked(project, specs, command=command, wait=wait) as states:
        yield LockedSpecs(states, {name: _recorded(project, name, state) for name, state in states.items()})


@contextlib.contextmanager
def holding_specs(project: ProjectContext, options: PlanOptions, *, wait: float, command: str) -> Iterator[LockedSpecs]:
    """Like `holding`, for the specs of a plan, which are read under the locks: that content is what is bought.

    Specs that these refer to are locked as well. Locks are named after the specs, so the files are also read before
    locking; problems in them then leave no lock behind.

    Raises:
        Invalid: the specs have problems.
        Refused: the specs keep being renamed.
        LockHeld, LockfileError: as `holding`.
    """
    selected = selection(options.targets, excludes=options.excludes)
    names = _names(render_specs(project, options.paths, options.variables, selected=selected, with_context=True))
    for _ in range(_TRIES):
        with holding(project, names, wait=wait, command=command) as held:
            rendered = render_specs(project, options.paths, options.variables, selected=selected, with_context=True)
            if _names(rendered) == names:
                yield LockedSpecs(held.states, held.recorded, rendered)
                return
        names = _names(rendered)
    raise Refused("stale-plan", "specs are being renamed while they are applied", hint="run the command again")


def _recorded(project: ProjectContext, spec: str, state: FileSpecState) -> RecordedState:
    recorded = RecordedState(state.read_lockfile(), fold(state.events()))
    refuse_stranger(project.paths_of(spec), recorded.journal, project.root, project.config.project.id)
    return recorded


def _names(specs: Sequence[RenderedSpec]) -> set[str]:
    return {spec.name for spec in specs}
