"""A review for a pull request: one sentence, whether it can be applied, the shots by cause, details, the next commands.

The text is sized for its forge: room for the parts that are never left out is reserved first; then the other parts use
what is left in their order, the differences last. What does not fit is counted.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ltxspec.report import wording as phrases
from ltxspec.report.markdown import Room
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.backlog import backlog, own_shots
from ltxspec.report.review.chain_graph import chains_part
from ltxspec.report.review.details import details_of, has_details, picture
from ltxspec.report.review.ending import ending
from ltxspec.report.review.kinds import KINDS
from ltxspec.report.review.lists import gate, listed, lost, noticed, problems, verdicts
from ltxspec.report.review.marker import CommentMarker, write_marker
from ltxspec.report.review.noticed import approved_tasks, failures, unmet
from ltxspec.report.review.page import LEAST, LONGEST_NOTE, Page, target
from ltxspec.report.review.shots import backlog_part, shot_tables
from ltxspec.report.review.whole import CLAIMED, is_bought, whose_word
from ltxspec.report.terminal import fit
from ltxspec.report.word_diff import Effort
from ltxspec.review.chains import in_chains
from ltxspec.review.models import WORKING_TREE, Review, ShotKind, ShotReview

MOST_DETAILS = 100

_OPEN = 2  # up to this number of changed shots, details are unfolded
_LOOSE = 8  # this number is folded one by one; further ones are folded together
_ROOM_FOR_NOTES = 900  # for notes about what was left out
_AHEAD = (ShotKind.PENDING, ShotKind.RESUMING, ShotKind.HELD, ShotKind.BLOCKED)  # decided about before all others
_ORDER = {kind: number for number, kind in enumerate(dict.fromkeys((*_AHEAD, *KINDS)))}


def review_markdown(review: Review, page: Page | None = None) -> str:
    """The review as Markdown with a final newline.

    Raises:
        ValueError: `page.limit` is below `LEAST`, or `page.key` is malformed.
    """
    page = page or Page()
    if page.limit is not None and page.limit < LEAST:
        raise ValueError(f"a review needs at least {LEAST} units of space")
    first = [_marker(review, page), f"**{review_words.headline(review)}**"]
    last = ending(review, page)
    claim = [whose_word(rules_known=page.rules_known)] if page.whole else []
    room = Room(page.limit)
    room.reserve(*first, *claim, *last, " " * _ROOM_FOR_NOTES, 2 * (page.report or ""))
    own, anyway = _ordered(own_shots(review)), _ordered(backlog(review))
    blocks = [
        first[0],
        *listed(f"⚠️ **{review_words.RULES}:**", map(review_words.rule, review.rules), room),
        *first[1:],
        *gate(review, room),
        *claim,
        *lost(review.lost, room),
        *listed(f"{review_words.ALTERED}:", map(review_words.altered, review.altered), room),
        *problems(review, room, page),
        *noticed("❌ **Tasks that failed:**", failures(review.shots, partial(fit, width=LONGEST_NOTE)), room),
        *noticed("⚠️ **Not as expected:**", unmet(review.shots, approved_tasks(review)), room),
        *verdicts(review, room, page),
        *_pictures(page, room),
        *shot_tables(own, room, page),
        *chains_part(own, room),
        *backlog_part(review, anyway, room, page),
        *_details([*own, *(shot for shot in anyway if page.whole and is_bought(shot))], room, page),
        *last,
    ]
    return "\n\n".join(blocks) + "\n"


def _ordered(shots: Sequence[ShotReview]) -> list[ShotReview]:
    """The shots by kind, what is still to be paid for first, edited ones before new ones; those of a chain together."""
    return in_chains(sorted(shots, key=lambda shot: (_ORDER[shot.kind], not shot.changes)))


def _marker(review: Review, page: Page) -> str:
    head = page.head or review.head_commit or (None if review.head == WORKING_TREE else review.head)
    return write_marker(CommentMarker(page.key, review.base, head, review.plan_digest or None))


def _pictures(page: Page, room: Room) -> list[str]:
    """A link to the storyboard, and the contact sheet, folded."""
    parts = []
    if page.storyboard:
        parts.append(f"**[Storyboard: before and after side by side]({target(page.storyboard)})**")
    image = picture(page.sheet, "before and after of every changed shot") if page.sheet else ""
    if image:
        parts.append(f"<details><summary>Contact sheet of all shots</summary>\n<p>{image}</p>\n</details>")
    return [part for part in parts if room.fits(part)]


def _details(shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    """Folded details, edited shots first: their difference is shown nowhere else. Made one by one while they fit."""
    worth = [shot for shot in shots if has_details(shot, whole=page.whole, videos=page.links.videos)]
    worth.sort(key=lambda shot: ((page.whole and not is_bought(shot)), not shot.changes))
    links, effort = replace(page.links, images={}), Effort()  # the pictures are in the tables
    made = (details_of(shot, links, effort, is_open=len(worth) <= _OPEN, whole=page.whole) for shot in worth)
    taken = room.fill(made, MOST_DETAILS)
    blocks = ["\n".join(_together(taken))] if taken else []
    if page.whole and taken:
        blocks.insert(0, CLAIMED)
    left = len(worth) - len(taken)
    if left:
        sign = "⚠️ " if page.whole else ""
        blocks.append(f"{sign}Details of {phrases.counted(left, 'shot')} are left out; {page.elsewhere} has them.")
    return blocks


def _together(sections: Sequence[str]) -> list[str]:
    """Each of the first sections on its own, so that an edited prompt is one fold away; many others as one."""
    if len(sections) <= _LOOSE + 1:
        return [*sections]
    summary = f"Prompts and fields before and after: {phrases.counted(len(sections) - _LOOSE, 'more shot')}"
    return [*sections[:_LOOSE], f"<details><summary>{summary}</summary>", *sections[_LOOSE:], "</details>"]
