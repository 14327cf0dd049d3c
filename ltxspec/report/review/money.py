"""What the shots of a change cost: bought and estimated apart, compared with the takes they replace. Clean text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ltxspec.report import wording as phrases
from ltxspec.review.models import ShotKind, ShotReview
from ltxspec.values import Usd, dollars, money_text, total_usd


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more shots cost than the takes they replace; `unknown` shots are not in it."""

    usd: Usd
    unknown: int = 0

    def __str__(self) -> str:
        """`+$0.48`, `±0`, `+$0.48 + 1 unknown`; less has a minus."""
        sign = "+" if self.usd > 0 else "\N{MINUS SIGN}"
        known = f"{sign}{dollars(abs(self.usd))}" if self.usd else "±0"
        return f"{known} + {self.unknown:,} unknown" if self.unknown else known

    @property
    def sentence(self) -> str:
        """`$0.48 more than the takes that they replace`."""
        amount = f"{dollars(abs(self.usd))} {'more' if self.usd > 0 else 'less'} than" if self.usd else "as much as"
        unknown = f", without {self.unknown:,} of unknown price" if self.unknown else ""
        return f"{amount} the takes that they replace{unknown}"


def is_paid(shot: ShotReview) -> bool:
    """Whether the shot costs something in this change: bought in it, to order, or under way."""
    return bool(shot.bought) or (shot.change is not None and phrases.is_counted(shot.change))


def is_later(shot: ShotReview) -> bool:
    """Whether the shot costs nothing yet, because an approval or another shot holds it."""
    return not is_paid(shot) and shot.kind is ShotKind.HELD and shot.change is not None


def cost_of(shot: ShotReview) -> str:
    """What the change paid and would pay for a shot: `$0.96 for 2 takes`, `est. $0.48`, `later: $0.48`, `no cost`."""
    if not shot.bought:
        return costs_of([shot])
    bought = _amount([take.cost for take in shot.bought])
    parts = [bought + _several(shot)]
    if shot.change is not None and phrases.is_counted(shot.change):
        parts.append(money_text(shot.change.estimate, "price unknown", "est. {}"))
    return " + ".join(parts)


def _several(shot: ShotReview) -> str:
    """` for 2 takes`, ` for 3 tasks, 1 failed`; empty for one."""
    number, failed = len(shot.bought), sum(1 for take in shot.bought if take.status != "succeeded")
    if number == 1:
        return ""
    return f" for {number:,} tasks, {failed:,} failed" if failed else f" for {number:,} takes"


def costs_of(shots: Sequence[ShotReview]) -> str:
    """The sum for several shots: `$1.92 + est. $0.48 + later: $0.72`, `no cost`; what is held is paid for later."""
    bought = [take.cost for shot in shots for take in shot.bought]
    ahead = [shot.change.estimate for shot in shots if shot.change is not None and phrases.is_counted(shot.change)]
    parts = [_amount(bought)] if bought else []
    if ahead:
        known, unknown = total_usd(ahead)
        lone = len(ahead) == unknown == 1
        parts.append("price unknown" if lone else f"est. {phrases.amount(known, unknown)}")
    if held := [shot.change.estimate for shot in shots if is_later(shot) and shot.change is not None]:
        known, unknown = total_usd(held)
        lone = len(held) == unknown == 1
        parts.append("later: price unknown" if lone else f"later: {phrases.amount(known, unknown)}")
    return " + ".join(parts) or "no cost"


def difference_of(shots: Iterable[ShotReview]) -> Difference | None:
    """How much more the shots that are paid for cost than the takes they replace; None if none is paid for."""
    found = [_difference(shot) for shot in shots if is_paid(shot)]
    return Difference(*total_usd(found)) if found else None


def later_difference_of(shot: ShotReview) -> Difference | None:
    """The same for one shot that is held; None for any other."""
    return Difference(*total_usd([_difference(shot)])) if is_later(shot) else None


def _difference(shot: ShotReview) -> Usd | None:
    """A new shot replaces nothing, so all of its cost is more."""
    prices = [take.cost for take in shot.bought]
    if shot.change is not None and (phrases.is_counted(shot.change) or is_later(shot)):
        prices.append(shot.change.estimate)
    known, unknown = total_usd(prices)
    if unknown or (shot.before is not None and shot.before.cost is None):
        return None
    return known - (shot.before.cost or Usd(0) if shot.before is not None else Usd(0))


def _amount(costs: Sequence[Usd | None]) -> str:
    known, unknown = total_usd(costs)
    return "cost unknown" if unknown == 1 and not known else phrases.amount(known, unknown)
