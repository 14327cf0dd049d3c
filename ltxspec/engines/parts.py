"""Divides the orders of a run into shards of about equal size, whole graphs of references together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.apply.engine import Job
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import KEEPS, Action, Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.shards import heads_of_plan
from ltxspec.values import ShotAddress


@dataclass(frozen=True, slots=True)
class Part:
    """One shard of a run."""

    changes: Sequence[Change]  # its orders, and what these follow from
    parallelism: int  # its part of the tasks in progress at once
    is_limited: bool = False  # orders one by one until a first price is known

    @property
    def orders(self) -> list[Change]:
        """What is to be ordered."""
        return [change for change in self.changes if change.action.spends]

    def by_spec(self) -> Mapping[str, list[Change]]:
        """The changes of each spec."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.address.spec, []).append(change)
        return found


def parts_of(jobs: Sequence[Job], most: int, parallelism: int, *, is_limited: bool) -> list[Part]:
    """The shards of a run whose free changes are recorded and whose unfinished tasks have ended.

    Args:
        jobs: its jobs, with the lockfiles as they are now.
        most: how many shards there may be.
        parallelism: tasks in progress at once, in all shards together.
        is_limited: whether there is a limit of money, so that a first price is to be known before orders fan out.
    """
    lockfiles = {job.ledger.spec: job.ledger.lockfile for job in jobs}
    changes = [change for job in jobs for change in job.changes if change.request is not None]
    heads = heads_of_plan(changes)
    graphs: dict[ShotAddress, list[Change]] = {}
    for change in changes:
        settled = _settled(change, lockfiles[change.address.spec])
        graphs.setdefault(heads.get(change.address, change.address), []).append(settled)
    ordering = {head: count for head, graph in graphs.items() if (count := _orders(graph))}
    if not ordering:
        return []
    shares: list[list[Change]] = [[] for _ in range(max(1, min(most, parallelism, len(ordering))))]
    sizes = [0] * len(shares)
    for head in sorted(ordering, key=lambda head: -ordering[head]):  # the largest first, each to where least is to do
        least = sizes.index(min(sizes))
        shares[least] += graphs[head]
        sizes[least] += ordering[head]
    each, more = divmod(parallelism, len(shares))
    return [Part(share, max(1, each + (number < more)), is_limited=is_limited) for number, share in enumerate(shares)]


def retried(change: Change, state: RecordedState) -> Change:
    """An order of this run as it stands after a machine was lost: not placed yet, in progress, or ended.

    Args:
        change: the order; its journal entry was written in this run.
        state: what is recorded now.
    """
    record = state.lockfile.shots.get(change.address.instance)
    take = record.take(change.task_id) if record is not None and change.task_id is not None else None
    if change.task_id in state.journal.open:
        return replace(change, action=Action.RESUME, origin=None)
    if take is not None:
        return replace(change, action=Action.NO_OP if take.status == "succeeded" else Action.BLOCKED, origin=None)
    return change


def _orders(graph: Sequence[Change]) -> int:
    return sum(1 for change in graph if change.action.spends)


def _settled(change: Change, lockfile: Lockfile) -> Change:
    """A change as its shard needs it: what it takes over is recorded, and so is what the shot keeps."""
    if change.action in KEEPS:
        return replace(change, action=Action.NO_OP, origin=None)
    if change.action is not Action.RESUME:
        return replace(change, origin=None)
    record = lockfile.shots.get(change.address.instance)
    take = record.take(change.task_id) if record is not None and change.task_id is not None else None
    has_take = take is not None and take.status == "succeeded"
    return replace(change, action=Action.NO_OP if has_take else Action.HELD, origin=None)
