"""Brings finished videos home: download, check, archive. A failure here never orders anything."""

import asyncio
from collections.abc import Sequence

from ltxspec.apply.ports import Archive, Archived, Clock, Provider
from ltxspec.errors import LtxspecError, MediaError
from ltxspec.lock.models import Output

_TRIES = 3
_PAUSE = 2.0  # seconds before a broken download is begun anew


async def bring_home(
    provider: Provider, archive: Archive, clock: Clock, outputs: Sequence[Output]
) -> tuple[list[Archived | None], str | None]:
    """Fetch every output.

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


async def _fetch(provider: Provider, archive: Archive, clock: Clock, output: Output) -> Archived:
    """Download into the archive's partial file and let the archive check it; a broken file is fetched again."""
    if output.video_url is None:
        raise MediaError("the provider gave no address for the video")
    name = output.video_uuid or output.video_url.rpartition("/")[2]
    for attempt in range(1, _TRIES + 1):
        sink = await asyncio.to_thread(archive.begin, name)
        await provider.download(output.video_url, sink)
        try:
            return await asyncio.to_thread(archive.finish, name)
        except MediaError:
            sink.restart()
            if attempt == _TRIES:
                raise
            await clock.sleep(_PAUSE * attempt)
    raise AssertionError("unreachable: the last try returns or raises")
