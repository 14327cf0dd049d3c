"""Explains the planned action of one shot, with its takes."""

from textwrap import dedent

from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.estimate import reckoned
from ltxspec.report.plan.text import format_change
from ltxspec.report.takes import Places, record_text
from ltxspec.report.terminal import Paint, Style, clean
from ltxspec.report.wording import MEANINGS, higher, money, reason


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
