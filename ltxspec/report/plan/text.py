"""The plan for a terminal: action, reason and cost of each shot, with the changes underneath; one shot for `why`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import dedent

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change, Plan, reckoned
from ltxspec.redaction import redact_secrets
from ltxspec.report import wording as phrases
from ltxspec.report.changes import field_lines, preview_lines
from ltxspec.report.destinations import sent_to
from ltxspec.report.results.takes import Places
from ltxspec.report.takes import record_text
from ltxspec.report.terminal import Paint, Style, clean, fit, pad, width_of, wrap
from ltxspec.report.word_diff import Effort
from ltxspec.report.wording import MEANINGS, higher, money, reason

MOST_ROWS = 500  # changed shots listed; the rest are counted
MOST_PROMPTS = 50  # of these, with a prompt or its difference shown in full

_SIGN_COLUMN = 6  # two spaces, three for the sign, one space
_DETAIL_INDENT = 10

_SIGN_PAINTS: Mapping[Action, Paint] = {
    Action.CREATE: Paint.GREEN,
    Action.REPLACE: Paint.MAGENTA,
    Action.UPDATE: Paint.CYAN,
    Action.RESTORE: Paint.BLUE,
    Action.MOVE: Paint.BLUE,
    Action.RETIRE: Paint.DIM,
    Action.RESUME: Paint.YELLOW,
    Action.BLOCKED: Paint.RED,
}


def plan_text(plan: Plan, style: Style) -> str:
    """The whole plan as text with a final newline. The last line is `phrases.headline`. Without diagnostics."""
    blocks = [*_spec_blocks(plan, style), _others(plan, style), _legend(plan, style), _sent(plan, style)]
    paragraphs = ["\n".join(block) for block in blocks if block]
    return "\n\n".join([*paragraphs, style.paint(phrases.headline(plan), Paint.BOLD)]) + "\n"


def format_change(change: Change, style: Style) -> str:
    """The changes of one shot, as shown under its row in the plan; lines with a final newline, or empty."""
    return "".join(f"{line}\n" for line in _details(change, style, Effort()))


def _spec_blocks(plan: Plan, style: Style) -> Iterator[list[str]]:
    """One block per spec with changes."""
    room, prompts, effort = MOST_ROWS, MOST_PROMPTS, Effort()
    for name, group in groupby(plan.changes, key=lambda change: change.address.spec):
        changes = list(group)
        pending = [change for change in changes if change.action is not Action.NO_OP]
        if not pending:
            continue
        shown, hidden = pending[:room], pending[room:]
        room -= len(shown)
        rows = [_row(change) for change in shown]
        table = _table(rows, style)
        block = [_heading(name, changes, plan, style)]
        for change, row in zip(shown, rows, strict=True):
            details = _details(change, style, effort if prompts > 0 else None)
            prompts -= change.action is Action.CREATE or any(map(phrases.is_text, change.changes))
            block += [*table.lines(row), *details]
        block += _hidden(hidden, style) + _unchanged(name, len(changes) - len(pending), plan, style)
        yield block


def _heading(name: str, changes: Sequence[Change], plan: Plan, style: Style) -> str:
    file = next((change.source[0] for change in changes if change.source), "")
    about = "  ".join(part for part in (clean(file), clean(plan.provider)) if part)
    return f"{style.paint(clean(name), Paint.BOLD)}  {style.paint(about, Paint.DIM)}"


@dataclass(frozen=True, slots=True)
class _Row:
    """The texts about one changed shot; the size is given only if it is paid for."""

    action: Action
    address: str
    reason: str
    size: str
    cost: str
    counted: bool


def _row(change: Change) -> _Row:
    counted = phrases.is_counted(change)
    size = phrases.size(change) if counted else ""
    address, reason, cost = clean(str(change.address)), phrases.reason(change), phrases.cost(change)
    return _Row(change.action, address, reason, size, cost, counted)


@dataclass(frozen=True, slots=True)
class _PlanColumns:
    """Column widths shared by the rows of one spec. What does not fit on the first line of a row goes on a second."""

    address: int
    reason: int
    size: bool  # whether sizes are on the first line
    style: Style

    def lines(self, row: _Row) -> list[str]:
        """One line, or two, for a changed shot."""
        style = self.style
        sign = style.paint(f"{row.action.sign:>3}", _SIGN_PAINTS.get(row.action))
        address = pad(fit(row.address, self.address), self.address)
        reason, size, cost = row.reason, row.size, row.cost
        first, second = [reason], [size]
        if size and self.size:
            first, second = [pad(reason, self.reason), size], []
        elif self.address + width_of(reason) + width_of(cost) + 4 > style.width - _SIGN_COLUMN:
            first, second = [], [reason, size]
        middle = "".join(f"  {text}" for text in first)
        gap = max(style.width - _SIGN_COLUMN - self.address - width_of(middle) - width_of(cost), 2)
        cost = style.paint(cost, None if row.counted else Paint.DIM)
        line = f"  {sign} {style.paint(address, Paint.BOLD)}{middle}{' ' * gap}{cost}"
        rest = wrap(", ".join(text for text in second if text), style.width - _DETAIL_INDENT)
        return [line, *(" " * _DETAIL_INDENT + text for text in rest)]


def _table(rows: Sequence[_Row], style: Style) -> _PlanColumns:
    cost = max((width_of(row.cost) for row in rows), default=0)
    room = style.width - _SIGN_COLUMN - cost - 2
    address = min(max((width_of(row.address) for row in rows), default=0), room)
    sized = [(width_of(row.reason), width_of(row.size)) for row in rows if row.size]
    reason = max((width for width, _ in sized), default=0)
    size = max((width for _, width in sized), default=0)
    return _PlanColumns(address, reason, address + 2 + reason + 2 + size <= room, style)


def _details(change: Change, style: Style, effort: Effort | None) -> list[str]:
    """The lines under a row: fields, prompt, the provider's message, the remedy; no texts if there is no `effort`."""
    width = style.width - _DETAIL_INDENT
    lines: list[str] = []
    if change.action is not Action.CREATE:
        lines += field_lines(change.changes, style, width, effort)
    elif effort is not None:
        lines += preview_lines(phrases.prompt(change), style, width)
    if change.note:
        paint = Paint.RED if change.action is Action.BLOCKED else None
        lines += [style.paint(line, paint) for line in wrap(clean(str(redact_secrets(change.note))), width)]
    if change.action is Action.BLOCKED:
        lines += wrap(f"edit the shot or `{phrases.retry_command(change)}`", width)
    return [" " * _DETAIL_INDENT + line for line in lines]


