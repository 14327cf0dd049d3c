"""The plan for a terminal: action, reason and cost of each shot, with the changes underneath; one shot for `why`."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from textwrap import dedent

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change, Plan, Reason, reckoned
from ltxspec.redaction import redact_secrets
from ltxspec.report import wording as phrases
from ltxspec.report.destinations import sent_to
from ltxspec.report.plan.causes import grouped
from ltxspec.report.plan.chains import chained
from ltxspec.report.plan.rows import SIGN_COLUMN, SIGN_PAINTS, Detail, columns, details, group_lines, is_first, row_of
from ltxspec.report.reasons import reason
from ltxspec.report.results.takes import Places
from ltxspec.report.takes import record_text, remark_text
from ltxspec.report.terminal import Paint, Style, clean, wrap
from ltxspec.report.word_diff import Effort
from ltxspec.report.wording import MEANINGS, higher, money

MOST_ROWS = 500  # changed shots listed; the rest are counted
MOST_PROMPTS = 50  # of these, with a prompt or its difference shown in full

MOST_TOGETHER = 25  # changed shots of a spec; of more, shots with the same cause are shown as a group

_INDENT = 4  # of the examples of a group
_FEW = 3  # shots of one cause that are listed rather than counted, and the examples of a group


def plan_text(plan: Plan, style: Style, detail: Detail = Detail.USUAL) -> str:
    """The whole plan as text with a final newline. The last line is `phrases.headline`. Without diagnostics.

    Args:
        plan: the plan.
        style: how to write it.
        detail: how much of it is shown.
    """
    if detail is Detail.LINE:
        return style.paint(phrases.headline(plan), Paint.BOLD) + "\n"
    legend = [] if detail is Detail.SUMMARY else _legend(plan, style)
    blocks = [*_spec_blocks(plan, style, detail), _others(plan, style), legend, _sent(plan, style)]
    blocks += [_doubted(plan, style)] if detail is Detail.ALL else []
    paragraphs = ["\n".join(block) for block in blocks if block]
    return "\n\n".join([*paragraphs, style.paint(phrases.headline(plan), Paint.BOLD)]) + "\n"


def format_change(change: Change, style: Style) -> str:
    """The changes of one shot, as shown under its row in the plan; lines with a final newline, or empty."""
    return "".join(f"{line}\n" for line in details(change, style, Effort()))


def listed(plan: Plan, changes: Sequence[Change], style: Style) -> list[str]:
    """Some changes of a plan as lines: each with its details, or if they are many, by cause with examples."""
    listing = _Listing(plan, style)
    return listing.rows(changes) if len(changes) <= MOST_TOGETHER else listing.groups(changes, _FEW)


def _spec_blocks(plan: Plan, style: Style, detail: Detail) -> Iterator[list[str]]:
    """One block per spec with changes."""
    room = sys.maxsize if detail is Detail.ALL else MOST_ROWS
    listing = _Listing(plan, style)
    for name, group in groupby(plan.changes, key=lambda change: change.address.spec):
        changes = list(group)
        pending = [change for change in changes if change.action is not Action.NO_OP]
        if not pending:
            continue
        block = [_heading(name, changes, plan, style)]
        if detail is Detail.SUMMARY or (detail is Detail.USUAL and len(pending) > MOST_TOGETHER):
            block += listing.groups(pending, 0 if detail is Detail.SUMMARY else _FEW)
        else:
            block += listing.rows(pending[:room]) + _hidden(pending[room:], style)
            room -= len(pending[:room])
        yield block + _unchanged(name, len(changes) - len(pending), plan, style)


class _Listing:
    """Lists changes; prompts and their differences are shown only for the first ones of a plan."""

    def __init__(self, plan: Plan, style: Style) -> None:
        self._plan, self._style = plan, style
        self._prompts, self._effort = MOST_PROMPTS, Effort()

    def rows(self, changes: Sequence[Change], indent: int = 0) -> list[str]:
        """Every change, with its details."""
        chains, style = chained(changes), replace(self._style, width=self._style.width - indent)
        rows = [row_of(change, lead) for lead, change in chains]
        table = columns(rows, style)
        lines: list[str] = []
        for (_, change), row in zip(chains, rows, strict=True):
            lines += [*table.lines(row), *details(change, style, self._effort if self._prompts > 0 else None)]
            self._prompts -= is_first(change) or any(map(phrases.is_text, change.changes))
        return [" " * indent + line for line in lines]

    def groups(self, changes: Sequence[Change], examples: int) -> list[str]:
        """The changes by cause, each with some examples."""
        lines: list[str] = []
        hidden = False
        for group in grouped(changes, self._plan):
            if len(group.changes) <= examples:
                lines += self.rows(group.changes)
                continue
            lines += group_lines(group, self._style)
            lines += self.rows(group.changes[:examples], _INDENT)
            more = f"… and {len(group.changes) - examples:,} more like these"
            lines += [" " * (SIGN_COLUMN + _INDENT) + self._style.paint(more, Paint.DIM)] if examples else []
            hidden = hidden or len(group.changes) > 1
        note = "      `ltxspec -v plan` and `--format json` list every shot"
        return [*lines, self._style.paint(note, Paint.DIM)] if hidden else lines


def _heading(name: str, changes: Sequence[Change], plan: Plan, style: Style) -> str:
    file = next((change.source[0] for change in changes if change.source), "")
    parts = (style.link(style.paint(clean(file), Paint.DIM), file), style.paint(clean(plan.provider), Paint.DIM))
    return "  ".join([style.paint(clean(name), Paint.BOLD), *filter(None, parts)])


def _hidden(changes: Sequence[Change], style: Style) -> list[str]:
    if not changes:
        return []
    counts = Counter([change.action for change in changes])
    kinds = ", ".join(f"{counts[action]:,} {action}" for action in Action if counts[action])
    return [style.paint(f"      … and {len(changes):,} more ({kinds}); `-v` and `--format json` list all", Paint.DIM)]


def _unchanged(name: str, number: int, plan: Plan, style: Style) -> list[str]:
    paid = phrases.spent(plan, [name]) if plan.spent and any(plan.spent.get(name, ())) else ""
    text = ", ".join(part for part in (f"{number:,} up to date" if number else "", paid) if part)
    return [style.paint(f"      {text}", Paint.DIM)] if text else []


def _others(plan: Plan, style: Style) -> list[str]:
    """Specs without changes, in one line."""
    busy = {change.address.spec for change in plan.pending}
    quiet = [change.address.spec for change in plan.changes if change.address.spec not in busy]
    names = list(dict.fromkeys(quiet))
    if not busy or not names:
        return []
    which = clean(names[0]) if len(names) == 1 else f"{len(names):,} other specs"
    paid = f", {phrases.spent(plan, names)}" if plan.spent else ""
    return [style.paint(f"{which}: {len(quiet):,} up to date{paid}", Paint.DIM)]


def _sent(plan: Plan, style: Style) -> list[str]:
    return [style.paint(line, Paint.YELLOW) for line in wrap(sent_to(plan), style.width)]


def _doubted(plan: Plan, style: Style) -> list[str]:
    """Every kept take that was decided against, with what was said."""
    lines = [f"  {clean(str(address))}  {remark_text(remark)}" for address, remark in plan.doubted.items()]
    return [style.paint("kept, though decided against:", Paint.BOLD), *lines] if lines else []


def _legend(plan: Plan, style: Style) -> list[str]:
    """The meanings of the signs that occur in the plan."""
    lines: list[str] = []
    counts = plan.counts()
    for action in Action:
        if action is Action.NO_OP or not counts[action]:
            continue
        sign = style.paint(f"{action.sign:>3}", SIGN_PAINTS[action])
        first, *rest = wrap(phrases.MEANINGS[action], style.width - SIGN_COLUMN)
        lines.append(f"  {sign} {style.paint(first, Paint.DIM)}")
        lines += [" " * SIGN_COLUMN + style.paint(line, Paint.DIM) for line in rest]
    return lines


def _which(change: Change) -> str:
    """The number of the take as `show` counts, and which render of the request and which attempt an order is."""
    parts = [f"take {change.number}"] if change.number is not None else []
    if change.action.spends or change.action is Action.RESUME:
        parts += [f"render {change.retake} of this request"] if change.retake > 1 else []
        parts += [f"attempt {change.attempt}"] if change.attempt > 1 else []
    return f" ({', '.join(parts)})" if parts else ""


def _meaning(change: Change) -> str:
    if Reason.CLAIMED_ELSEWHERE in change.reasons:
        return "another machine has claimed it; it is collected if the provider has it, and not ordered from here"
    return MEANINGS[change.action]


def explain(change: Change, record: ShotRecord | None, places: Places, style: Style) -> str:
    """The action and its meaning, the reasons, the changes, the price, the ids, and all takes so far."""
    head = f"{style.paint(clean(str(change.address)), Paint.BOLD)}: {change.action.value}, {_meaning(change)}\n"
    lines = [f"because: {reason(change)}"] if change.reasons else []
    if change.action is not Action.NO_OP:
        lines += dedent(format_change(change, style)).splitlines()
    elif change.note:
        lines += wrap(clean(str(redact_secrets(change.note))), style.width - 2)
    if change.action.spends:
        price = "unknown" if change.estimate is None else money(change.estimate)
        lines.append(f"price: {price}{higher(reckoned([change]))}")
    if change.source is not None:
        place = "{}:{}:{}".format(*change.source)
        lines.append(f"written at: {style.link(clean(place), *change.source[:2])}")
    lines += _identity(change, style)
    if change.action is Action.RESUME:
        lines.append("`ltxspec status --check` asks the provider about it; `ltxspec collect` fetches it")
    text = head + "".join(f"  {line}\n" for line in lines)
    return text + (record_text("takes", record, places, style) if record is not None and record.takes else "")


def _identity(change: Change, style: Style) -> list[str]:
    """What a shot follows from, and its ids, which are not known before that has its take."""
    lines = wrap(clean(f"follows from: {', '.join(map(str, change.after))}"), style.width - 2) if change.after else []
    if change.fingerprint is not None:
        lines.append(f"fingerprint: {change.fingerprint}")
    elif change.draft is not None:
        lines.append("fingerprint and task: known once what it follows from has its take")
    if change.task_id is not None:
        lines.append(f"task: {change.task_id}{_which(change)}")
    return lines
