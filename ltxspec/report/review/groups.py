"""Groups the shots of a change by what changed them: one variable or file often changes hundreds of shots. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ltxspec.report.review.wording import hidden_causes
from ltxspec.review.models import Cause, CauseKind, ShotKind, ShotReview
from ltxspec.values import ShotAddress

_NEW = (ShotKind.PENDING, ShotKind.RESUMING, ShotKind.HELD, ShotKind.BLOCKED, ShotKind.RENDERED)


@dataclass(frozen=True, slots=True)
class Group:
    """Shots that changed together. Without causes: those that were edited, or moved, on their own."""

    causes: tuple[Cause, ...]  # outside the shots, and common to those that have any
    shots: Sequence[ShotReview]


def grouped(shots: Sequence[ShotReview]) -> list[Group]:
    """The shots by their most frequent shared cause, largest group first; the others last.

    A shot without a cause that follows from another shot of the change is in the group of that one. New shots of one
    `forEach` or `matrix` are together, whatever else is new.
    """
    counts = Counter(cause for shot in shots for cause in hidden_causes(shot))
    leads = [_lead(shot, counts) for shot in shots]
    sizes = Counter(leads)
    placed = {
        shot.address: cause for shot, cause in zip(shots, leads, strict=True) if cause is not None and sizes[cause] > 1
    }
    known = {shot.address: shot for shot in shots} if placed else {}
    groups: dict[Cause | None, list[ShotReview]] = {}
    for shot in shots:
        groups.setdefault(_place(shot, placed, known), []).append(shot)
    ordered = sorted(groups.items(), key=lambda item: (item[0] is None, -len(item[1])))
    return [Group(_common(lead, members), members) for lead, members in ordered]


def _lead(shot: ShotReview, counts: Mapping[Cause, int]) -> Cause | None:
    """The cause that changed the most shots with this one, or the shot of the spec that a new one is a row of."""
    return max(hidden_causes(shot), key=lambda cause: counts[cause], default=_rows_of(shot))


def _rows_of(shot: ShotReview) -> Cause | None:
    """What new shots of one `forEach` or `matrix` have in common; None for any other."""
    name, several, _ = str(shot.address).partition("[")
    is_new = shot.before is None and shot.prompt_before is None and shot.origin is None and shot.kind in _NEW
    return Cause(CauseKind.DATA, f"new rows of {name}") if several and is_new else None


def _place(
    shot: ShotReview, placed: Mapping[ShotAddress, Cause], known: Mapping[ShotAddress, ShotReview]
) -> Cause | None:
    """The cause of the shot, or of the first shot that it follows from. A forged report may have circles."""
    seen: set[ShotAddress] = set()
    while shot.address not in placed:
        seen.add(shot.address)
        source = next((item for item in shot.sources if item in known and item not in seen), None)
        if source is None or hidden_causes(shot):
            return None
        shot = known[source]
    return placed[shot.address]


def _common(lead: Cause | None, members: Sequence[ShotReview]) -> tuple[Cause, ...]:
    """The lead, and every other cause of all its shots."""
    if lead is None:
        return ()
    caused = [hidden_causes(shot) for shot in members if lead in hidden_causes(shot)]
    if not caused:
        return (lead,)
    return (lead, *(cause for cause in caused[0] if cause != lead and all(cause in others for others in caused)))
