"""The wording of graphs, shared by all forms. Results are clean text on one line, without markup."""

from collections.abc import Mapping

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action
from ltxspec.plan.graph import Link, Node
from ltxspec.plan.status import ShotState
from ltxspec.report import wording as phrases
from ltxspec.report.terminal import clean, fit
from ltxspec.values import money_text

LONGEST_NAME = 100  # columns of an address

_STATES: Mapping[ShotState, str] = {
    ShotState.UP_TO_DATE: "bought",
    ShotState.TO_BUY: "to render",
    ShotState.TO_RECORD: "bought",  # under another name, or an earlier take
    ShotState.IN_PROGRESS: "in progress",
    ShotState.FAILED: "failed",
    ShotState.HELD: "held",
}
_VERDICTS: Mapping[Verdict, str] = {
    Verdict.APPROVED: "approved",
    Verdict.NEEDS_WORK: "needs work",
    Verdict.REJECTED: "rejected",
}
HOW: Mapping[str | None, str] = {"first": "begins with", "last": "ends with", None: "uses"}


def name_of(node: Node) -> str:
    """The address of a shot."""
    return fit(clean(str(node.address)), LONGEST_NAME)


def state_of(node: Node) -> str:
    """What a shot needs: `bought, approved`, `to render, $0.36`, `held, later: $0.36`."""
    change = node.change
    word = "to render again" if change.action is Action.REPLACE else _STATES[node.state]
    if node.state is ShotState.FAILED and change.action.spends:
        word = "failed, to render again"
    parts = [word]
    if phrases.is_counted(change):
        parts.append(money_text(change.estimate, "price unknown"))
    elif change.action is Action.HELD:
        parts.append(phrases.cost(change))
    if node.verdict is not None:
        parts.append(_VERDICTS[node.verdict])
    elif node.gate:
        parts.append("needs an approval")
    return ", ".join(parts)


def link_phrase(link: Link) -> str:
    """How a shot follows from another one: `begins with the last frame of film.alley`."""
    taken, _, picked = phrases.frame_of(link.reference).partition(", ")
    source = fit(clean(str(link.source)), LONGEST_NAME)
    return f"{HOW[link.ends]} the {taken} of {source}" + (f" ({picked})" if picked else "")
