"""Which shots a later run orders only if a retake is asked for again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ltxspec.apply.events import Outcome, ShotOutcome
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.values import ShotAddress

_NOT_MADE = (Outcome.FAILED, Outcome.HELD_BACK)
_NO_REASON = frozenset({Reason.SOURCE_CHANGED})  # of its own: with the take that its source keeps, it is up to date


def with_retakes(outcomes: Sequence[ShotOutcome], changes: Sequence[Change]) -> list[ShotOutcome]:
    """The outcomes, with the shots that have to be retaken for those whose retake was not made.

    A retake is asked for with each run: the shot has a take, and the next plan keeps it. What follows from the shot
    keeps its take as well, and waits for the same retake.

    Args:
        outcomes: how the shots of the run ended.
        changes: what was planned for them.
    """
    planned = {change.address: change for change in changes}
    ended = {item.address: item for item in outcomes}
    found: dict[ShotAddress, ShotAddress | None] = {}
    return [
        replace(item, retaken=_retaken(item.address, planned, ended, found)) if item.outcome in _NOT_MADE else item
        for item in outcomes
    ]


def _retaken(
    address: ShotAddress,
    planned: Mapping[ShotAddress, Change],
    ended: Mapping[ShotAddress, ShotOutcome],
    found: dict[ShotAddress, ShotAddress | None],
) -> ShotAddress | None:
    """The shot whose retake was not made and that this one is or follows from; None: the next plan orders it."""
    path: list[ShotAddress] = []
    here: ShotAddress | None = address
    while here is not None and here not in found:
        path.append(here)
        change = planned.get(here)
        if change is not None and _is_retake(change):
            found[here] = here
        else:
            here = _lacking(change, ended)
    answer = found[here] if here is not None else None
    found.update(dict.fromkeys(path, answer))
    return answer


def _lacking(change: Change | None, ended: Mapping[ShotAddress, ShotOutcome]) -> ShotAddress | None:
    """The source of a shot without which nothing about it has changed; None: there is none, or something has."""
    if change is None or change.action is not Action.REPLACE or not _NO_REASON.issuperset(change.reasons):
        return None
    sources = [ended[source] for source in change.after if source in ended]
    return sources[0].address if sources and all(item.outcome in _NOT_MADE for item in sources) else None


def _is_retake(change: Change) -> bool:
    return Reason.RETAKE_REQUESTED in change.reasons or (change.action is Action.RESUME and change.retake > 1)
