"""The rows of a plan in a terminal: sign, address, reason, size and cost, with the changes of a shot underneath."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.redaction import redact_secrets
from ltxspec.report import reasons
from ltxspec.report import wording as phrases
from ltxspec.report.changes import field_lines, preview_lines
from ltxspec.report.cures import cure
from ltxspec.report.plan.causes import Group
from ltxspec.report.terminal import Paint, Style, clean, fit, pad, width_of, wrap
from ltxspec.report.word_diff import Effort


class Detail(Enum):
    """How much of a plan is shown."""

    LINE = "line"  # the last line
    SUMMARY = "summary"  # groups of shots without examples
    USUAL = "usual"  # every shot; of a long plan, groups with examples
    ALL = "all"  # every shot


SIGN_COLUMN = 6  # two spaces, three for the sign, one space
_DETAIL_INDENT = 10

SIGN_PAINTS: Mapping[Action, Paint] = {
    Action.CREATE: Paint.GREEN,
    Action.REPLACE: Paint.MAGENTA,
    Action.UPDATE: Paint.CYAN,
    Action.RESTORE: Paint.BLUE,
    Action.MOVE: Paint.BLUE,
    Action.RETIRE: Paint.DIM,
    Action.RESUME: Paint.YELLOW,
    Action.BLOCKED: Paint.RED,
    Action.HELD: Paint.YELLOW,
}


@dataclass(frozen=True, slots=True)
class Row:
    """The texts about one changed shot; the size is given only if it is paid for, now or later."""

    action: Action
    address: str
    reason: str
    size: str
    cost: str
    counted: bool
    source: tuple[str, int] = ("", 1)  # its file and line; no file if it is gone


def row_of(change: Change, lead: str = "") -> Row:
    """The texts about a changed shot; `lead` moves its address in below its source."""
    counted = phrases.is_counted(change)
    size = phrases.size(change) if phrases.is_sized(change) else ""
    address, reason, cost = lead + clean(str(change.address)), reasons.reason(change), phrases.cost(change)
    source = change.source[:2] if change.source is not None else ("", 1)
    return Row(change.action, address, reason, size, cost, counted, source)


@dataclass(frozen=True, slots=True)
class PlanColumns:
    """Column widths shared by the rows of one spec. What does not fit on the first line of a row goes on a second."""

    address: int
    reason: int
    size: bool  # whether sizes are on the first line
    style: Style

    def lines(self, row: Row) -> list[str]:
        """One line, or two, for a changed shot."""
        style = self.style
        sign = style.paint(f"{row.action.sign:>3}", SIGN_PAINTS.get(row.action))
        name = fit(row.address, self.address)
        address = style.link(style.paint(name, Paint.BOLD), *row.source) + " " * (self.address - width_of(name))
        reason, size, cost = row.reason, row.size, row.cost
        first, second = [reason], [size]
        if size and self.size:
            first, second = [pad(reason, self.reason), size], []
        elif self.address + width_of(reason) + width_of(cost) + 4 > style.width - SIGN_COLUMN:
            first, second = [], [reason, size]
        middle = "".join(f"  {text}" for text in first)
        gap = max(style.width - SIGN_COLUMN - self.address - width_of(middle) - width_of(cost), 2)
        cost = style.paint(cost, None if row.counted else Paint.DIM)
        line = f"  {sign} {address}{middle}{' ' * gap}{cost}"
        rest = wrap(", ".join(text for text in second if text), style.width - _DETAIL_INDENT)
        return [line, *(" " * _DETAIL_INDENT + text for text in rest)]


def columns(rows: Sequence[Row], style: Style) -> PlanColumns:
    """The columns that the rows need."""
    cost = max((width_of(row.cost) for row in rows), default=0)
    room = style.width - SIGN_COLUMN - cost - 2
    address = min(max((width_of(row.address) for row in rows), default=0), room)
    sized = [(width_of(row.reason), width_of(row.size)) for row in rows if row.size]
    reason = max((width for width, _ in sized), default=0)
    size = max((width for _, width in sized), default=0)
    return PlanColumns(address, reason, address + 2 + reason + 2 + size <= room, style)


def details(change: Change, style: Style, effort: Effort | None) -> list[str]:
    """The lines under a row: fields, prompt, the provider's message, the remedy; no texts if there is no `effort`."""
    width = style.width - _DETAIL_INDENT
    lines: list[str] = []
    if not is_first(change):
        lines += field_lines(change.changes, style, width, effort)
    elif effort is not None:
        lines += preview_lines(phrases.prompt(change), style, width)
    if change.note and not _repeats_reason(change):
        paint = Paint.RED if change.action is Action.BLOCKED else None
        lines += [style.paint(line, paint) for line in wrap(clean(str(redact_secrets(change.note))), width)]
    if change.action is Action.BLOCKED:
        lines += wrap(cure(change), width)
    return [" " * _DETAIL_INDENT + line for line in lines]


def is_first(change: Change) -> bool:
    """Whether a shot has no take yet with which its prompt could be compared."""
    return change.action is Action.CREATE or (change.action is Action.HELD and change.current is None)


def _repeats_reason(change: Change) -> bool:
    """Whether the note only says what the row says already: `street is held`."""
    return Reason.SOURCE_HELD in change.reasons and len(change.after) == 1


def group_lines(group: Group, style: Style) -> list[str]:
    """The heading of a group: `-/+ 20 shots: variable hero changed …   $14.40`; two lines if it is too long."""
    several = len(group.changes) > 1
    number = phrases.counted(len(group.changes), "shot") if several else clean(str(group.changes[0].address))
    counted = phrases.is_counted(group.changes[0])
    cost = phrases.cost_together(group.changes)
    sign = style.paint(f"{group.action.sign:>3}", SIGN_PAINTS.get(group.action))
    room = style.width - SIGN_COLUMN - width_of(cost) - 2
    first, *rest = wrap(f"{number}: {group.cause}", max(room, width_of(number) + 2))
    gap = " " * max(style.width - SIGN_COLUMN - width_of(first) - width_of(cost), 2)
    line = f"  {sign} {style.paint(first, Paint.BOLD)}{gap}{style.paint(cost, None if counted else Paint.DIM)}"
    return [line, *(" " * _DETAIL_INDENT + style.paint(text, Paint.BOLD) for text in rest)]
