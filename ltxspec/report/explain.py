"""Why one shot would do what the plan says, with the takes it has."""

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change
from ltxspec.report.phrases import MEANINGS, REASONS
from ltxspec.report.plan_text import format_change
from ltxspec.report.style import Paint, Style, clean
from ltxspec.report.takes import Places, record_text
from ltxspec.values import format_usd


def explain(change: Change, record: ShotRecord | None, places: Places, style: Style) -> str:
    """The action and what it means, each reason, the changed fields, the ids, and every take so far."""
    lines = [f"{style.paint(str(change.address), Paint.BOLD)}: {change.action.value}, {MEANINGS[change.action]}"]
    lines += [f"  because: {REASONS[reason]}" for reason in change.reasons]
    if change.note:
        lines.append(f"  {clean(change.note)}")
    if change.action.spends:
        price = "unknown" if change.estimate is None else f"${format_usd(change.estimate)}"
        lines.append(f"  price: {price}")
    if change.source is not None:
        lines.append("  written at: {}:{}:{}".format(*change.source))
    lines.append(f"  fingerprint: {change.fingerprint}")
    lines.append(f"  task: {change.task_id} (retake {change.retake}, attempt {change.attempt})")
    text = "\n".join(lines) + "\n"
    if change.action is not Action.NO_OP:
        text += format_change(change, style)
    if record is not None and record.takes:
        text += record_text("takes", record, places, style)
    return text
