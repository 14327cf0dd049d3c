"""The order in which a plan lists shots that follow from each other: each below its source, and further in."""

from collections.abc import Sequence

from ltxspec.plan.actions import Change
from ltxspec.values import ShotAddress

_DEEPEST = 6  # steps that a row is moved in
BRANCHES = " │├└"  # what the lead of a row consists of


def chained(changes: Sequence[Change]) -> list[tuple[str, Change]]:
    """The changes with the lead of each, such as `│ └ `; a shot follows the first of its sources that is listed."""
    listed = {change.address for change in changes}
    below: dict[ShotAddress, list[Change]] = {}
    tops: list[Change] = []
    for change in changes:
        source = next((source for source in change.after if source in listed and source != change.address), None)
        (tops if source is None else below.setdefault(source, [])).append(change)
    if not below:
        return [("", change) for change in changes]
    found: list[tuple[str, Change]] = []
    left = [("", "", change) for change in reversed(tops)]  # with what leads the rows below it
    while left:
        lead, inner, change = left.pop()
        found.append((lead, change))
        inner = inner[: 2 * (_DEEPEST - 1)]
        branch = ("└ ", "  ")  # of the last one below
        for after in reversed(below.pop(change.address, [])):  # once, also if a shot is listed twice
            left.append((inner + branch[0], inner + branch[1], after))
            branch = ("├ ", "│ ")
    return found
