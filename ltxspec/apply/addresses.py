"""Asks the provider where finished videos are to be had now: addresses expire, and no file keeps a signed one.

Asking is free.
"""

import contextlib
from collections.abc import Collection, Sequence

from ltxspec.apply.ports import Order, Provider, TaskReport
from ltxspec.errors import ProviderError
from ltxspec.lock.models import Output
from ltxspec.lock.redaction import redact_url


async def fresh_addresses(
    provider: Provider, order: Order, outputs: Sequence[Output], missing: Collection[int]
) -> tuple[dict[int, str], str | None]:
    """New addresses of a task's results: first from its live state, then from the provider's archive.

    Args:
        provider: who is asked.
        order: the task; its id is enough, nothing is ordered.
        outputs: its results, as they are known.
        missing: the places among them that are asked about.

    Returns:
        Place -> address, for the results that have another address than the known one; and why the provider could not
        be asked, when not one question was answered.
    """
    found: dict[int, str] = {}
    trouble: str | None = None
    answered = False
    for look in (_live_state, _archived_state):
        try:
            report = await look(provider, order)
        except ProviderError as error:
            trouble = error.summary
            continue
        answered = True
        moved = _moved(outputs, report.outputs)
        found = {place: moved[place] for place in missing if place in moved} | found
        if len(found) == len(missing):
            break
    return found, None if answered else trouble


async def results_by_now(provider: Provider, order: Order, outputs: Sequence[Output]) -> list[Output]:
    """The results of a task that had not delivered all of them, with those that are there by now at the end.

    Args:
        provider: who is asked, first for the live state, then for what is archived.
        order: the task; its id and its number of results are enough.
        outputs: its results, as they are known.
    """
    found = list(outputs)
    for look in (_live_state, _archived_state):
        with contextlib.suppress(ProviderError):
            names = [_name(output) for output in found]
            found += [output for output in (await look(provider, order)).outputs if _name(output) not in names]
        if len(found) >= order.results:
            break
    return found[: max(order.results, len(outputs))]


def _name(output: Output) -> str:
    return output.video_uuid or redact_url(output.video_url or "")


async def _live_state(provider: Provider, order: Order) -> TaskReport:
    return (await provider.poll([order]))[order.task_id]


async def _archived_state(provider: Provider, order: Order) -> TaskReport:
    return await provider.look_up(order)


def _moved(known: Sequence[Output], now: Sequence[Output]) -> dict[int, str]:
    """Places of the videos that have another address now.

    Videos are told apart by their ids: the order may have changed. Without an id only the single result of a task is
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
