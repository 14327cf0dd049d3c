"""Fetches finished videos: download, check, archive. A failure here never orders anything."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from ltxspec.apply.addresses import Fresh, fresh_addresses
from ltxspec.apply.ports import Archive, Archived, Clock, Provider, RenderOrder
from ltxspec.canonical import sha256_hex
from ltxspec.errors import LtxspecError, MediaError, ProviderUnavailable
from ltxspec.lock.models import Output
from ltxspec.redaction import redact_url
from ltxspec.values import TaskId

_TRIES = 3
_PAUSE = 2.0  # seconds before a broken download is started again


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """The outcome of fetching the results of one task."""

    archived: Sequence[Archived | None]  # for each result its archived video; None: it could not be fetched now
    reason: str | None  # why the last such result failed; None when every result is archived
    outputs: Sequence[Output]  # the results, with working addresses instead of dead ones
    more: Sequence[Output] = ()  # further results that appeared when fresh addresses were requested


async def deliver(  # the three ports, the results and a switch: a class would only rename them
    provider: Provider,
    archive: Archive,
    clock: Clock,
    order: RenderOrder,
    outputs: Sequence[Output],
    *,
    ask: bool = True,
) -> FetchOutcome:
    """Fetch every result of a task that is not archived yet, using a fresh address where the known one is dead.

    Args:
        provider: where the videos are.
        archive: where they go.
        clock: for pauses between tries.
        order: the task; only its id is used, nothing is ordered.
        outputs: its known results.
        ask: whether the provider may be asked for fresh addresses, which requires a key.
    """
    archived, reason = await archive_outputs(provider, archive, clock, order.task_id, outputs)
    addresses: Mapping[int, str] = {}
    more: Sequence[Output] = ()
    if reason is not None and ask:
        fresh = await fresh_addresses(provider, order, outputs, _missing(archived))
        addresses, more = fresh.found, fresh.more
        reason = _with_trouble(reason, fresh)
        again, still = await archive_outputs(provider, archive, clock, order.task_id, outputs, addresses)
        archived = [again[place] if place in addresses else item for place, item in enumerate(archived)]
        reason = still or reason
    archived = await _from_former_names(archive, order.task_id, outputs, archived)
    worked = {place: url for place, url in addresses.items() if archived[place] is not None}
    return FetchOutcome(archived, reason if None in archived else None, _readdressed(outputs, worked), more)


async def fetch_again(  # the three ports and one result: a class would only rename them
    provider: Provider, archive: Archive, clock: Clock, order: RenderOrder, outputs: Sequence[Output], place: int
) -> str | None:
    """Fetch one result of a task, whatever the archive has of it, using a fresh address where the known one is dead.

    Returns:
        None, or why it could not be fetched now.
    """
    unknown = [replace(output, bytes=None) for output in outputs]  # else a changed file counts as archived
    known = {place: outputs[place].video_url or ""}
    _, reason = await archive_outputs(provider, archive, clock, order.task_id, unknown, known)
    if reason is None:
        return None
    fresh = await fresh_addresses(provider, order, outputs, [place])
    reason = _with_trouble(reason, fresh)
    again, still = await archive_outputs(provider, archive, clock, order.task_id, unknown, fresh.found)
    return None if again[place] is not None else still or reason


def _with_trouble(reason: str, fresh: Fresh) -> str:
    return f"{reason}; requesting a fresh address failed: {fresh.trouble}" if fresh.trouble else reason


async def archive_outputs(  # the three ports, the results and their sources: a class would only rename them
    provider: Provider,
    archive: Archive,
    clock: Clock,
    task: TaskId,
    outputs: Sequence[Output],
    addresses: Mapping[int, str] | None = None,
) -> tuple[list[Archived | None], str | None]:
    """Fetch the results of a task that are not archived yet.

    Args:
        provider: where the videos are.
        archive: where they go.
        clock: for pauses between tries.
        task: the task that the results belong to.
        outputs: all its results.
        addresses: place -> address to use instead of the known one; then only these results are fetched.

    Returns:
        For each output its archived video, or None when it could not be fetched now; and the last reason for that.
    """
    archived: list[Archived | None] = [None] * len(outputs)
    names, reason = names_of(task, outputs), None
    for place, output in enumerate(outputs):
        if addresses is not None and place not in addresses:
            continue
        if output.sha256 is not None and output.bytes is not None and archive.has(output.sha256):
            archived[place] = Archived(output.sha256, output.bytes, output.facts)
            continue
        url = addresses[place] if addresses is not None else output.video_url
        try:
            archived[place] = await _fetch(provider, archive, clock, names[place], replace(output, video_url=url))
        except LtxspecError as error:
            reason = error.line
    return archived, reason


def names_of(task: TaskId, outputs: Sequence[Output]) -> list[str]:
    """The names of a task's results in the archive until they are recorded.

    The task's id comes first, because two tasks may report the same video id. Then comes the video's identity rather
    than its place: results may arrive in another order next time, and a download must not continue another video's
    bytes. Identical-looking results of one task are numbered.
    """
    names, seen = [], Counter[str]()
    for output in outputs:
        video = former_name(output)
        digest = sha256_hex(video.encode("utf-8", "surrogatepass"))
        names.append(f"{task}.{seen[video]}-{digest[:8]}")
        seen[video] += 1
    return names


def former_name(output: Output) -> str:
    """The name of a result in earlier versions: the video's id, else its address without query and fragment."""
    return output.video_uuid or redact_url(output.video_url or "").partition("?")[0].partition("#")[0]