def _hidden(changes: Sequence[Change], style: Style) -> list[str]:
    if not changes:
        return []
    counts = Counter([change.action for change in changes])
    kinds = ", ".join(f"{counts[action]:,} {action}" for action in Action if counts[action])
    return [style.paint(f"      … and {len(changes):,} more ({kinds}); `--format json` lists all", Paint.DIM)]


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


def _legend(plan: Plan, style: Style) -> list[str]:
    """The meanings of the signs that occur in the plan."""
    lines: list[str] = []
    counts = plan.counts()
    for action in Action:
        if action is Action.NO_OP or not counts[action]:
            continue
        sign = style.paint(f"{action.sign:>3}", _SIGN_PAINTS[action])
        first, *rest = wrap(phrases.MEANINGS[action], style.width - _SIGN_COLUMN)
        lines.append(f"  {sign} {style.paint(first, Paint.DIM)}")
        lines += [" " * _SIGN_COLUMN + style.paint(line, Paint.DIM) for line in rest]
    return lines


def explain(change: Change, record: ShotRecord | None, places: Places, style: Style) -> str:
    """The action and its meaning, the reasons, the changes, the price, the ids, and all takes so far."""
    head = f"{style.paint(clean(str(change.address)), Paint.BOLD)}: {change.action.value}, {MEANINGS[change.action]}\n"
    lines = [f"because: {reason(change)}"] if change.reasons else []
    if change.action is not Action.NO_OP:
        lines += dedent(format_change(change, style)).splitlines()
    if change.action.spends:
        price = "unknown" if change.estimate is None else money(change.estimate)
        lines.append(f"price: {price}{higher(reckoned([change]))}")
    if change.source is not None:
        lines.append("written at: {}:{}:{}".format(*change.source))
    if change.fingerprint is not None:
        lines.append(f"fingerprint: {change.fingerprint}")
    if change.task_id is not None:
        lines.append(f"task: {change.task_id} (take {change.retake}, attempt {change.attempt})")
    text = head + "".join(f"  {line}\n" for line in lines)
    return text + (record_text("takes", record, places, style) if record is not None and record.takes else "")
