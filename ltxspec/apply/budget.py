"""Money that may still be spent in a run: spent, in flight and unknown all count."""

from dataclasses import dataclass, field
from decimal import Decimal

from ltxspec.values import TaskId, Usd


@dataclass(slots=True)
class Budget:
    """A running account against a limit (None: no limit).

    An order reserves its estimate before it is sent. What the provider says replaces the reservation; when it does not
    say, the reservation stays: unknown is never nothing.
    """

    limit: Usd | None
    fallback: Usd | None = None  # what an order without a known price is assumed to cost; None: all that is left
    _committed: dict[TaskId, Usd] = field(default_factory=dict)
    _open: set[TaskId] = field(default_factory=set)

    @property
    def open_orders(self) -> tuple[int, Usd]:
        """How many orders have no known end yet, and what they are reckoned to cost."""
        return len(self._open), sum((self._committed[task] for task in self._open), Decimal(0))

    @property
    def committed(self) -> Usd:
        """Everything spent or promised so far."""
        return sum(self._committed.values(), Decimal(0))

    def reserve(self, task: TaskId, estimate: Usd | None) -> bool:
        """Set money aside for an order. False, and nothing set aside, when the limit would be passed."""
        if self.limit is not None:
            amount, left = self._reckoned(estimate), self.limit - self.committed
            if amount > left or (estimate is None and left <= 0):
                return False
        self.count(task, estimate)
        return True

    def count(self, task: TaskId, estimate: Usd | None) -> None:
        """Count money that is committed already (a task under way from an earlier run), limit or not."""
        self._committed[task] = self._reckoned(estimate)
        self._open.add(task)

    def _reckoned(self, estimate: Usd | None) -> Usd:
        """What an order is reckoned to cost; one of unknown price may take all that is left."""
        if estimate is not None:
            return estimate
        if self.fallback is not None:
            return self.fallback
        return Decimal(0) if self.limit is None else max(self.limit - self.committed, Decimal(0))

    def settle(self, task: TaskId, cost: Usd | None) -> None:
        """The order has ended: replace the reservation by what was charged, when that is known."""
        self._open.discard(task)
        if cost is not None:
            self._committed[task] = cost

    def release(self, task: TaskId) -> None:
        """Give back what was set aside for an order that was definitely not accepted."""
        self._open.discard(task)
        self._committed.pop(task, None)
