"""The shots of a change in Markdown: in groups by cause, with a few rows each, the rest folded; then the sum.

A reviewer sees at most `MOST_VISIBLE` rows at once, so a comment stays readable for a thousand shots.
"""

from collections.abc import Sequence
from dataclasses import replace

from ltxspec.report import wording as phrases
from ltxspec.report.markdown import Room, code, escape
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.backlog import backlog_counts
from ltxspec.report.review.groups import Group, grouped
from ltxspec.report.review.money import costs_of, difference_of
from ltxspec.report.review.page import LONGEST_NOTE, SHARE, Page
from ltxspec.report.review.table import Table, has_pictures
from ltxspec.report.terminal import fit
from ltxspec.review.models import Cause, Review, ShotReview

MOST_ROWS = 500  # in all, folded or not
MOST_VISIBLE = 12
_OF_A_GROUP = 5  # visible rows of each group, if not all fit
_MOST_GROUPS = 6  # further causes are folded
_MOST_CAUSES = 3  # named in a title
_MOST_BACKLOG = 50
_FRAME = 200  # units for the lines around the rows of a group


def shot_tables(shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    """The tables of the shots that the change causes, with their rows in half of the room.

    Where not even the titles have room, the shots are only counted; callers reserve room for that line.
    """
    if not shots:
        return []
    groups = grouped(shots)
    shown, folded = _divided(groups)
    parts = len(shown) + bool(folded)
    most = None if room.left is None else int(room.left * SHARE)
    visible = _visible(shown, parts)
    blocks: list[str] = []
    for group, number in zip(shown, visible, strict=True):
        inner, titled = _part(most, group.shots, shots, parts), bool(groups[1:] or group.causes)
        blocks += _group(group, number, inner, page, titled=titled)
    if folded:
        others = [shot for group in folded for shot in group.shots]
        inner = _part(most, others, shots, parts)
        blocks += _folded(f"{phrases.counted(len(folded), 'more cause')}", others, inner, page)
    if len(groups) > 1:
        blocks.append(_total(shots))
    return blocks if room.fits("\n\n".join(blocks)) else [_left(len(shots), page)]


def _divided(groups: Sequence[Group]) -> tuple[list[Group], list[Group]]:
    """The groups with a table of their own, and the others. Shots that were edited on their own always have one."""
    caused = [group for group in groups if group.causes]
    return [*caused[:_MOST_GROUPS], *(group for group in groups if not group.causes)], caused[_MOST_GROUPS:]


def _visible(groups: Sequence[Group], parts: int) -> list[int]:
    """How many rows of each group are visible; all where there are few. What is left goes to shots on their own."""
    sizes = [len(group.shots) for group in groups]
    if sum(sizes) <= MOST_VISIBLE and parts == len(groups):
        return sizes
    found = [min(size, max(1, min(_OF_A_GROUP, MOST_VISIBLE // parts))) for size in sizes]
    spare = max(0, MOST_VISIBLE - sum(found))
    return [
        number if group.causes else min(len(group.shots), number + spare)  # each of these is another matter
        for group, number in zip(groups, found, strict=True)
    ]


def _part(most: int | None, some: Sequence[ShotReview], shots: Sequence[ShotReview], parts: int) -> Room:
    """The room for some of the shots: half of all in equal parts, so that each shows a row, half by their number."""
    return Room(None if most is None else most // (2 * parts) + most * len(some) // (2 * len(shots)))


def _group(group: Group, shown: int, room: Room, page: Page, *, titled: bool) -> list[str]:
    """A title, the first rows, and the others folded."""
    table = Table(page, group.causes, has_pictures(group.shots[:shown], page))
    below = replace(table, pictured=has_pictures(group.shots[shown:MOST_ROWS], page))
    sums = table.sums(group.shots) if len(group.shots) > 1 else ""
    blocks = [_title(group)] if titled else []
    room.reserve(*blocks, table.header, below.header, sums, _left(len(group.shots), page), " " * _FRAME)
    first = room.fill(table.rows(group.shots[:shown]), shown)
    rest = room.fill(below.rows(group.shots[shown:MOST_ROWS]), MOST_ROWS) if len(first) == shown else []
    left = len(group.shots) - len(first) - len(rest)
    if first:
        blocks.append("\n".join(filter(None, [table.header, *first, sums])))
    elif sums:
        blocks.append(f"{table.header}\n{sums}")
    if rest:
        more = phrases.counted(len(group.shots) - len(first), "more shot" if first else "shot")
        blocks += _fold(more, below, rest, _left(left, page))
    elif left:
        blocks.append(_left(left, page))
    return blocks


def _left(left: int, page: Page) -> str:
    return f"… and {phrases.counted(left, 'more changed shot')}; {page.elsewhere} lists all." if left else ""


def _fold(summary: str, table: Table, rows: Sequence[str], after: str) -> list[str]:
    """A folded table. The blank lines let forges read the Markdown inside."""
    inner = ["\n".join([table.header, *rows]), *([after] if after else [])]
    return [f"<details><summary>{summary}</summary>", *inner, "</details>"]


def _title(group: Group) -> str:
    """`**variable city** (Neo-Kyoto → Lisbon): 200 shots`."""
    number = phrases.counted(len(group.shots), "shot")
    if not group.causes:
        return f"**Others:** {number}"
    named = [_cause(cause) for cause in group.causes[:_MOST_CAUSES]]
    more = len(group.causes) - len(named)
    return f"**{' and '.join(named)}{f' and {more:,} more' if more else ''}:** {number}"


def _cause(cause: Cause) -> str:
    values = review_words.cause_values(cause)
    return code(fit(review_words.cause_name(cause), LONGEST_NOTE)) + (f" ({escape(values)})" if values else "")


def _folded(title: str, shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    """Shots of which no row is visible."""
    table = Table(page, pictured=has_pictures(shots, page))
    summary = f"{title}: {phrases.counted(len(shots), 'shot')}, {costs_of(shots)}"
    room.reserve(summary, table.header, _left(len(shots), page), " " * _FRAME)
    rows = room.fill(table.rows(shots[:MOST_ROWS]), MOST_ROWS)
    return _fold(summary, table, rows, _left(len(shots) - len(rows), page))


def _total(shots: Sequence[ShotReview]) -> str:
    found = difference_of(shots)
    compared = f"; {found.sentence}" if found is not None else ""
    return f"**Total of {phrases.counted(len(shots), 'shot')}: {costs_of(shots)}**{compared}."


def backlog_part(review: Review, shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    """What the base would do as well, folded, with its own sum."""
    counts = backlog_counts(review)
    if not counts:
        return []
    said = ", as the report says" if page.whole else ""
    table = Table(page)
    summary = f"Also at the base, so not because of this change{said}: {counts}"
    frame = [f"<details><summary>{summary}</summary>", table.header, table.sums(shots), "</details>"]
    if not room.fits("\n\n".join(frame) + " " * _FRAME):
        line = f"{summary}."
        return [line] if room.fits(line) else []
    rows = room.fill(table.rows(shots[:_MOST_BACKLOG]), _MOST_BACKLOG, SHARE)
    left = len(shots) - len(rows)
    body = "\n".join([table.header, *rows, table.sums(shots)])
    return [frame[0], body, *([_left(left, page)] if left else []), "</details>"]
