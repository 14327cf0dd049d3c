"""The words for what a change does to a shot, shared by all reports of a review."""

from collections.abc import Mapping, Sequence

from ltxspec.review.models import ShotKind, ShotReview

KINDS: Mapping[ShotKind, str] = {
    ShotKind.RENDERED: "rendered",
    ShotKind.PENDING: "to render",
    ShotKind.RESUMING: "under way",
    ShotKind.BLOCKED: "blocked",
    ShotKind.HELD: "held",
    ShotKind.RESTORED: "restored",
    ShotKind.MOVED: "moved",
    ShotKind.UPDATED: "recorded",
    ShotKind.RETIRED: "retired",
}


def counts_of(shots: Sequence[ShotReview]) -> dict[ShotKind, int]:
    """How many of these shots are of each kind, in the order of `ShotKind`."""
    counts = dict.fromkeys(ShotKind, 0)
    for shot in shots:
        counts[shot.kind] += 1
    return counts
