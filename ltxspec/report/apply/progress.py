"""The state of a run in one line: `12/40 done, $5.16 of $14.40, 3 in progress`. Which events are worth a line."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.plan.actions import Action, Change
from ltxspec.report.terminal import clean
from ltxspec.report.wording import amount, counted
from ltxspec.values import Usd, total_usd

_MOST_ALIKE = 5  # lines with the same message; more of them are only counted

ENDS = frozenset(
    {
        EventKind.SHOT_COMMITTED,
        EventKind.SHOT_NOT_ARCHIVED,
        EventKind.SHOT_FAILED,
        EventKind.SHOT_UNRESOLVED,
        EventKind.SHOT_HELD_BACK,
    }
)
TROUBLE = frozenset(
    {
        EventKind.SHOT_FAILED,
        EventKind.SHOT_NOT_ARCHIVED,
        EventKind.SHOT_UNRESOLVED,
        EventKind.SHOT_HELD_BACK,
        EventKind.SHOT_UNCLEAR,
        EventKind.SHOT_REMARK,
        EventKind.NOT_STORED,
        EventKind.SERVICE_SILENT,
        EventKind.SERVICE_BUSY,
        EventKind.SHARD_REPEATED,
    }
)
_NOTABLE = TROUBLE | {EventKind.SHOT_ADOPTED, EventKind.WAITING_FOR_LOCK, EventKind.STOPPING}
_OF_NO_ORDER = frozenset({EventKind.SHOT_RECORDED, EventKind.SHOT_UNMET, EventKind.NOT_STORED, EventKind.RUN_FINISHED})


@dataclass(frozen=True, slots=True)
class Expected:
    """What a run is going to do: the number of shots that it waits for, and their price."""

    shots: int = 0
    usd: Usd = Decimal(0)
    unknown: int = 0

    @classmethod
    def of(cls, changes: Iterable[Change]) -> Self:
        """What the planned changes order or resume."""
        waited = [change for change in changes if change.action.spends or change.action is Action.RESUME]
        return cls(len(waited), *total_usd(change.estimate for change in waited))


class RunProgress:
    """Counts the shots of a run by their events."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self._under_way: set[str] = set()
        self._ended = self._failed = self._not_ordered = 0
        self._cost, self._unknown = Usd(0), 0
        self._alike: Counter[tuple[EventKind, str]] = Counter()

    @property
    def ended(self) -> int:
        """The number of shots that ended, in whatever way."""
        return self._ended

    def count(self, event: ApplyEvent) -> None:
        """Count an event."""
        if event.address is None or event.kind in _OF_NO_ORDER:
            return
        address = str(event.address)
        if event.kind not in ENDS:
            self._under_way.add(address)
            return
        self._under_way.discard(address)
        self._ended += 1
        self._failed += event.kind is EventKind.SHOT_FAILED
        self._not_ordered += event.kind is EventKind.SHOT_HELD_BACK
        if event.kind in {EventKind.SHOT_COMMITTED, EventKind.SHOT_NOT_ARCHIVED}:
            self._cost += event.cost or Usd(0)
            self._unknown += event.cost is None

    def line(self) -> str:
        """`12/40 done, $5.16 of $14.40, 3 in progress, 1 failed, 2 not ordered`."""
        expected = self._expected
        total = max(expected.shots, self._ended + len(self._under_way))
        money = f"{amount(self._cost, self._unknown)} of {amount(expected.usd, expected.unknown)}"
        parts = [f"{self._ended - self._not_ordered:,}/{total:,} done", money, f"{len(self._under_way):,} in progress"]
        parts += [f"{self._failed:,} failed"] if self._failed else []
        return ", ".join([*parts, f"{self._not_ordered:,} not ordered"] if self._not_ordered else parts)

    def is_notable(self, event: ApplyEvent) -> bool:
        """Whether a reader must not miss an event. Of many with the same message, only the first are."""
        if event.kind not in _NOTABLE:
            return False
        if event.kind is EventKind.SHOT_FAILED:
            return True
        alike = (event.kind, event.message)
        self._alike[alike] += 1
        return self._alike[alike] <= _MOST_ALIKE

    def repeated(self) -> list[str]:
        """A line for each message that had more events than were shown."""
        return [
            f"{counted(number - _MOST_ALIKE, 'more shot')}: {clean(message)}"
            for (_, message), number in self._alike.items()
            if number > _MOST_ALIKE
        ]
