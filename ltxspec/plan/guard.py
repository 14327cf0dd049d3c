"""Refuses a plan before anything is spent: limits of the budget and prices that are not known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltxspec.errors import Refused
from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.estimate import estimate
from ltxspec.values import Usd, format_usd, total_usd


@dataclass(frozen=True, slots=True)
class Limits:
    """Amounts in USD; None means no limit."""

    per_apply: Usd | None = None
    per_shot: Usd | None = None
    per_spec: Usd | None = None


def refuse_unknown_prices(plan: Plan) -> None:
    """Raise `Refused` when a shot would be bought at a price nobody knows."""
    unpriced = [change for change in plan.changes if change.action.spends and change.estimate is None]
    if unpriced:
        raise Refused(
            "unknown-price",
            f"the price of {_names(unpriced)} is not known",
            hint="add it to the model's price table, or pass --allow-unknown-cost",
        )


def refuse_over_budget(plan: Plan, limits: Limits) -> None:
    """Raise `Refused` when the plan would pass a limit. Money under way from earlier runs counts as spent."""
    total = estimate(plan.changes)
    if total.usd == 0 and total.unknown == 0:
        return
    _refuse_total(total.usd + total.under_way, limits.per_apply)
    _refuse_shots(plan.changes, limits.per_shot)
    _refuse_specs(plan, limits.per_spec)


def _refuse_total(amount: Usd, limit: Usd | None) -> None:
    if limit is not None and amount > limit:
        raise Refused(
            "over-budget",
            f"the plan costs ${format_usd(amount)}, which is over the limit of ${format_usd(limit)} for one apply",
            hint="raise `[budget] per_apply` or --max-cost, or apply part of it with --target",
        )


def _refuse_shots(changes: Sequence[Change], limit: Usd | None) -> None:
    if limit is None:
        return
    dear = [c for c in changes if c.action.spends and c.estimate is not None and c.estimate > limit]
    if dear:
        raise Refused(
            "over-budget",
            f"{_names(dear)} would cost more than ${format_usd(limit)} for one shot",
            hint="make it shorter or smaller, or raise `[budget] per_shot`",
        )


def _refuse_specs(plan: Plan, limit: Usd | None) -> None:
    if limit is None:
        return
    spent: Mapping[str, tuple[Usd, int]] = plan.spent or {}
    for spec in {change.address.spec for change in plan.changes if change.action.spends}:
        changes = [c for c in plan.changes if c.address.spec == spec]
        planned, _ = total_usd(c.estimate for c in changes if c.action.spends or c.action == "resume")
        before, unknown = spent.get(spec, (planned - planned, 0))
        if before + planned > limit:
            at_least = "at least " if unknown else ""
            raise Refused(
                "over-budget",
                f"`{spec}` would have cost {at_least}${format_usd(before + planned)} in all, over its limit of "
                f"${format_usd(limit)}",
                hint="raise `[budget] per_spec`",
            )


def _names(changes: Sequence[Change]) -> str:
    shown = ", ".join(f"`{change.address}`" for change in changes[:3])
    more = len(changes) - 3
    return f"{shown} and {more} more" if more > 0 else shown
