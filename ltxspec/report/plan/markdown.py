"""The plan for a pull request: one sentence, a table of changed shots, folded details, the next commands."""

from collections.abc import Sequence

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Action, Change, FieldChange, Plan
from ltxspec.plan.estimate import reckoning
from ltxspec.redaction import redact_diagnostic, redact_secrets
from ltxspec.report import wording as phrases
from ltxspec.report.destinations import sent_to
from ltxspec.report.markdown import code, details, escape, fence, link, marked, prose
from ltxspec.report.terminal import clean, fit
from ltxspec.report.word_diff import Effort, collapse, word_diff
from ltxspec.values import format_usd

MOST_ROWS = 500  # changed shots listed
MOST_DETAILS = 50  # of these, with their changes folded underneath

_KEEP = 15  # equal words around a change
_LONGEST_ADDRESS = 100
_LONGEST_NOTE = 500
_LONGEST_PROMPT = 2000
_ROOM_FOR_NOTES = 300  # characters reserved for notes about what was left out

_HEADER = "| Action | Shot | Why | Size | Cost |\n|---|---|---|---|--:|"


def plan_markdown(plan: Plan, *, limit: int | None = None, link_base: str = "") -> str:
    """The plan as Markdown with a final newline.

    Args:
        plan: the plan.
        limit: the maximum number of characters (1,000 or more). What does not fit is counted instead: details are left
            out first, then problems, then rows of the table.
        link_base: prefix of a spec's path in links, such as a blob URL ending in `/`.
    """
    sentence, _, rest = phrases.headline(plan).partition(". ")
    first = f"**{sentence}.** {rest}" if rest else f"**{sentence}**"
    next_steps = _next(plan)
    room = _Room(limit, len(first) + len(next_steps) + _ROOM_FOR_NOTES)
    blocks = [first]
    blocks += _table(plan.pending, room, link_base)
    blocks += _unchanged(plan)
    blocks += room.take([escape(line) for line in [sent_to(plan)] if line], 1)
    blocks += _problems(plan, room, link_base)
    blocks += _details(plan.pending, room)
    return "\n\n".join([*blocks, next_steps] if next_steps else blocks) + "\n"


class _Room:
    """The number of characters left for optional parts; without a limit everything fits."""

    def __init__(self, limit: int | None, reserved: int) -> None:
        self._left = None if limit is None else limit - reserved

    def take(self, parts: Sequence[str], most: int) -> list[str]:
        """The first parts, complete, as many as fit and at most `most`."""
        taken: list[str] = []
        for part in parts[:most]:
            if self._left is not None:
                if len(part) + 2 > self._left:
                    break
                self._left -= len(part) + 2
            taken.append(part)
        return taken


def _table(changes: Sequence[Change], room: _Room, link_base: str) -> list[str]:
    if not changes:
        return []
    rows = room.take([_HEADER, *(_row(change, link_base) for change in changes[:MOST_ROWS])], MOST_ROWS + 1)
    left_out = len(changes) - max(len(rows) - 1, 0)
    blocks = ["\n".join(rows)] if len(rows) > 1 else []
    if left_out:
        blocks.append(
            f"… and {phrases.counted(left_out, 'more changed shot')}; `ltxspec plan --format json` lists all."
        )
    return blocks


def _unchanged(plan: Plan) -> list[str]:
    """The number of unchanged shots and what was spent; without changes, the headline says so already."""
    if not plan.pending or not plan.spent:
        return []
    return [f"{plan.count(Action.NO_OP):,} up to date, {phrases.spent(plan)} so far."]


def _row(change: Change, link_base: str) -> str:
    address = code(_address(change))
    shot = link(address, change.source[0], change.source[1], link_base) if change.source else address
    sized = phrases.size(change) if phrases.is_counted(change) else ""
    cells = (
        f"`{change.action.sign}` {change.action}",
        shot,
        escape(phrases.reason(change)),
        escape(sized),
        phrases.cost(change),
    )
    return f"| {' | '.join(cells)} |"


def _address(change: Change) -> str:
    return fit(clean(str(change.address)), _LONGEST_ADDRESS)


