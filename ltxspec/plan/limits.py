"""Refuses a plan before anything is spent, because of budget limits or unknown prices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ltxspec.errors import Diagnostic, Refused
from ltxspec.plan.actions import Change, Plan, reckoning
from ltxspec.plan.exceeded import Exceeded, Exceeding, exceeded_warnings, refuse_exceeded
from ltxspec.plan.terms import SpendingLimits
from ltxspec.values import Usd, dollars

OVER_PROJECT = "over-project-budget"  # code of the warning about a limit that counts over the whole project


def refuse_unknown_prices(plan: Plan) -> None:
    """Raise `Refused` if a shot would be ordered at an unknown price."""
    unpriced = [change for change in plan.changes if change.action.spends and change.estimate is None]
    if unpriced:
        raise Refused(
            "unknown-price",
            f"the price of {_names(unpriced)} is not known",
            hint="add it to the model's price table, or pass --allow-unknown-cost",
        )


def exceeded_limits(plan: Plan, limits: SpendingLimits) -> list[Exceeded]:
    """All limits that the plan would exceed. Money under way from earlier runs counts as spent.

    A take whose cost was never reported counts at its listed price. Without a listed price it counts at the limit for
    one shot, if there is one; otherwise the known part of the sum is a minimum, and the plan is over the limit if that
    alone exceeds it.
    """
    total = reckoning([*plan.changes, *plan.outside])
    if total.usd == 0 and total.unknown == 0:
        return []
    whole = _Sum(total.usd + total.under_way, total.unknown + total.under_way_unknown, limits.per_shot)
    under_way = _Sum(total.under_way, total.under_way_unknown, limits.per_shot)
    return [*_over_apply(whole, under_way, limits), *_over_shots(plan, limits), *_over_specs(plan, limits)]


def refuse_over_budget(plan: Plan, limits: SpendingLimits) -> None:
    """Raise `Refused` if the plan would exceed a limit; it names all of them."""
    refuse_exceeded(plan, exceeded_limits(plan, limits))


def budget_warning(plan: Plan, limits: SpendingLimits) -> list[Diagnostic]:
    """A warning for each limit because of which `apply` would refuse the plan."""
    return exceeded_warnings(plan, exceeded_limits(plan, limits), "over-budget")


def within(plan: Plan, exceeding: Exceeding) -> tuple[int, Sequence[Exceeded]]:
    """The number of orders, in the order of the plan, that the limits allow; and the limits that one more exceeds.

    Args:
        plan: the plan, with its orders.
        exceeding: the limits that a plan exceeds; of more orders, never fewer.
    """
    orders = [change for change in plan.changes if change.action.spends]
    free = [change for change in plan.changes if not change.action.spends]
    fits, too_many = 0, len(orders) + 1
    over: Sequence[Exceeded] = ()
    while too_many - fits > 1:
        number = (fits + too_many) // 2
        if found := exceeding(replace(plan, changes=[*free, *orders[:number]])):
            too_many, over = number, found
        else:
            fits = number
    return fits, over


@dataclass(frozen=True, slots=True)
class _Sum:
    """A sum with `unknown` amounts, each counted as `assumed` if that is not None."""

    known: Usd
    unknown: int
    assumed: Usd | None

    @property
    def reckoned(self) -> Usd:
        """The sum used for limits, at least."""
        return self.known + (self.assumed or Usd(0)) * self.unknown

    def __str__(self) -> str:
        if not self.unknown:
            return dollars(self.known)
        if self.assumed is None:
            return f"at least {dollars(self.known)} ({self.unknown} unknown)"
        return f"{dollars(self.reckoned)} ({self.unknown} unknown, counted as {dollars(self.assumed)})"


def _over_apply(total: _Sum, under_way: _Sum, limits: SpendingLimits) -> Iterator[Exceeded]:
    if limits.per_apply is not None and total.reckoned > limits.per_apply:
        setting = "--max-cost" if limits.typed else "`[budget] per_apply`"
        ordered = f" with {under_way} for what is in progress" if under_way.known or under_way.unknown else ""
        yield Exceeded(
            "`--max-cost`" if limits.typed else setting,
            f"the plan costs {total}{ordered}, which is over the limit of {dollars(limits.per_apply)} for one apply",
            _cure(
                limits,
                "per_apply",
                f"{setting} sets this limit: raise it, or apply a part: what fits with `--limit budget`, or --target",
            ),
        )


def _over_shots(plan: Plan, limits: SpendingLimits) -> Iterator[Exceeded]:
    limit = limits.per_shot
    if limit is None:
        return
    dear = [c for c in plan.changes if c.action.spends and c.reckoned is not None and c.reckoned > limit]
    if dear:
        yield Exceeded(
            "`[budget] per_shot`",
            f"{_names(dear)} would cost more than {dollars(limit)} for one shot",
            _cure(limits, "per_shot", "make it shorter or smaller, or raise `[budget] per_shot`"),
        )


def left_for_specs(plan: Plan, limits: SpendingLimits) -> dict[str, Usd]:
    """What each spec of a plan may still spend under `per_spec`; empty without that limit. Never below 0."""
    if limits.per_spec is None:
        return {}
    left = {}
    for spec in plan.spent or {}:
        known, unknown, _ = _before(plan, spec)
        left[spec] = max(limits.per_spec - _Sum(known, unknown, limits.per_shot).reckoned, Usd(0))
    return left


def _before(plan: Plan, spec: str) -> tuple[Usd, int, int]:
    """What a spec's takes cost, reported or listed; how many have neither; how many count as listed."""
    spent, unreported = (plan.spent or {}).get(spec, (Usd(0), 0))
    listed, unknown = (plan.assumed or {}).get(spec, (Usd(0), unreported))
    return spent + listed, unknown, unreported - unknown


def _over_specs(plan: Plan, limits: SpendingLimits) -> Iterator[Exceeded]:
    if limits.per_spec is None:
        return
    by_spec: dict[str, list[Change]] = {}
    for change in (*plan.changes, *plan.outside):
        by_spec.setdefault(change.address.spec, []).append(change)
    for spec, changes in by_spec.items():
        if not any(change.action.spends for change in changes):
            continue
        planned = reckoning(changes)
        before, unknown, listed = _before(plan, spec)
        total = _Sum(
            before + planned.usd + planned.under_way,
            unknown + planned.unknown + planned.under_way_unknown,
            limits.per_shot,
        )
        if total.reckoned > limits.per_spec:
            yield Exceeded(
                f"`[budget] per_spec` of `{spec}`",
                f"`{spec}` would have cost {total} in all, over its limit of {dollars(limits.per_spec)}"
                + _listed(listed),
                _cure(limits, "per_spec", "raise `[budget] per_spec`"),
            )


def _cure(limits: SpendingLimits, name: str, cure: str) -> str:
    """The advice for a limit; one that comes from a saved plan is raised by saving the plan again."""
    return "the plan was saved under this limit: save it again to spend more" if name in limits.saved else cure


def _listed(takes: int) -> str:
    if not takes:
        return ""
    return f" (with {takes} take{'s' * (takes != 1)} of unreported cost at the listed price)"


def _names(changes: Sequence[Change]) -> str:
    shown = ", ".join(f"`{change.address}`" for change in changes[:3])
    more = len(changes) - 3
    return f"{shown} and {more} more" if more > 0 else shown
