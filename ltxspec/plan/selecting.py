"""Leaves shots out of a plan: those that the options do not select, and orders beyond `--limit`.

What is left out is not touched by the run: nothing is ordered, moved, retired or recorded for it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Action, Change, Plan, Reason
from ltxspec.plan.exceeded import Exceeded, Exceeding, with_collect
from ltxspec.plan.graph_selection import covered, sources_first
from ltxspec.plan.limits import within
from ltxspec.plan.selection import Selection
from ltxspec.values import ShotAddress, foreign_address


@dataclass(frozen=True, slots=True)
class Selected:
    """The changes of a run, the sources among them that nobody selected, and warnings about what is left out."""

    changes: Sequence[Change]
    included: frozenset[ShotAddress]
    diagnostics: Sequence[Diagnostic]


def selected(changes: Sequence[Change], selection: Selection, context: Collection[str] = ()) -> Selected:
    """The changes of the selected shots, and of the sources that these need.

    Args:
        changes: the changes of all shots.
        selection: the selection.
        context: the names of specs that are only planned because others refer to them: nothing of these is selected.
    """

    def is_bound(change: Change) -> bool:
        source = _source(change)
        return source is not None and selection.is_excluded(source)

    named = [
        change
        for change in changes
        if change.address.spec not in context and selection.is_target(change.address, change.labels)
    ]
    bound = [change for change in named if is_bound(change)] if selection.excludes else []
    ids = {id(change) for change in bound}
    chosen = [change for change in named if id(change) not in ids]
    found, included = covered(changes, chosen, lambda c: selection.is_excluded(c.address) or is_bound(c))
    return Selected(found, included, [_left_out(change) for change in bound])


def _source(change: Change) -> ShotAddress | None:
    """The shot whose takes a change takes over; None for a task under way, which belongs to no shot yet."""
    if change.origin is None or change.action is Action.RESUME:
        return None
    return foreign_address(change.origin) or ShotAddress(change.address.spec, change.origin)


def _left_out(change: Change) -> Diagnostic:
    message = f"`{change.address}` is left out: it takes over the takes of `{_source(change)}`, which `--exclude` names"
    return Diagnostic("warning", "left-out", message)


def idle_retries(changes: Sequence[Change], selection: Selection) -> list[Diagnostic]:
    """A warning for each `--retry` that names only shots that have not failed."""
    return [
        Diagnostic(
            "warning",
            "nothing-to-retry",
            f"`--retry {pattern.text}` has no effect: {_healthy(named)}",
            hint="`--retake` renders a shot once more, for its full price",
        )
        for pattern in selection.retries
        if (named := [change for change in changes if pattern.matches(change.address)])
        and not any(_retries(change) for change in named)
    ]


def _retries(change: Change) -> bool:
    """Whether `--retry` has an effect: it also lets an order of unknown outcome be sent again or given up."""
    return Reason.RETRY_REQUESTED in change.reasons or change.action is Action.RESUME


def _healthy(changes: Sequence[Change]) -> str:
    if len(changes) > 1:
        return f"none of its {len(changes):,} shots has failed"
    (change,) = changes
    if change.action in (Action.MOVE, Action.RESTORE):
        return f"`{change.address}` gets a take that is recorded already"
    state = "is up to date" if change.action is Action.NO_OP else "has not failed"
    return f"`{change.address}` {state}"


def limited(plan: Plan, most: int | Exceeding) -> Plan:
    """A plan with its first orders only; the others are `later`. Everything that costs nothing stays.

    An order counts after those that it follows from, so none is left without its sources.

    Args:
        plan: the whole plan.
        most: the number of orders, or what says which limits a plan exceeds; the orders are within all of them.
    """
    orders = sources_first([change for change in plan.changes if change.action.spends])
    over: Sequence[Exceeded] = ()
    if isinstance(most, int):
        number = most
    else:
        free = [change for change in plan.changes if not change.action.spends]
        number, over = within(replace(plan, changes=[*free, *orders]), most)
    if number >= len(orders):
        return plan
    later = {id(change) for change in orders[number:]}
    return replace(
        plan,
        changes=[change for change in plan.changes if id(change) not in later],
        later=orders[number:],
        diagnostics=[*plan.diagnostics, *(_nothing_fits(plan, orders[0], over) if not number else [])],
    )


def _nothing_fits(plan: Plan, first: Change, over: Sequence[Exceeded]) -> list[Diagnostic]:
    """A warning if not even the first order is within the limits."""
    if not over:
        return []
    message = f"not even `{first.address}` is within the limits: {'; '.join(one.message for one in over)}"
    cures = "; ".join(dict.fromkeys(one.cure for one in over))
    return [Diagnostic("warning", "nothing-fits", message, hint=with_collect(cures, plan))]
