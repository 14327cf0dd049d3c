"""What the next plan makes of a pick, in words."""

import shlex
from collections.abc import Sequence

from ltxspec.plan.actions import Change, FieldChange, estimate
from ltxspec.report.wording import counted, field_name, money

_NAMED = 5


def following_text(address: str, orders: Sequence[Change]) -> str:
    """A warning and a hint, each on a line, about the shots that follow from a shot and would be rendered anew.

    Args:
        address: the shot whose take was picked.
        orders: the orders of what follows.
    """
    sums = estimate(orders)
    price = money(sums.usd) + (" and more: some prices are unknown" if sums.unknown else "")
    follow = f"{counted(len(orders), 'shot')} that {'follows' if len(orders) == 1 else 'follow'} from it anew"
    return (
        f"warning: the next apply will render {follow}, for {price}\n"
        f"hint: `ltxspec plan --target {shlex.quote(f'{address}+')}` shows them; pick the take they follow from now "
        f"to keep them\n"
    )


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
