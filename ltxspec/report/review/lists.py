"""The lists of a review in Markdown: whether it can be applied, rules, lost takes, problems, what was noticed."""

from collections.abc import Iterable, Sequence

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Change
from ltxspec.report import wording as phrases
from ltxspec.report.markdown import Room, code, escape, link, prose
from ltxspec.report.review import wording as review_words
from ltxspec.report.review.decided import verdict_lines
from ltxspec.report.review.details import address
from ltxspec.report.review.noticed import Noticed
from ltxspec.report.review.page import LONGEST_NAME, LONGEST_NOTE, MOST_LISTED, SHARE, Page
from ltxspec.report.terminal import clean, fit
from ltxspec.review.models import LostTake, Review, ShotKind
from ltxspec.values import money_text


def gate(review: Review, room: Room) -> list[str]:
    """Whether the change can be applied, and if not, what to do. A refusal that is too long is at least named."""
    totals = review_words.totals(review)
    if not review.refusals:
        line = f"✅ {escape(review_words.all_clear(review))}. {totals}"
        return [line] if room.fits(line) else []
    lines = []
    for refusal in review.refusals[:MOST_LISTED]:
        sign = "⚠️" if refusal.code == "unknown-price" else "❌"
        hint = f": {_prose(refusal.hint)}" if refusal.hint else ""
        whole = f"{sign} **{_prose(refusal.message[:1].upper() + refusal.message[1:])}**{hint}"
        named = f"{sign} {code(fit(clean(refusal.code), LONGEST_NAME))}"
        lines += [line for line in (whole, named) if room.fits(line)][:1]
    return [*lines, totals]


def _prose(text: str) -> str:
    return prose(fit(clean(text), LONGEST_NOTE))


def lost(lost: Sequence[LostTake], room: Room) -> list[str]:
    """Takes that would be paid for again."""
    if not lost:
        return []
    takes = [(fit(clean(str(item.address)), LONGEST_NOTE), item.take) for item in lost[:MOST_LISTED]]
    items = [f"- {code(name)}, task {code(take.task_id)}, {money_text(take.cost)}" for name, take in takes]
    return _list("Paid for, and missing at the head:", items, len(lost), room)


def listed(title: str, lines: Iterable[str], room: Room) -> list[str]:
    """Lines of code under a title; what has no room is counted."""
    found = list(lines)
    return _list(title, [f"- {code(fit(line, LONGEST_NOTE))}" for line in found[:MOST_LISTED]], len(found), room)


def problems(review: Review, room: Room, page: Page) -> list[str]:
    """Errors first, then warnings, then what the provider said about blocked shots."""
    ordered = sorted(review.diagnostics, key=lambda diagnostic: diagnostic.severity != "error")
    noted = [shot for shot in review.shots if shot.kind is not ShotKind.HELD and _note(shot.change)]
    items = [_diagnostic(diagnostic, page.links.base) for diagnostic in ordered[:MOST_LISTED]]
    items += [f"- {code(address(shot))}: {_prose(_note(shot.change))}" for shot in noted[:MOST_LISTED]]
    return _list("Please check:", items, len(ordered) + len(noted), room)


def verdicts(review: Review, room: Room, page: Page) -> list[str]:
    """What people decided about the takes of this change."""
    said = [f"- {line}" for line in verdict_lines(review, page)]
    title = f"**Verdicts{', as the report says' if page.whole else ''}:**"
    return _list(title, said[:MOST_LISTED], len(said), room)


def noticed(title: str, found: Sequence[Noticed], room: Room) -> list[str]:
    """One line for each message, with the first shots that it is about."""
    items = []
    for item in found[:MOST_LISTED]:
        names = ", ".join(code(fit(name, LONGEST_NAME)) for name in item.shots)
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
    taken = room.fill(items, MOST_LISTED, SHARE)
    if not taken:
        return []
    left = total - len(taken)
    return ["\n".join([title, "", *taken, *([f"- … and {left:,} more"] if left else [])])]
