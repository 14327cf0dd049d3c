"""A pick that the next plan would undo, in words."""

from collections.abc import Sequence

from ltxspec.plan.actions import Change, FieldChange
from ltxspec.report.wording import field_name, money

_NAMED = 5


def undoing_text(number: int, change: Change, fields: Sequence[FieldChange]) -> str:
    """A warning and a hint, with a final newline.

    Args:
        number: the picked take.
        change: what the next plan does.
        fields: what differs between the take's request and the spec's.
    """
    price = f" for {money(change.estimate)}" if change.estimate is not None else ""
    what = f"order a new render{price}" if change.action.spends else "make another take current again"
    names = [field_name(item.path) for item in fields]
    named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    how = f"edit {named} in the spec back to what the take was made with" if names else "edit the spec back"
    return (
        f"warning: the spec asks for something else than take {number} shows: the next apply will {what}\n"
        f"hint: to keep take {number}, {how} (`ltxspec why {change.address}` shows the difference)\n"
    )
