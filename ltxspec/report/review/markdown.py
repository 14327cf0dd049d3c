"""A review for a pull request: one sentence, whether it can be applied, a table, folded details, the next commands.

The text is sized for its forge: room for the parts that are never left out is reserved first; then the other parts use
what is left in their order, the differences last. What does not fit is counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Change
from ltxspec.report import wording as phrases
from ltxspec.report.cures import retry_line
from ltxspec.report.markdown import Room, code, escape, fence, link, prose
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.details import Links, address, details_of, has_details, picture
from ltxspec.report.review.marker import CommentMarker, write_marker
from ltxspec.report.review.noticed import Noticed, failures, unmet
from ltxspec.report.review.table import HEADER, row_of
from ltxspec.report.review.whole import CLAIMED, is_bought, whose_word
from ltxspec.report.terminal import clean, fit
from ltxspec.report.word_diff import Effort
from ltxspec.review.chains import in_chains
from ltxspec.review.models import WORKING_TREE, LostTake, Review, ShotKind, ShotReview
from ltxspec.values import money_text
from ltxspec.version import __version__

LEAST = 4_000  # units; with less, even the mandatory parts would not fit
MOST_ROWS = 500
MOST_DETAILS = 100

_MOST_LISTED = 20  # entries in each list: lost takes, problems, causes
_OPEN = 2  # up to this number of changed shots, details are unfolded
_LONGEST_NOTE = 500
_LONGEST_NAME = 60
_ROOM_FOR_NOTES = 900  # for notes about what was left out
_SHARE = 0.5  # share of the room for the table's rows; differences are worth more than the 300th row
_ORDER = {kind: number for number, kind in enumerate(ShotKind)}


@dataclass(frozen=True, slots=True)
class Page:
    """Where the review is posted, and facts from the caller, who is responsible for them.

    Args:
        limit: the maximum number of UTF-16 units, at least `LEAST`; see `sized.FORGE_LIMITS`. None: no limit.
        key: distinguishes this comment from others of ltxspec on the same change.
        head: the commit named in the marker; None: the review's own.
        links: links of specs, pictures and videos.
        sheet: URL of one picture with all shots.
        storyboard: URL of the storyboard page.
        report: URL of the whole review.
        advice: the caller's own Markdown before the commands, such as how to apply from here.
        whole: the review comes from a report, whose claims about the base cannot be checked: show all that is bought.
        rules_known: the changed rules were determined from the commits; otherwise a report may leave some out.
    """

    limit: int | None = None
    key: str = "ltxspec"
    head: str | None = None
    links: Links = field(default_factory=Links)
    sheet: str | None = None
    storyboard: str | None = None
    report: str | None = None
    advice: str = ""
    whole: bool = False
    rules_known: bool = False


def review_markdown(review: Review, page: Page | None = None) -> str:
    """The review as Markdown with a final newline.

    Raises:
        ValueError: `page.limit` is below `LEAST`, or `page.key` is malformed.
    """
    page = page or Page()
    if page.limit is not None and page.limit < LEAST:
        raise ValueError(f"a review needs at least {LEAST} units of space")
    first = [_marker(review, page), f"**{review_words.headline(review)}**"]
    last = [part for part in (page.advice, _commands(review), _footer(review, page)) if part]
    claim = [whose_word(rules_known=page.rules_known)] if page.whole else []
    room = Room(page.limit)
    room.reserve(*first, *claim, *last, " " * _ROOM_FOR_NOTES, 2 * (page.report or ""))
    shots = in_chains(sorted(_shown(review, page), key=lambda shot: (shot.inherited, _ORDER[shot.kind])))
    blocks = [
        first[0],
        *_listed(f"⚠️ **{review_words.RULES}:**", map(review_words.rule, review.rules), room),
        *first[1:],
        *_gate(review, room),
        *claim,
        *_lost(review.lost, room),
        *_listed(f"{review_words.ALTERED}:", map(review_words.altered, review.altered), room),
        *_problems(review, room, page),
        *_noticed("Tasks that failed:", failures(review.shots, partial(fit, width=_LONGEST_NOTE)), room),
        *_noticed("Not as expected:", unmet(review.shots), room),
        *_causes(review, room),
        *_pictures(page, room),
        *_table(shots, room, page),
        *_inherited(review, room),
        *_details(shots, room, page),
        *last,
    ]
    return "\n\n".join(blocks) + "\n"


def _shown(review: Review, page: Page) -> list[ShotReview]:
    """The shots of this change; for a report, also those it calls inherited, as they are bought with it anyway."""
    return [shot for shot in review.shots if not shot.inherited or (page.whole and is_bought(shot))]


def _marker(review: Review, page: Page) -> str:
    head = page.head or review.head_commit or (None if review.head == WORKING_TREE else review.head)
    return write_marker(CommentMarker(page.key, review.base, head, review.plan_digest or None))


def _gate(review: Review, room: Room) -> list[str]:
    """Whether the change can be applied, and if not, what to do. A refusal that is too long is at least named."""
    totals = review_words.totals(review)
    if not review.refusals:
        line = f"✅ {escape(review_words.all_clear(review))}. {totals}"
        return [line] if room.fits(line) else []
    lines = []
    for refusal in review.refusals[:_MOST_LISTED]:
        sign = "⚠️" if refusal.code == "unknown-price" else "❌"
        hint = f": {_prose(refusal.hint)}" if refusal.hint else ""
        whole = f"{sign} **{_prose(refusal.message[:1].upper() + refusal.message[1:])}**{hint}"
        named = f"{sign} {code(fit(clean(refusal.code), _LONGEST_NAME))}"
        lines += [line for line in (whole, named) if room.fits(line)][:1]
    return [*lines, totals]


def _prose(text: str) -> str:
    return prose(fit(clean(text), _LONGEST_NOTE))


def _lost(lost: Sequence[LostTake], room: Room) -> list[str]:
    """Takes that would be paid for again."""
    if not lost:
        return []
    takes = [(fit(clean(str(item.address)), _LONGEST_NOTE), item.take) for item in lost[:_MOST_LISTED]]
    items = [f"- {code(name)}, task {code(take.task_id)}, {money_text(take.cost)}" for name, take in takes]
    return _list("Paid for, and missing at the head:", items, len(lost), room)


def _listed(title: str, lines: Iterable[str], room: Room) -> list[str]:
    listed = list(lines)
    return _list(title, [f"- {code(fit(line, _LONGEST_NOTE))}" for line in listed[:_MOST_LISTED]], len(listed), room)


def _problems(review: Review, room: Room, page: Page) -> list[str]:
    """Errors first, then warnings, then what the provider said about blocked shots."""
    ordered = sorted(review.diagnostics, key=lambda diagnostic: diagnostic.severity != "error")
    noted = [shot for shot in review.shots if shot.kind is not ShotKind.HELD and _note(shot.change)]
    items = [_diagnostic(diagnostic, page.links.base) for diagnostic in ordered[:_MOST_LISTED]]
    items += [f"- {code(address(shot))}: {_prose(_note(shot.change))}" for shot in noted[:_MOST_LISTED]]
    return _list("Please check:", items, len(ordered) + len(noted), room)


def _noticed(title: str, found: Sequence[Noticed], room: Room) -> list[str]:
    """One line for each message, with the first shots that it is about."""
    items = []
    for item in found[:_MOST_LISTED]:
        names = ", ".join(code(fit(name, _LONGEST_NAME)) for name in item.shots)
        more = f" and {phrases.counted(item.more, 'more shot')}" if item.more else ""
        items.append(f"- {_prose(item.words)}: {names}{more}{f', {item.cost}' if item.cost else ''}")
    return _list(title, items, len(found), room)


def _note(change: Change | None) -> str:
    return change.note or "" if change is not None else ""


def _diagnostic(diagnostic: Diagnostic, base: str) -> str:
    where = diagnostic.where
    place = f" in {link(code(f'{where.file}:{where.line}'), where.file, where.line, base)}" if where else ""
    hint = f" ({_prose(diagnostic.hint)})" if diagnostic.hint else ""
    return f"- {diagnostic.severity} {code(diagnostic.code)}{place}: {_prose(diagnostic.message)}{hint}"


def _list(title: str, items: Sequence[str], total: int, room: Room) -> list[str]:
    taken = room.fill(items, _MOST_LISTED, _SHARE)
    if not taken:
        return []
    left = total - len(taken)
    return ["\n".join([title, "", *taken, *([f"- … and {left:,} more"] if left else [])])]


def _table(shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    if not shots:
        return []
    rows = (row_of(shot, page.links.base) for shot in islice(shots, MOST_ROWS))
    taken = room.fill(rows, MOST_ROWS, _SHARE)
    blocks = ["\n".join([HEADER, *taken])] if taken else []
    left = len(shots) - len(taken)
    if left:
        blocks.append(f"… and {phrases.counted(left, 'more changed shot')}; {_elsewhere(page)} lists all.")
    return blocks


def _inherited(review: Review, room: Room) -> list[str]:
    """What applying would also do, although it is not part of this change."""
    line = escape(fit(review_words.inherited(review), _LONGEST_NOTE))
    return [line] if line and room.fits(line) else []


def _causes(review: Review, room: Room) -> list[str]:
    """Causes that changed several shots at once."""
    causes = review_words.shared_causes(review)
    items = [
        f"- {code(fit(review_words.cause_name(cause), _LONGEST_NOTE))} changed {phrases.counted(number, 'shot')}"
        + (f": {escape(values)}" if (values := review_words.cause_values(cause)) else "")
        for cause, number in causes[:_MOST_LISTED]
    ]
    return _list("Changed for several shots at once:", items, len(causes), room)


def _pictures(page: Page, room: Room) -> list[str]:
    """The contact sheet, and a link to the storyboard."""
    parts = []
    if page.sheet:
        image = picture(page.sheet, "before and after of every rendered shot")
        parts.append(f"<p>{image}</p>" if image else "")
    if page.storyboard:
        parts.append(f"[Storyboard: before and after side by side]({_target(page.storyboard)})")
    return [part for part in parts if part and room.fits(part)]


def _target(url: str) -> str:
    """A URL for the parentheses of a link. Callers are responsible for it; only its form is ensured."""
    from urllib.parse import quote

    return quote(url, safe="%/:?#@!$&*+,;=[]~-._")


def _details(shots: Sequence[ShotReview], room: Room, page: Page) -> list[str]:
    """Folded details, edited shots first: their difference is shown nowhere else. Made one by one while they fit."""
    worth = [shot for shot in shots if has_details(shot, whole=page.whole)]
    worth.sort(key=lambda shot: ((page.whole and not is_bought(shot)), not shot.changes))
    is_open = len(worth) <= _OPEN
    effort = Effort()
    made = (details_of(shot, page.links, effort, is_open=is_open, whole=page.whole) for shot in worth)
    taken = room.fill(made, MOST_DETAILS)
    blocks = ["\n".join(taken)] if taken else []
    if page.whole and taken:
        blocks.insert(0, CLAIMED)
    left = len(worth) - len(taken)
    if left:
        sign = "⚠️ " if page.whole else ""
        blocks.append(f"{sign}Details of {phrases.counted(left, 'shot')} are left out; {_elsewhere(page)} has them.")
    return blocks


def _elsewhere(page: Page) -> str:
    """Where to find the complete report."""
    return f"[the whole report]({_target(page.report)})" if page.report else "`ltxspec diff --format json`"


def _commands(review: Review) -> str:
    """The commands to run next."""
    codes = {refusal.code for refusal in review.refusals}
    lines = []
    if codes & {"tasks-lost", "record-altered"}:
        lines.append(f"ltxspec lock verify --base {review_words.commit(review.base)}")
    if "invalid" in codes:
        lines.append("ltxspec validate")
    payable = review.count(ShotKind.PENDING) or review.count(ShotKind.RESUMING)
    if review.plan_digest and payable and codes <= {"unknown-price"}:
        unknown = " --allow-unknown-cost" if codes else ""
        lines.append(f"ltxspec apply --approved {clean(review.plan_digest)}{unknown}")
    blocked = [shot.change for shot in review.shots if shot.kind is ShotKind.BLOCKED and shot.change]
    if blocked and len(str(blocked[0].address)) <= _LONGEST_NOTE:
        lines.append(retry_line(blocked[0]))
    if review.shots:
        lines.append(f"ltxspec diff {_short(review.base)}  # the same, in a terminal")
    return fence("\n".join(lines), "sh") if lines else ""


def _short(commit: str) -> str:
    return clean(commit[:12])


def _footer(review: Review, page: Page) -> str:
    """What was compared, and by which version of ltxspec."""
    shown = replace(review, base_name=fit(clean(review.base_name), _LONGEST_NAME), head=page.head or review.head)
    provider = fit(clean(review.provider), _LONGEST_NAME)
    about = f"ltxspec {__version__}, {provider}, from {review_words.sides(shown)}"
    plan = f", plan {code(review.plan_digest[:19])}" if review.plan_digest else ""
    return f"<sub>{escape(about)}{plan}</sub>"
