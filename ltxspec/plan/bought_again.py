"""Orders of renders that another spec of the project has: a warning of a plan, and a refusal of apply. Pure."""

from collections.abc import Iterable

from ltxspec.errors import Diagnostic, Location, Refused
from ltxspec.plan.actions import Change, Reason


def owned_elsewhere_warnings(changes: Iterable[Change]) -> list[Diagnostic]:
    """A warning for each render that would be bought although another spec has it."""
    return [
        Diagnostic("warning", Reason.OWNED_ELSEWHERE.value, f"`{c.address}`: {c.note}", where, c.cure)
        for c in bought_again(changes)
        for where in [Location(*c.source) if c.source is not None else None]
    ]


def refuse_buying_again(changes: Iterable[Change]) -> None:
    """Refuse a plan that would buy what another spec of the project has. Raises Refused."""
    found = bought_again(changes)
    if found:
        count = f"{len(found)} render{'s' * (len(found) != 1)}"
        raise Refused(
            Reason.OWNED_ELSEWHERE.value,
            f"{count} would be bought again that other specs of the project have",
            hint="; ".join([*dict.fromkeys(c.cure for c in found if c.cure), "`--buy-again` buys another"]),
            details=[f"{change.address}: {change.note}" for change in found],
        )


def bought_again(changes: Iterable[Change]) -> list[Change]:
    """The orders of renders that another spec has."""
    return [change for change in changes if Reason.OWNED_ELSEWHERE in change.reasons]
