"""The plan for a pull request: one sentence, a table of changed shots, folded details, the next commands."""

from collections.abc import Sequence
from itertools import groupby

from ltxspec.errors import Diagnostic
from ltxspec.plan.actions import Action, Change, Plan, reckoning
from ltxspec.redaction import redact_diagnostic, redact_secrets
from ltxspec.report import reasons
from ltxspec.report import wording as phrases
from ltxspec.report.cures import retry_line
from ltxspec.report.destinations import sent_to
from ltxspec.report.markdown import code, details, escape, fence, field_html, link, prose
from ltxspec.report.plan.causes import grouped
from ltxspec.report.plan.rows import Detail
from ltxspec.report.terminal import clean, fit
from ltxspec.report.word_diff import Effort
from ltxspec.values import format_usd

MOST_ROWS = 500  # changed shots listed
MOST_DETAILS = 50  # of these, with their changes folded underneath

_LONGEST_ADDRESS = 100
_LONGEST_NOTE = 500
_LONGEST_PROMPT = 2000

_GROUP_HEADER = "| Action | Shots | Spec | Why | Cost |\n|---|---|---|---|--:|"
_HEADER = "| Action | Shot | Why | Size | Cost |\n|---|---|---|---|--:|"


def plan_markdown(plan: Plan, detail: Detail = Detail.USUAL) -> str:
    """The plan as Markdown with a final newline; as a summary, shots with the same cause are one row."""
    sentence, _, rest = phrases.headline(plan).partition(". ")
    first = f"**{sentence}.** {rest}" if rest else f"**{sentence}**"
    next_steps = _next(plan)
    blocks = [first]
    is_summary = detail is Detail.SUMMARY
    blocks += _groups(plan) if is_summary else _table(plan.pending)
    blocks += _unchanged(plan)
    blocks += [escape(line) for line in [sent_to(plan)] if line]
    blocks += _problems(plan)
    blocks += [] if is_summary else _details(plan.pending)
    return "\n\n".join([*blocks, next_steps] if next_steps else blocks) + "\n"


def _table(changes: Sequence[Change]) -> list[str]:
    if not changes:
        return []
    blocks = ["\n".join([_HEADER, *map(_row, changes[:MOST_ROWS])])]
    left_out = len(changes) - MOST_ROWS
    if left_out > 0:
        blocks.append(
            f"… and {phrases.counted(left_out, 'more changed shot')}; `ltxspec plan --format json` lists all."
        )
    return blocks


def _groups(plan: Plan) -> list[str]:
    """A table of causes: the action, the number of shots, their spec, the cause and the cost."""
    rows = []
    for spec, changes in groupby(plan.pending, key=lambda change: change.address.spec):
        for group in grouped(list(changes), plan):
            usd = phrases.cost_together(group.changes)
            cells = (f"`{group.action.sign}` {group.action}", phrases.counted(len(group.changes), "shot"))
            rows.append(
                f"| {' | '.join([*cells, code(fit(clean(spec), _LONGEST_ADDRESS)), escape(group.cause), usd])} |"
            )
    left_out = len(rows) - MOST_ROWS
    lines = [_GROUP_HEADER, *rows[:MOST_ROWS]] if rows else []
    return ["\n".join(lines)] + ([f"… and {left_out:,} more causes."] if left_out > 0 else []) if lines else []


def _unchanged(plan: Plan) -> list[str]:
    """The number of unchanged shots and what was spent; without changes, the headline says so already."""
    if not plan.pending or not plan.spent:
        return []
    return [f"{plan.count(Action.NO_OP):,} up to date, {phrases.spent(plan)} so far."]


def _row(change: Change) -> str:
    address = code(_address(change))
    shot = link(address, change.source[0], change.source[1]) if change.source else address
    sized = phrases.size(change) if phrases.is_sized(change) else ""
    cells = (
        f"`{change.action.sign}` {change.action}",
        shot,
        escape(reasons.reason(change)),
        escape(sized),
        phrases.cost(change),
    )
    return f"| {' | '.join(cells)} |"


def _address(change: Change) -> str:
    return fit(clean(str(change.address)), _LONGEST_ADDRESS)


def _problems(plan: Plan) -> list[str]:
    """Blocked shots with their reasons, other notes, and the diagnostics, as one list."""
    items = [_note(change) for change in plan.pending if change.note]
    items += [_diagnostic(diagnostic) for diagnostic in plan.diagnostics]
    taken = items[:MOST_DETAILS]
    if len(taken) < len(items):
        taken.append(f"- … and {len(items) - len(taken):,} more")
    return ["\n".join(taken)] if taken else []


def _note(change: Change) -> str:
    note = _prose(change.note or "")
    kind = "blocked " if change.action is Action.BLOCKED else ""
    return f"- {kind}{code(_address(change))}: {note}"


def _diagnostic(diagnostic: Diagnostic) -> str:
    diagnostic = redact_diagnostic(diagnostic)
    where = diagnostic.where
    place = f" in {link(code(f'{where.file}:{where.line}'), where.file, where.line)}" if where else ""
    hint = f" ({_prose(diagnostic.hint)})" if diagnostic.hint else ""
    message = _prose(diagnostic.message)
    return f"- {diagnostic.severity} {code(diagnostic.code)}{place}: {message}{hint}"


def _prose(text: str) -> str:
    return prose(fit(clean(str(redact_secrets(text))), _LONGEST_NOTE))


def _details(changes: Sequence[Change]) -> list[str]:
    """Folded details, edited shots first: their difference is shown nowhere else."""
    worth = [change for change in changes if change.action is not Action.CREATE and change.changes]
    worth += [change for change in changes if change.action is Action.CREATE and phrases.prompt(change)]
    effort = Effort()
    taken = [_detail(change, effort) for change in worth[:MOST_DETAILS]]
    blocks = ["\n".join(taken)] if taken else []
    if len(taken) < len(worth):
        blocks.append(
            f"Details of {phrases.counted(len(worth) - len(taken), 'shot')} are left out; `ltxspec plan` shows them."
        )
    return blocks


def _detail(change: Change, effort: Effort) -> str:
    summary = f"{code(_address(change))}: {escape(reasons.reason(change))}"
    if change.action is Action.CREATE:
        return details(summary, f"<blockquote>{escape(fit(phrases.prompt(change), _LONGEST_PROMPT))}</blockquote>")
    return details(summary, "\n".join(field_html(field, effort) for field in change.changes))


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
        lines.append(retry_line(blocked[0]))
    return fence("\n".join(lines), "sh") if lines else ""
