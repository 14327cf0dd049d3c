"""Says what was left out of earlier orders, and why: nothing is guessed, and nothing is left out silently."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ltxspec.apply.exchanges import Exchanges, Order
from ltxspec.project.migrating.orders import PastOrders
from ltxspec.redaction import redact_message
from ltxspec.report.wording import counted
from ltxspec.values import ShotAddress

_SHOWN = 3  # examples that one note names


def notes_about(past: PastOrders, found: Exchanges, places: Mapping[str, ShotAddress]) -> list[str]:
    """What was left out, and why; each kind once, with examples."""
    ask = "`ltxspec import SPEC.SHOT --task-uuid ID` asks the provider for it"
    notes = [
        f"{place}: task {task} has no request, and is not recorded; {ask}"
        for task, place in found.without_order.items()
    ]
    notes += [
        f"task {task} was ordered with different requests ({', '.join(map(str, where))}): left out"
        for task, where in found.different.items()
    ]
    notes += [
        f"{counted(number, 'request')} for model `{name}`, which is not in the catalog: left out; see `ltxspec models`"
        for name, number in past.unknown_models.items()
    ]
    notes += [
        f"{counted(number, 'request')} of task type `{name}`, which makes no video: left out"
        for name, number in found.others.items()
    ]
    notes += past.refused
    notes += [
        f"{order.place}: the task failed ({redact_message(reason)}); its shot is kept" for order, reason in past.failed
    ]
    notes += _unfinished(past, places)
    if past.without_id:
        many, where = counted(len(past.without_id), "request"), _examples(past.without_id)
        notes.append(f"{many} without `taskUUID` ({where}): what was rendered is not known, and would be bought again")
    for name, count in Counter(name for render in past.renders.values() for name in render.unknown).items():
        notes.append(f"`{name}` is not in the model's file: left out of {counted(count, 'shot')}, kept in their takes")
    if signed := sum(render.is_signed for render in past.renders.values()):
        notes.append(
            f"signatures were left out of the addresses of {counted(signed, 'shot')}: a new order needs new ones"
        )
    if telling := sum(render.may_tell for render in past.renders.values()):
        many = counted(telling, "shot")
        notes.append(f"addresses of {many} have a password or parameters, kept in the spec: commit no credential")
    return notes


def _unfinished(past: PastOrders, places: Mapping[str, ShotAddress]) -> list[str]:
    """Orders that may have been rendered: where to ask for them, which is free."""
    orders = past.without_video
    if not orders:
        return []
    by_task = {order.task: key for key, render in past.renders.items() for order in render.orders}
    place = places.get(by_task.get(orders[0].task, ""))
    ask = f"; `ltxspec import '{place}' --task-uuid {orders[0].task}` asks the provider" if place is not None else ""
    many = counted(len(orders), "request")
    return [f"{many} without a reply with a video ({_examples(orders)}), which may have been paid for{ask}"]


def _examples(orders: Sequence[Order]) -> str:
    more = ", …" if len(orders) > _SHOWN else ""
    return ", ".join(str(order.place) for order in orders[:_SHOWN]) + more
