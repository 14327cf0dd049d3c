"""Finds shots of other specs that were rendered from a source which a plan renders anew. It reads records only."""

from collections.abc import Iterable

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import SPENDING, Change
from ltxspec.plan.elsewhere import OtherSpec
from ltxspec.render.references import read_name
from ltxspec.values import ShotAddress

_NAMED = 3  # followers that the warning names


def follower_warning(changes: Iterable[Change], others: Iterable[OtherSpec]) -> list[Diagnostic]:
    """A warning if shots outside of the run follow from what it renders.

    Args:
        changes: what the run does.
        others: the specs that it does not plan.
    """
    renewed = {change.address for change in changes if change.action in SPENDING}
    found = [follower for other in others for follower in _followers(other, renewed)] if renewed else []
    if not found:
        return []
    names = ", ".join(f"`{address}`" for address in found[:_NAMED])
    more = f" and {len(found) - _NAMED:,} more" if len(found) > _NAMED else ""
    follow = "follows" if len(found) == 1 else "follow"
    message = f"{names}{more} of other specs {follow} from what is rendered here, and will be planned anew"
    return [
        Diagnostic("warning", "followers", message, hint="`ltxspec plan` without paths shows them, with their price")
    ]


def _followers(other: OtherSpec, renewed: set[ShotAddress]) -> Iterable[ShotAddress]:
    for key, record in other.recorded.lockfile.shots.items():
        take = record.current_take
        references = map(read_name, take.inputs) if take is not None else ()
        if any(one is not None and one.take is None and one.source in renewed for one in references):
            yield ShotAddress(other.name, key)
