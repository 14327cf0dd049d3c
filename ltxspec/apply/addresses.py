"""Asks the provider for current addresses of finished videos: they expire, and signed ones are never stored.

Asking is free.
"""

import contextlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ltxspec.apply.ledger import by_name
from ltxspec.apply.ports import Provider, RenderOrder, TaskReport
from ltxspec.errors import ProviderError
from ltxspec.lock.models import Output


@dataclass(frozen=True, slots=True)
class Fresh:
    """The provider's answer."""

    found: Mapping[int, str]  # place -> address, for results whose address has changed
    trouble: str | None  # why the provider could not be asked, when every look failed
    more: Sequence[Output]  # results that were not known before


async def fresh_addresses(
    provider: Provider, order: RenderOrder, outputs: Sequence[Output], missing: Collection[int]
) -> Fresh:
    """New addresses of a task's results: first from its live state, then from the provider's archive.

    Args:
        provider: the provider to ask.
        order: the task; its id is enough, nothing is ordered.
        outputs: its known results.
        missing: the places in `outputs` to find addresses for.
    """
    found: dict[int, str] = {}
    more: dict[tuple[str, int], Output] = {}
    known = by_name(outputs)
    trouble: str | None = None
    answered = False
    for look in (_live_state, _archived_state):
        try:
            report = await look(provider, order)
        except ProviderError as error:
            trouble = error.line
            continue
        answered = True
        more |= {name: output for name, output in by_name(report.outputs).items() if name not in known}
        moved = _moved(outputs, report.outputs)
        found = {place: moved[place] for place in missing if place in moved} | found
        if len(found) == len(missing):
            break
    return Fresh(found, None if answered else trouble, tuple(more.values()) if order.results > len(outputs) else ())


async def results_by_now(provider: Provider, order: RenderOrder, outputs: Sequence[Output]) -> list[Output]:
    """The results of a partly delivered task, with those delivered since then at the end.

    Args:
        provider: the provider to ask, first for the live state, then for its archive.
        order: the task; its id and its number of results are enough.
        outputs: its known results.
    """
    found = by_name(outputs)
    for look in (_live_state, _archived_state):
        with contextlib.suppress(ProviderError):
            now = by_name((await look(provider, order)).outputs)
            found |= {name: now[name] for name in now if name not in found}
        if len(found) >= order.results:
            break
    others = [output for name, output in found.items() if name not in by_name(outputs)]
    return [*outputs, *others][: max(order.results, len(outputs))]


async def _live_state(provider: Provider, order: RenderOrder) -> TaskReport:
    return (await provider.poll([order]))[order.task_id]


async def _archived_state(provider: Provider, order: RenderOrder) -> TaskReport:
    return await provider.look_up(order)


def _moved(known: Sequence[Output], now: Sequence[Output]) -> dict[int, str]:
    """New addresses by place, for the videos whose address has changed.

    Videos are matched by id, because their order may have changed. Without an id, only the single result of a task is
    certain to be the same one.
    """
    ids = [output.video_uuid for output in now]
    by_id = {output.video_uuid: output.video_url for output in now if ids.count(output.video_uuid) == 1}
    certain = len(known) == len(now) == 1 and None in (known[0].video_uuid, now[0].video_uuid)
    found = {}
    for place, output in enumerate(known):
        url = by_id.get(output.video_uuid) if output.video_uuid else None
        url = url or (now[0].video_url if certain else None)
        if url is not None and url != output.video_url:
            found[place] = url
    return found