def _readdressed(outputs: Sequence[Output], addresses: Mapping[int, str]) -> list[Output]:
    """The results with new addresses. One without an id keeps its own, which identifies it when files are merged."""
    return [
        replace(output, video_url=addresses[place]) if place in addresses and output.video_uuid else output
        for place, output in enumerate(outputs)
    ]


def _missing(archived: Sequence[Archived | None]) -> list[int]:
    return [place for place, item in enumerate(archived) if item is None]


async def _from_former_names(
    archive: Archive, task: TaskId, outputs: Sequence[Output], archived: Sequence[Archived | None]
) -> list[Archived | None]:
    """Results archived but not recorded by an earlier version, where they are not available elsewhere any more.

    Such a name may belong to several tasks, so this is the last resort, and a claimed video is found by no other task.
    """
    found, names = list(archived), names_of(task, outputs)
    former = [former_name(output) for output in outputs]
    for place in _missing(archived):
        if former[place] and former.count(former[place]) == 1:
            claimed = await asyncio.to_thread(archive.claim, former[place], names[place])
            known = outputs[place].sha256
            found[place] = claimed if claimed is not None and known in (None, claimed.sha256) else None
    return found


async def _fetch(provider: Provider, archive: Archive, clock: Clock, name: str, output: Output) -> Archived:
    """A video that an earlier run archived but could not record, else a download checked by the archive."""
    known = await asyncio.to_thread(archive.recall, name)
    if known is not None and output.sha256 in (None, known.sha256):
        return known
    if output.video_url is None:
        raise MediaError("the provider gave no address for the video")
    for attempt in range(1, _TRIES):
        with contextlib.suppress(MediaError):  # not a video, or a broken or wrong one: the archive set it aside
            return await _download(provider, archive, output.video_url, name, output.sha256)
        await clock.sleep(_PAUSE * attempt)
    return await _download(provider, archive, output.video_url, name, output.sha256)


async def _download(provider: Provider, archive: Archive, url: str, name: str, recorded: str | None) -> Archived:
    """Download into the archive's partial file, and let the archive check it."""
    sink = await asyncio.to_thread(archive.begin, name)
    try:
        await provider.download(url, sink)
    except ProviderUnavailable:
        # The address may have expired just after the last byte: then the video is already complete.
        salvaged = await asyncio.to_thread(archive.salvage, name, recorded)
        if salvaged is None:
            raise
        return salvaged
    return await asyncio.to_thread(archive.finish, name, recorded)
