"""What the next plan makes of a pick, in words."""

import shlex
from collections.abc import Sequence

from ltxspec.plan.actions import Change, FieldChange
from ltxspec.report.wording import field_name, money
from ltxspec.values import total_usd

_NAMED = 5


def following_text(address: str, orders: Sequence[Change], held: Sequence[Change] = ()) -> str:
    """A warning and a hint, each on a line, about the shots that follow from a shot and would be rendered anew.

    Args:
        address: the shot whose take was picked.
        orders: the orders of what follows.
        held: what follows and has a take, which would be rendered anew later: it waits for an approval or a source.
    """
    parts = []
    if orders:
        parts.append(f"the next apply will render {_follow(orders)} from it anew, for {_price(orders)}")
    if held:
        also = "more " if orders else ""
        parts.append(
            f"{_follow(held, also)} from it {'waits' if len(held) == 1 else 'wait'} to be rendered anew later, "
            f"for {_price(held)}"
        )
    return (
        f"warning: {'; '.join(parts)}\n"
        f"hint: `ltxspec plan --target {shlex.quote(f'{address}+')}` shows them; pick the take they follow from now "
        f"to keep them\n"
    )


def _follow(changes: Sequence[Change], more: str = "") -> str:
    number = len(changes)
    return f"1 {more}shot that follows" if number == 1 else f"{number:,} {more}shots that follow"


def _price(changes: Sequence[Change]) -> str:
    usd, unknown = total_usd(change.estimate for change in changes)
    return money(usd) + (" and more: some prices are unknown" if unknown else "")


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
