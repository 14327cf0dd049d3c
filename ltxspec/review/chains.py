"""The order in which the shots of a review are listed: those of a chain together, each below its source. Pure."""

from collections.abc import Sequence

from ltxspec.review.models import ShotReview
from ltxspec.values import ShotAddress


def in_chains(shots: Sequence[ShotReview]) -> list[ShotReview]:
    """The shots, each directly after the first of its sources that is listed; a chain is where its first one is.

    Reports may be forged: shots that follow from each other in a circle stay where they are.
    """
    places: dict[ShotAddress, int] = {}
    for index, shot in enumerate(shots):
        places.setdefault(shot.address, index)
    below: dict[int, list[int]] = {}
    tops: list[int] = []
    for index, shot in enumerate(shots):
        source = next((places[item] for item in shot.sources if places.get(item, index) != index), None)
        (tops if source is None else below.setdefault(source, [])).append(index)
    if not below:
        return list(shots)
    order: dict[int, None] = {}
    for start in (*tops, *range(len(shots))):  # the second part: circles
        left = [start]
        while left:
            index = left.pop()
            if index not in order:
                order[index] = None
                left += reversed(below.get(index, []))
    return [shots[index] for index in order]


def as_on_page(shots: Sequence[ShotReview]) -> list[ShotReview]:
    """The shots as a page lists them: in their chains, and what applying the base would do as well at the end."""
    return sorted(in_chains(shots), key=lambda shot: shot.inherited)
