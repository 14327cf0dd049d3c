"""Limits that a plan exceeds: all of them are named at once, in a warning each or in one refusal. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ltxspec.errors import Diagnostic, Refused
from ltxspec.plan.actions import Plan, is_open

_NAMED: Final = 5  # limits named in one sentence; each has its own line as well


@dataclass(frozen=True, slots=True)
class Exceeded:
    """One limit that a plan exceeds.

    Attributes:
        name: what sets it, and for what: "`[budget] per_label` of `campaign=autumn`".
        message: the sums and the limit, as a sentence.
        cure: how to stay within it, or to raise it.
    """

    name: str
    message: str
    cure: str


Exceeding = Callable[[Plan], Sequence[Exceeded]]  # the limits that a plan exceeds


def refuse_exceeded(plan: Plan, found: Sequence[Exceeded]) -> None:
    """Raise `Refused` if a plan exceeds any limit. Of several, the details have a line for each."""
    if not found:
        return
    if len(found) == 1:
        (one,) = found
        raise Refused("over-budget", one.message, hint=with_collect(one.cure, plan))
    names = [one.name for one in found]
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    raise Refused(
        "over-budget",
        f"the plan exceeds {len(found):,} limits: {', '.join(names[:_NAMED])}{more}",
        hint=with_collect("an apply must be within all of them; each is listed with what to do", plan),
        details=[f"{one.message}; {one.cure}" for one in found],
    )


def exceeded_warnings(plan: Plan, found: Iterable[Exceeded], code: str) -> list[Diagnostic]:
    """A warning for each limit that a plan exceeds, with the text of the refusal for that limit alone."""
    return [Diagnostic("warning", code, one.message, hint=with_collect(one.cure, plan)) for one in found]


def with_collect(hint: str, plan: Plan) -> str:
    """The advice for a limit; also how to fetch orders in progress, if there are any: a refused apply leaves them."""
    if not any(is_open(change) for change in (*plan.changes, *plan.outside)):
        return hint
    return f"{hint}; `ltxspec collect` fetches what is in progress, whatever the limits"
