"""One side of a change as values: what its specs ask for, and what its lockfiles hold."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.lock.models import Lockfile, Take
from ltxspec.render.models import Request
from ltxspec.review.models import LostTake
from ltxspec.values import ShotAddress, TaskId

Holdings = Mapping[TaskId, tuple[ShotAddress, Take]]  # every take once, and where it stands


@dataclass(frozen=True, slots=True)
class ReviewSide:
    """One side of a change. What cannot be told is named, so that nothing is concluded from its absence.

    Args:
        name: a commit id, or a name for the working tree.
        requests: spec -> instance key -> request, of the specs that render, in their order.
        lockfiles: by spec, those that can be read.
        paid: by spec, those of paid providers that are not compared: what they record must stay, too.
        unrendered: specs that have problems.
        unreadable: specs whose lockfile cannot be read.
        edited: specs whose lockfile does not match its digests; what it says is compared, and nothing is planned on it.
        complete: false when a file is so broken that not even the name of its spec is known.
    """

    name: str
    requests: Mapping[str, Mapping[str, Request]] = field(default_factory=dict)
    lockfiles: Mapping[str, Lockfile] = field(default_factory=dict)
    paid: Mapping[str, Sequence[Lockfile]] = field(default_factory=dict)
    unrendered: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    edited: frozenset[str] = frozenset()
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
        """Whether it is known which shots this spec asks for, none among the answers."""
        return spec in self.requests or (self.complete and spec not in self.unrendered)

    def wanted(self, spec: str) -> Mapping[str, Request]:
        """The requests of a spec, as far as they are known."""
        return self.requests.get(spec, {})


def comparable(base: ReviewSide, head: ReviewSide) -> tuple[ReviewSide, ReviewSide]:
    """Both sides, with the lockfiles that only one of them can read taken for unchanged: no money is made up."""
    for spec in base.unreadable | head.unreadable:
        base, head = _without(base, spec, head), _without(head, spec, base)
    return base, head


def _without(side: ReviewSide, spec: str, other: ReviewSide) -> ReviewSide:
    """The side with the other one's lockfile where its own cannot be read."""
    if spec not in side.unreadable:
        return side
    ours = {spec: other.lockfiles[spec]} if spec in other.lockfiles else {}
    paid = {spec: other.paid[spec]} if spec in other.paid else {}
    return replace(side, lockfiles={**side.lockfiles, **ours}, paid={**side.paid, **paid})


def holdings(lockfiles: Iterable[Lockfile]) -> Holdings:
    """Every take by its id. One that stands under two names is found under the one that is still a shot."""
    found: dict[TaskId, tuple[ShotAddress, Take]] = {}
    for lockfile in lockfiles:
        for records in (lockfile.retired, lockfile.shots):
            for key, record in records.items():
                address = ShotAddress(lockfile.spec, key)
                found.update((take.task_id, (address, take)) for take in record.takes)
    return found


def lost_takes(base: Holdings, head: Holdings) -> Sequence[LostTake]:
    """What the base paid for and the head has no record of, by address and age."""
    gone = [LostTake(address, take) for task, (address, take) in base.items() if task not in head]
    return sorted(gone, key=lambda item: (item.address, item.take.sort_key))
