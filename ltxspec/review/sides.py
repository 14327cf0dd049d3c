"""One side of a change as values: the requests of its specs, and the content of its lockfiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.lock.by_task import TakesById
from ltxspec.lock.models import Lockfile
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.render.models import Request
from ltxspec.review.models import LostTake, Redecision
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class ReviewSide:
    """One side of a change. What is unknown is listed, so that nothing is concluded from its absence.

    Args:
        name: a commit id, or a name for the working tree.
        requests: spec -> instance key -> request, for specs that render, in their order.
        lockfiles: readable lockfiles by spec.
        paid: by spec, lockfiles of paid providers that are not compared; their records must be kept, too.
        unrendered: specs that have problems.
        unreadable: specs whose lockfile cannot be read.
        edited: specs whose lockfile does not match its digests; its content is compared, but no plan is based on it.
        verdicts: the deciding remarks about takes, without approvals if some remarks cannot be read.
        unheard: whether some remarks cannot be read.
        complete: false if a file is so broken that not even the name of its spec is known.
    """

    name: str
    requests: Mapping[str, Mapping[str, Request]] = field(default_factory=dict)
    lockfiles: Mapping[str, Lockfile] = field(default_factory=dict)
    paid: Mapping[str, Sequence[Lockfile]] = field(default_factory=dict)
    unrendered: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()
    verdicts: Mapping[TaskId, Remark] = field(default_factory=dict)
    unheard: bool = False
    complete: bool = True

    @property
    def records(self) -> Sequence[Lockfile]:
        """Every lockfile in which something must not be lost or altered."""
        return (*self.lockfiles.values(), *(one for found in self.paid.values() for one in found))

    @property
    def is_whole(self) -> bool:
        """Whether everything about this side is known."""
        return self.complete and not (self.unrendered or self.unreadable or self.edited)

    def knows(self, spec: str) -> bool:
        """Whether the shots of this spec are known, including that it has none."""
        return spec in self.requests or (self.complete and spec not in self.unrendered)

    def verdict(self, task: TaskId) -> Verdict | None:
        """What was decided about a take."""
        remark = self.verdicts.get(task)
        return None if remark is None else remark.verdict

    def wanted(self, spec: str) -> Mapping[str, Request]:
        """The requests of a spec, as far as they are known."""
        return self.requests.get(spec, {})


def comparable(base: ReviewSide, head: ReviewSide) -> tuple[ReviewSide, ReviewSide]:
    """Both sides, with lockfiles that one side cannot read treated as unchanged, so that no costs are made up."""
    for spec in base.unreadable | head.unreadable:
        base, head = _without(base, spec, head), _without(head, spec, base)
    return base, head


def _without(side: ReviewSide, spec: str, other: ReviewSide) -> ReviewSide:
    """The side, with the other side's lockfile if its own cannot be read."""
    if spec not in side.unreadable:
        return side
    ours = {spec: other.lockfiles[spec]} if spec in other.lockfiles else {}
    paid = {spec: other.paid[spec]} if spec in other.paid else {}
    return replace(side, lockfiles={**side.lockfiles, **ours}, paid={**side.paid, **paid})


def lost_takes(base: TakesById, head: TakesById) -> Sequence[LostTake]:
    """Takes that the base paid for and the head does not record, sorted by address and age."""
    gone = [LostTake(address, take) for task, (address, take) in base.items() if task not in head]
    return sorted(gone, key=lambda item: (item.address, item.take.sort_key))


def redecided(base: ReviewSide, head: ReviewSide, had: TakesById, has: TakesById) -> Sequence[Redecision]:
    """Takes of both sides whose verdict differs, sorted by address; none where a side's remarks are not all known."""
    if base.unheard or head.unheard:
        return ()
    tasks = [task for task in has if task in had and base.verdict(task) != head.verdict(task)]
    found = [Redecision(has[task][0], task, base.verdicts.get(task), head.verdicts.get(task)) for task in tasks]
    return sorted(found, key=lambda item: (item.address, item.task))
