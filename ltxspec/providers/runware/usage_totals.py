"""Whether the parts of a usage report agree: its rows, its other blocks, and the totals beside them.

A part that does not tell everything still is a lower bound: what it does tell cannot be more than the whole.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from ltxspec.values import Json, Usd, dollars, parse_usd

_NOISE = Decimal("0.01")  # USD by which totals may differ from the sum of rounded rows
_LARGEST = Decimal("1e12")


@dataclass(frozen=True, slots=True)
class Figures:
    """What a part of a report comes to; with `all_…` false, at least."""

    requests: int
    all_requests: bool
    usd: Usd
    all_usd: bool


def figures(rows: Iterable[tuple[int | None, Usd | None]]) -> Figures:
    """The sum of some rows: requests and USD, each None if it is not told."""
    every = list(rows)
    counts, amounts = [count for count, _ in every], [usd for _, usd in every]
    return Figures(
        sum(count for count in counts if count is not None),
        None not in counts,
        sum((usd for usd in amounts if usd is not None), Decimal(0)),
        None not in amounts,
    )


def figures_in(block: Json) -> dict[str, Figures]:
    """What a block of a report comes to, by its rows and by its totals. A part that cannot be read tells nothing."""
    found: dict[str, Figures] = {}
    if not isinstance(block, dict):
        return found
    rows, meta = block.get("data"), block.get("meta")
    if isinstance(rows, list) and rows:
        found["rows"] = figures(_row(row, "count", "spend") for row in rows)
    if isinstance(meta, dict):
        found["total"] = figures([_row(meta, "totalRequests", "totalSpend")])
    return found


def differences(name: str, one: Figures, other_name: str, other: Figures) -> Iterator[str]:
    """How two parts of a report that should come to the same differ; nothing if they may be the same."""
    if _contradict(one.requests, other.requests, all_one=one.all_requests, all_other=other.all_requests):
        yield f"{name} have {one.requests:,} requests, {other_name} {other.requests:,}"
    if _contradict(one.usd, other.usd, all_one=one.all_usd, all_other=other.all_usd, noise=_NOISE):
        yield f"{name} come to {dollars(one.usd)}, {other_name} to {dollars(other.usd)}"


def _contradict(
    one: Decimal | int, other: Decimal | int, *, all_one: bool, all_other: bool, noise: Decimal = Decimal(0)
) -> bool:
    return (all_one and other - one > noise) or (all_other and one - other > noise)


def _row(row: Json, count: str, spend: str) -> tuple[int | None, Usd | None]:
    if not isinstance(row, dict):
        return None, None
    number, amount = parse_usd(row.get(count)), parse_usd(row.get(spend))
    whole = None if number is None or not 0 <= number <= _LARGEST or number % 1 else int(number)
    return whole, None if amount is None or abs(amount) > _LARGEST else amount
