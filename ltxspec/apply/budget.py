"""Money that may still be spent in a run: spent, in flight and unknown all count."""

from dataclasses import dataclass, field
from decimal import Decimal

from ltxspec.values import TaskId, Usd


@dataclass(slots=True)
class Budget:
    """A running account against a limit (None: no limit).

    An order reserves its estimate before it is sent. What the provider reports replaces the reservation; when it does
    not report a cost, the reservation stays: unknown is never nothing. The first cost that is higher than its estimate
    raises all estimates that follow, and those in flight, by the same factor: a price list that was wrong once is not
    believed again.
    """

    limit: Usd | None
    fallback: Usd | None = None  # what an order without a known price is assumed to cost; None: all that is left
    factor: Decimal = Decimal(1)  # the highest ratio seen of a reported cost to its estimate, at least 1
    _settled: dict[TaskId, Usd] = field(default_factory=dict)
    _open: dict[TaskId, Usd] = field(default_factory=dict)
    _ordered: set[TaskId] = field(default_factory=set)  # in this run

    @property
    def open_orders(self) -> tuple[int, Usd]:
        """How many orders have no known end yet, and what they are reckoned to cost."""
        return len(self._open), sum(self._open.values(), Decimal(0)) * self.factor

    @property
    def committed(self) -> Usd:
        """Everything spent or promised so far."""
        return sum(self._settled.values(), Decimal(0)) + self.open_orders[1]

    @property
    def has_room(self) -> bool:
        """Whether what is committed is within the limit."""
        return self.limit is None or self.committed <= self.limit

    @property
    def overspent(self) -> Usd:
        """By how much the orders of this run that have ended cost more than the limit; 0 while they do not."""
        spent = sum((usd for task, usd in self._settled.items() if task in self._ordered), Decimal(0))
        return Decimal(0) if self.limit is None else max(spent - self.limit, Decimal(0))

    def reserve(self, task: TaskId, estimate: Usd | None) -> bool:
        """Set money aside for an order. False, and nothing set aside, when the limit would be passed."""
        if self.limit is not None:
            amount, left = self._reckoned(estimate) * self.factor, self.limit - self.committed
            if amount > left or (estimate is None and left <= 0):
                return False
        self.count(task, estimate)
        self._ordered.add(task)
        return True

    def count(self, task: TaskId, estimate: Usd | None) -> None:
        """Count money that is committed already (a task under way from an earlier run), limit or not."""
        self._open[task] = self._reckoned(estimate)

    def _reckoned(self, estimate: Usd | None) -> Usd:
        """What an order is reckoned to cost by the price list; one of unknown price may take all that is left."""
        if estimate is not None:
            return estimate
        if self.fallback is not None:
            return self.fallback
        return Decimal(0) if self.limit is None else max(self.limit - self.committed, Decimal(0)) / self.factor

    def settle(self, task: TaskId, cost: Usd | None, estimate: Usd | None = None) -> None:
        """The order has ended: replace the reservation by what was charged, when that is known.

        Args:
            task: the order.
            cost: as the provider reports it.
            estimate: as the price list has it, to compare.
        """
        reserved = self._open.pop(task, Decimal(0)) * self.factor
        self._settled[task] = reserved if cost is None else cost
        if cost is not None and estimate is not None and estimate > 0:
            self.factor = max(self.factor, cost / estimate)

    def release(self, task: TaskId) -> None:
        """Give back what was set aside for an order that was definitely not accepted."""
        self._open.pop(task, None)
        self._ordered.discard(task)
