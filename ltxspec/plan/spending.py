"""What the takes of a spec have cost: as reported by the provider, else as counted for limits."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from ltxspec.catalog.models import Catalog
from ltxspec.lock.by_task import TakesById, takes_by_id
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import Lockfile, ShotRecord, Take
from ltxspec.plan.prices import limit_price, listed_price
from ltxspec.plan.recorded import RecordedState
from ltxspec.values import TaskId, Usd, total_usd


def counted_once(recorded: Mapping[str, RecordedState]) -> Mapping[str, RecordedState]:
    """The records of several specs, with each task only in the lockfile where it counts (see `takes_by_id`)."""
    lockfiles = {name: have.lockfile for name, have in recorded.items()}
    tasks = [recorded_tasks(lockfile) for lockfile in lockfiles.values()]
    if len(tasks) == 1 or sum(map(len, tasks)) == len(set().union(*tasks)):
        return recorded
    found = takes_by_id(lockfiles.values())
    return {name: replace(have, lockfile=_counted(have.lockfile, found)) for name, have in recorded.items()}


def _counted(lockfile: Lockfile, found: TakesById) -> Lockfile:
    """A lockfile with the takes that count there, for sums only: no take is current."""
    shots, retired = (
        {
            key: ShotRecord(None, tuple(take for one in record.takes if (take := _own(one, lockfile.spec, found))))
            for key, record in records.items()
        }
        for records in (lockfile.shots, lockfile.retired)
    )
    return Lockfile(lockfile.provider, lockfile.spec, shots, retired)


def _own(take: Take, spec: str, found: TakesById) -> Take | None:
    address, known = found[take.task_id]
    return known if address.spec == spec else None


def sums(
    recorded: Mapping[str, RecordedState], aside: Container[str], catalog: Catalog
) -> tuple[dict[str, tuple[Usd, int]], dict[str, tuple[Usd, int]]]:
    """`spent` and `assumed` of each spec that is not left aside, with each task in one of all lockfiles only."""
    counted = {name: state for name, state in counted_once(recorded).items() if name not in aside}
    money = {name: spent(state) for name, state in counted.items()}
    return money, {name: assumed(state, catalog) for name, state in counted.items()}


def spent(recorded: RecordedState) -> tuple[Usd, int]:
    """What all takes of a lockfile cost: (known sum, number without a reported cost). Shared takes count once."""
    return total_usd(take.cost for take in _takes(recorded).values())


def assumed(recorded: RecordedState, catalog: Catalog) -> tuple[Usd, int]:
    """What limits count for takes whose cost was never reported: (sum of listed prices, number without one).

    Failed takes count as well: they may have been billed.
    """
    return total_usd(_reckoned(take, catalog) for take in _takes(recorded).values() if take.cost is None)


def proven_factor(recorded: Iterable[RecordedState], catalog: Catalog) -> Decimal:
    """The ratio of the newest take's cost to its price for limits, by spec: the highest of all, and at least 1.

    A refused order, which costs nothing, says nothing about prices.
    A price list that the last run proved too low is not trusted by the next one until the list is corrected.
    """
    return max((_ratio(item, catalog) for item in recorded), default=Decimal(1))


def _ratio(recorded: RecordedState, catalog: Catalog) -> Decimal:
    takes = [take for take in _takes(recorded).values() if take.cost or take.status == "succeeded"]
    reported = [take for take in takes if take.cost is not None and take.submitted_at is not None]
    newest = max(reported, key=lambda take: take.sort_key, default=None)
    listed = _reckoned(newest, catalog) if newest is not None else None
    return max(newest.cost / listed, Decimal(1)) if newest is not None and newest.cost and listed else Decimal(1)


def _reckoned(take: Take, catalog: Catalog) -> Usd | None:
    """The price used for limits for a take's request."""
    return limit_price(catalog, take.request, listed_price(catalog, take.request))


def _takes(recorded: RecordedState) -> dict[TaskId, Take]:
    """Every take once, by its id; of a take recorded under two keys, the copy with a known cost."""
    found: dict[TaskId, Take] = {}
    for record in [*recorded.lockfile.shots.values(), *recorded.lockfile.retired.values()]:
        for take in record.takes:
            known = found.get(take.task_id)
            if known is None or known.cost is None:
                found[take.task_id] = take
    return found
