"""The order in which a plan lists shots that follow from each other: each below its source, and further in."""

from collections.abc import Sequence

from ltxspec.plan.actions import Change
from ltxspec.values import ShotAddress

_DEEPEST = 6  # steps that a row is moved in


def chained(changes: Sequence[Change]) -> list[tuple[int, Change]]:
    """The changes with the depth of each; a shot follows the first of its sources that is listed."""
    listed = {change.address for change in changes}
    below: dict[ShotAddress, list[Change]] = {}
    tops: list[Change] = []
    for change in changes:
        source = next((source for source in change.after if source in listed and source != change.address), None)
        (tops if source is None else below.setdefault(source, [])).append(change)
    if not below:
        return [(0, change) for change in changes]
    found: list[tuple[int, Change]] = []
    left = [(0, change) for change in reversed(tops)]
    while left:
        depth, change = left.pop()
        found.append((min(depth, _DEEPEST), change))
        left += [(depth + 1, after) for after in reversed(below.get(change.address, []))]
    return found
