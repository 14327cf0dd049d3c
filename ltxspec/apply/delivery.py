"""Brings finished videos home: download, check, archive. A failure here never orders anything."""

import asyncio
from collections.abc import Sequence

from ltxspec.apply.ports import Archive, Archived, Clock, Provider
from ltxspec.errors import LtxspecError, MediaError, ProviderUnavailable
from ltxspec.lock.models import Output

_TRIES = 3
_PAUSE = 2.0  # seconds before a broken download is begun anew


async def bring_home(
    provider: Provider, archive: Archive, clock: Clock, outputs: Sequence[Output]
) -> tuple[list[Archived | None], str | None]:
    """Fetch every output that is not home yet.

    Returns:
        For each output what the archive holds, or None when it could not be had now; and the last reason for that.
    """
    home: list[Archived | None] = []
    reason = None
    for output in outputs:
        if output.sha256 is not None and output.bytes is not None and archive.has(output.sha256):
            home.append(Archived(output.sha256, output.bytes))
            continue
        try:
            home.append(await _fetch(provider, archive, clock, output))
        except LtxspecError as error:
            home.append(None)
            reason = error.summary
    return home, reason


def name_of(output: Output) -> str:
    """What a download is called until it is home: the video's own id, else its address without the signature."""
    return output.video_uuid or (output.video_url or "").partition("?")[0]


async def _fetch(provider: Provider, archive: Archive, clock: Clock, output: Output) -> Archived:
    """What an earlier run brought home before it could write that down; else a download, checked by the archive."""
    name = name_of(output)
    known = await asyncio.to_thread(archive.recall, name)
    if known is not None:
        return known
    if output.video_url is None:
        raise MediaError("the provider gave no address for the video")
    for attempt in range(1, _TRIES + 1):
        try:
            return await _download(provider, archive, output.video_url, name)
        except MediaError:  # not a video, or a broken one: the archive put it aside
            if attempt == _TRIES:
                raise
            await clock.sleep(_PAUSE * attempt)
    raise AssertionError("unreachable: the last try returns or raises")


async def _download(provider: Provider, archive: Archive, url: str, name: str) -> Archived:
    """Download into the archive's partial file, and let the archive check it."""
    sink = await asyncio.to_thread(archive.begin, name)
    try:
        await provider.download(url, sink)
    except ProviderUnavailable:
        # The address may have expired just after the last byte: then all of the video is here already.
        salvaged = await asyncio.to_thread(archive.salvage, name)
        if salvaged is None:
            raise
        return salvaged
    return await asyncio.to_thread(archive.finish, name)
