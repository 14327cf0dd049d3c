"""The money a run may still spend: spent, in-flight and unknown amounts all count."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from ltxspec.values import ShotAddress, TaskId, Usd

_SMALLEST: Final = Decimal("0.000001")  # USD; what an order of unknown price takes is rounded down to it


@dataclass(slots=True)
class RunBudget:
    """A running account against limits in USD (None: no limit).

    An order reserves its estimate before it is sent. The reported cost replaces the reservation; without one, the
    reservation stays: an unknown cost never counts as zero. A cost higher than its estimate raises all later estimates,
    and those in flight, by the same factor: a price list that was wrong once is no longer trusted.

    An order of unknown price may cost all that is left: until its cost is known, nothing else has room in any
    of its limits.
    """

    limit: Usd | None  # of the run
    per_shot: Usd | None = None  # of one order; also the assumed cost of an order without a known price
    per_spec: Mapping[str, Usd] = field(default_factory=dict)  # the amount left for each spec that has a limit
    per_label: Mapping[str, Usd] = field(default_factory=dict)  # the amount left for each label that has a limit
    labels: Mapping[ShotAddress, Collection[str]] = field(default_factory=dict)  # those of each shot, of `per_label`
    factor: Decimal = Decimal(1)  # the highest ratio of a reported cost to its estimate so far, at least 1
    _settled: dict[TaskId, Usd] = field(default_factory=dict)
    _open: dict[TaskId, Usd] = field(default_factory=dict)
    _price: dict[TaskId, Usd] = field(default_factory=dict)  # by the price list
    _spec: dict[TaskId, str] = field(default_factory=dict)
    _labels: dict[TaskId, Collection[str]] = field(default_factory=dict)
    _ordered: set[TaskId] = field(default_factory=set)  # in this run
    _unpriced: set[TaskId] = field(default_factory=set)  # neither price nor cost is known

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.limit is not None or self.per_shot is not None or bool(self.per_spec) or bool(self.per_label)

    @property
    def open_orders(self) -> tuple[int, Usd]:
        """The number of orders without a known end, and their estimated cost."""
        return len(self._open), sum(self._open.values(), Decimal(0)) * self.factor

    @property
    def committed(self) -> Usd:
        """Everything spent or promised so far."""
        return sum(self._settled.values(), Decimal(0)) + self.open_orders[1]

    def committed_for(self, spec: str) -> Usd:
        """The part of `committed` that belongs to one spec."""
        return self._committed([task for task, of in self._spec.items() if of == spec])

    def committed_with(self, label: str) -> Usd:
        """The part of `committed` that belongs to the shots with one label."""
        return self._committed([task for task, labels in self._labels.items() if label in labels])

    def _committed(self, tasks: Sequence[TaskId]) -> Usd:
        settled = sum((self._settled.get(task, Decimal(0)) for task in tasks), Decimal(0))
        return settled + sum((self._open.get(task, Decimal(0)) for task in tasks), Decimal(0)) * self.factor

    def has_room(self, task: TaskId) -> bool:
        """Whether the committed amount, which already includes this task, is within the limits."""
        spec = self._spec.get(task, "")
        within = self.limit is None or self.committed <= self.limit
        dear = self.per_shot is not None and self._open.get(task, Decimal(0)) * self.factor > self.per_shot
        is_labelled = all(self.committed_with(name) <= self.per_label[name] for name in self._labels.get(task, ()))
        return (
            within and not dear and is_labelled and self.committed_for(spec) <= self.per_spec.get(spec, self.committed)
        )

    def overspent(self) -> tuple[Usd, Usd] | None:
        """By how much this run's ended orders exceeded a limit, and that limit; None when they exceeded none."""
        spent, labelled = dict[str, Usd](), dict[str, Usd]()
        ended = self._ordered & self._settled.keys()
        for task in ended:
            spec = self._spec[task]
            spent[spec] = spent.get(spec, Decimal(0)) + self._settled[task]
            for label in self._labels.get(task, ()):
                labelled[label] = labelled.get(label, Decimal(0)) + self._settled[task]
        limits = [(usd, self.per_spec[spec]) for spec, usd in spent.items() if spec in self.per_spec]
        limits += [(usd, self.per_label[label]) for label, usd in labelled.items()]
        if self.per_shot is not None:
            limits += [(self._settled[task], self.per_shot) for task in ended]
        if self.limit is not None:
            limits.append((sum(spent.values(), Decimal(0)), self.limit))
        return max(((usd - limit, limit) for usd, limit in limits if usd > limit), default=None)

    def reserve(self, task: TaskId, estimate: Usd | None, spec: str = "", address: ShotAddress | None = None) -> bool:
        """Reserve money for an order. Returns False and reserves nothing if a limit would be exceeded."""
        amount = self._reckoned(estimate, spec, address) * self.factor
        left = [cap - used for cap, used in self._caps(spec, address)]
        if any(amount > rest or (estimate is None and rest <= 0) for rest in left):
            return False
        if self.per_shot is not None and amount > self.per_shot:
            return False
        self.count(task, estimate, spec, address)
        self._ordered.add(task)
        return True

    def count(self, task: TaskId, estimate: Usd | None, spec: str = "", address: ShotAddress | None = None) -> None:
        """Count money that is already committed (a task under way from an earlier run), regardless of limits."""
        self._open[task] = self._reckoned(estimate, spec, address)
        self._spec[task] = spec
        if estimate is None and self.per_shot is None:
            self._unpriced.add(task)
        if self.per_label and address is not None:
            self._labels[task] = self.labels.get(address, ())
        if estimate is not None:
            self._price[task] = estimate

    def resend(self, task: TaskId) -> None:
        """Assign an already counted order of an earlier run to this run, because it is sent again."""
        self._ordered.add(task)

    def settle(self, task: TaskId, cost: Usd | None) -> None:
        """Replace the reservation of an ended order by the amount charged, if known."""
        reserved = self._open.pop(task, Decimal(0)) * self.factor
        self._settled[task] = reserved if cost is None else cost
        price = self._price.get(task, Decimal(0))
        if cost is not None:
            self._unpriced.discard(task)
        if cost is not None and price > 0:
            self.factor = max(self.factor, cost / price)

    def release(self, task: TaskId) -> None:
        """Release the reservation of an order that was definitely not accepted."""
        self._open.pop(task, None)
        self._ordered.discard(task)
        self._unpriced.discard(task)

    def _caps(self, spec: str, address: ShotAddress | None) -> list[tuple[Usd, Usd]]:
        """The limits that apply to a shot, each with the amount committed against it."""
        caps = [] if self.limit is None else [(self.limit, self.committed, bool(self._unpriced))]
        for name in self.labels.get(address, ()) if address else ():
            blocked = any(name in self._labels.get(task, ()) for task in self._unpriced)
            caps.append((self.per_label[name], self.committed_with(name), blocked))
        if spec in self.per_spec:
            blocked = any(self._spec.get(task) == spec for task in self._unpriced)
            caps.append((self.per_spec[spec], self.committed_for(spec), blocked))
        return [(cap, max(used, cap) if blocked else used) for cap, used, blocked in caps]

    def _reckoned(self, estimate: Usd | None, spec: str, address: ShotAddress | None) -> Usd:
        """The cost of an order by the price list; an unknown price may take all that is left."""
        if estimate is not None:
            return estimate
        if self.per_shot is not None:
            return self.per_shot
        left = min((cap - used for cap, used in self._caps(spec, address)), default=Decimal(0))
        return (max(left, Decimal(0)) / self.factor).quantize(_SMALLEST, ROUND_FLOOR)
