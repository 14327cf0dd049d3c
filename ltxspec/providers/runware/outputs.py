"""The results in what the service says of a task: videos, what they cost, and how far the others are."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from msgspec import structs

from ltxspec.lock.models import Output
from ltxspec.providers.runware.wire import Item, believable_cost, first_address, first_identifier
from ltxspec.values import Usd

_FINISHED_STATUSES = frozenset({"success", "completed"})  # SDK 1.4 accepts the second one too
_VIDEO_ID = ("videoUUID", "mediaUUID")
_VIDEO_URL = ("videoURL", "mediaURL")
_COMPLETE = 100  # per cent


def delivers(item: Item) -> bool:
    """Whether an item is a finished video. The model page's examples have no status; an unknown one is not final."""
    status, address = item.fields.get("status"), first_address(item.fields, _VIDEO_URL)
    if status is None:  # a task in progress may have the id of what it makes (runware-sdk 1.8.0, client.py)
        return address is not None
    finished = isinstance(status, str) and status in _FINISHED_STATUSES
    return finished and bool(address or first_identifier(item.fields, _VIDEO_ID))


def outputs_of(items: Iterable[Item]) -> tuple[Output, ...]:
    """The distinct videos: every poll repeats all of them, and an item without an id may repeat one by its URL."""
    outputs = [_output(item) for item in items if delivers(item)]
    found: dict[str, Output] = {}
    by_address: dict[str | None, str] = {}
    for output in sorted(outputs, key=lambda output: output.video_uuid is None):
        key = output.video_uuid or by_address.get(output.video_url) or str(output.video_url)
        found[key] = _merged(found[key], output) if key in found else output
        by_address.setdefault(output.video_url, key)
    return tuple(found.values())


def _output(item: Item) -> Output:
    return Output(
        video_uuid=first_identifier(item.fields, _VIDEO_ID),
        video_url=first_address(item.fields, _VIDEO_URL),
        cost=believable_cost(item.fields.get("cost")),
    )


def _merged(first: Output, second: Output) -> Output:
    """Merge two reports of one video. If they give different prices, the price is unknown."""
    contradiction = first.cost is not None and second.cost is not None and first.cost != second.cost
    cost = None if contradiction else (first.cost if first.cost is not None else second.cost)
    return structs.replace(first, video_url=first.video_url or second.video_url, cost=cost)


def total_cost(costs: Sequence[Usd | None], wanted: int) -> Usd | None:
    """What a task costs; None if the cost of any result is missing, since a failed result may be billed too."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) and len(known) >= wanted else None


def progress_of(pending: Iterable[Item]) -> int | None:
    """Per cent of the slowest result that reports progress."""
    values = [item.fields.get("progress") for item in pending]
    numbers = [value for value in values if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    return min((int(value) for value in numbers if 0 <= value <= _COMPLETE), default=None)
