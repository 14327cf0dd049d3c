"""The takes that shots follow from, and whether others may follow from them at this moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ltxspec.apply.ledger import Ledger
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import Change
from ltxspec.plan.expectations import unmet_by
from ltxspec.plan.holding import approval
from ltxspec.plan.sources import nth_take
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId

ITS_SOURCE: Final = "its source "


class SourceMissing(Exception):
    """A shot cannot follow from its source in this run; the message says why."""


@dataclass(slots=True)
class SourceTakes:
    """The takes of sources.

    Args:
        ledgers: the writers of the specs, by name.
        requests: every request of the specs, also outside the run's scope: what they need decides what may follow.
        is_approved: whether a take is approved now.
        tasks: the takes that the shots of the run have, or got in it.
    """

    ledgers: Mapping[str, Ledger]
    requests: Sequence[Request] = ()
    is_approved: Callable[[TaskId], bool] = lambda _: False
    tasks: dict[ShotAddress, TaskId] = field(default_factory=dict)
    _guarded: dict[ShotAddress, Request] = field(init=False)  # with a gate, or with expectations

    def __post_init__(self) -> None:
        """Note the requests that may need an approval."""
        self._guarded = {one.address: one for one in self.requests if one.gate or one.expect}

    def of(self, reference: Reference, planned: TaskId | None = None) -> Take:
        """The recorded take that a reference means.

        Args:
            reference: the reference.
            planned: the take that its source has by the plan, for one outside the run's scope.

        Raises:
            SourceMissing: there is none.
        """
        source = reference.source
        ledger, task = self.ledgers.get(source.spec), self.tasks.get(source, planned)
        record = ledger.lockfile.shots.get(source.instance) if ledger is not None else None
        if record is None or (task is None and reference.take is None):
            raise SourceMissing(f"{ITS_SOURCE}`{source}` has no take")
        take = _in_use(record, task) if reference.take is None else nth_take(record, reference.take)
        if take is None or take.status != "succeeded":
            raise SourceMissing(f"{ITS_SOURCE}`{source}` has no such take")
        return take

    def refusal(self, change: Change) -> str | None:
        """Why a shot must not be ordered now: a source needs an approval and has none; people decide while a run waits.

        Args:
            change: the order, whose sources have their takes.
        """
        references = change.request.references if change.request is not None else ()
        planned = change.source_takes or (None,) * len(references)
        for reference, task in zip(references, planned, strict=True):
            source = self._guarded.get(reference.source)
            if source is None:
                continue
            try:
                take = self.of(reference, task)
            except SourceMissing as missing:
                return str(missing)
            unmet = unmet_by(take, source.expect)
            if (source.gate or unmet) and not self.is_approved(take.task_id):
                lacking = f"is not as expected: {'; '.join(unmet.values())}" if unmet else "has no approval now"
                return f"{ITS_SOURCE}`{reference.source}` {lacking}; {approval(reference)} sets this free"
        return None


def _in_use(record: ShotRecord, task: TaskId | None) -> Take | None:
    """The take of a task; the one in use where another was picked before all results of the task had arrived."""
    take = record.take(task or TaskId(""))
    return take if take is None or record.current is None else record.current_take