def _problems(plan: Plan, room: _Room, link_base: str) -> list[str]:
    """Blocked shots with their reasons, other notes, and the diagnostics, as one list."""
    items = [_note(change) for change in plan.pending if change.note]
    items += [_diagnostic(diagnostic, link_base) for diagnostic in plan.diagnostics]
    taken = room.take(items, MOST_DETAILS)
    if len(taken) < len(items):
        taken.append(f"- … and {len(items) - len(taken):,} more")
    return ["\n".join(taken)] if taken else []


def _note(change: Change) -> str:
    note = _prose(change.note or "")
    kind = "blocked " if change.action is Action.BLOCKED else ""
    return f"- {kind}{code(_address(change))}: {note}"


def _diagnostic(diagnostic: Diagnostic, link_base: str) -> str:
    diagnostic = redact_diagnostic(diagnostic)
    where = diagnostic.where
    place = f" in {link(code(f'{where.file}:{where.line}'), where.file, where.line, link_base)}" if where else ""
    hint = f" ({_prose(diagnostic.hint)})" if diagnostic.hint else ""
    message = _prose(diagnostic.message)
    return f"- {diagnostic.severity} {code(diagnostic.code)}{place}: {message}{hint}"


def _prose(text: str) -> str:
    return prose(fit(clean(str(redact_secrets(text))), _LONGEST_NOTE))


def _details(changes: Sequence[Change], room: _Room) -> list[str]:
    """Folded details, edited shots first: their difference is shown nowhere else."""
    worth = [change for change in changes if change.action is not Action.CREATE and change.changes]
    worth += [change for change in changes if change.action is Action.CREATE and phrases.prompt(change)]
    effort = Effort()
    taken = room.take([_detail(change, effort) for change in worth[:MOST_DETAILS]], MOST_DETAILS)
    blocks = ["\n".join(taken)] if taken else []
    if len(taken) < len(worth):
        blocks.append(
            f"Details of {phrases.counted(len(worth) - len(taken), 'shot')} are left out; `ltxspec plan` shows them."
        )
    return blocks


def _detail(change: Change, effort: Effort) -> str:
    summary = f"{code(_address(change))}: {escape(phrases.reason(change))}"
    if change.action is Action.CREATE:
        return details(summary, f"<blockquote>{escape(fit(phrases.prompt(change), _LONGEST_PROMPT))}</blockquote>")
    return details(summary, "\n".join(_field(field, effort) for field in change.changes))


def _field(change: FieldChange, effort: Effort) -> str:
    name = f"<b>{escape(phrases.field_name(change.path))}</b>"
    if not phrases.is_text(change):
        before, after = map(escape, phrases.values(change.before, change.after))
        return f"<p>{name}: <del>{before}</del> → <ins><b>{after}</b></ins></p>"
    segments = word_diff(change.before, change.after, effort)
    if not any(segment.kind in {"delete", "insert"} for segment in segments):
        return f"<p>{name}: only white space changed</p>"
    return f"<p>{name}:</p><blockquote>{marked(collapse(segments, _KEEP))}</blockquote>"


def _next(plan: Plan) -> str:
    """The commands to run next."""
    if not plan.pending:
        return ""
    sums = reckoning(plan.changes)  # limits use these sums; a lower limit would refuse this plan
    usd, unknown = sums.usd + sums.under_way, sums.unknown + sums.under_way_unknown
    blocked = [change for change in plan.pending if change.action is Action.BLOCKED]
    lines = []
    if len(blocked) < len(plan.pending):
        budget = f" --max-cost {format_usd(usd)}" if usd and not unknown else ""
        refused = "  # a price is unknown: needs --allow-unknown-cost" if unknown else ""
        lines.append(f"ltxspec apply{budget}{refused}")
    if blocked and len(str(blocked[0].address)) <= _LONGEST_ADDRESS:
        lines.append(f"ltxspec plan {phrases.retry_command(blocked[0])}  # or edit the shot")
    return fence("\n".join(lines), "sh") if lines else ""
