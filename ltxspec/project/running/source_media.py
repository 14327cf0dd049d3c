"""What shots take from others, stored at the provider: a frame, cut from the archived video, or the whole video."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.apply.delivery import fetch_again
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.orders import results_of
from ltxspec.apply.ports import Clock, LocalMedia, Provider, RenderOrder
from ltxspec.canonical import sha256_hex
from ltxspec.catalog.media_limits import MediaUse
from ltxspec.errors import LtxspecError, MediaError
from ltxspec.plan.actions import Change
from ltxspec.plan.sources import takes_by_id
from ltxspec.project.project import ProjectContext
from ltxspec.project.store import video_finder
from ltxspec.project.take_video import NotArchived
from ltxspec.render.models import Request
from ltxspec.render.references import Reference

if TYPE_CHECKING:
    from ltxspec.lock.models import Take
    from ltxspec.media.frames import PictureLimits
    from ltxspec.storage.archive import FolderArchive


@dataclass(frozen=True, slots=True)
class SourceVideos:
    """Brings what requests take from other shots to the provider, from the archive or from where it is delivered."""

    project: ProjectContext
    archive: "FolderArchive"
    clock: Clock
    ledgers: Sequence[Ledger]

    async def __call__(self, change: Change, provider: Provider) -> Mapping[tuple[str | int, ...], str]:
        """Store what an order takes from other shots: place in the body -> media id.

        Raises:
            NotArchived: a video is gone everywhere.
            MediaError: a video cannot be read, or has no such frame.
            ProviderError: the picture cannot be stored now.
        """
        request = change.request
        if request is None:
            return {}
        found = {}
        for reference, sha256 in zip(request.references, request.sources, strict=True):
            if sha256 is None:
                raise AssertionError(f"{change.address} is ordered before its source")
            video = await self._video(reference, sha256, provider)
            if reference.at is None:
                content = await asyncio.to_thread(video.read_bytes)
                part = LocalMedia(reference.path, f"sha256:{sha256}", video.name, content)
            else:
                part = await self._picture(request, reference, video)
            found[reference.path] = await provider.upload(part)
        return found

    async def _picture(self, request: Request, reference: Reference, video: Path) -> LocalMedia:
        from ltxspec.media.frames import cut_frame

        if reference.at is None:
            raise AssertionError(f"{reference.name} is no frame")
        limits = _limits(self.project, request, reference)
        picture = await asyncio.to_thread(cut_frame, video, reference.at, limits)
        digest = sha256_hex(picture.data)
        ending = "jpg" if picture.format == "jpeg" else picture.format
        await asyncio.to_thread(self.archive.frames.keep, f"{digest}.{ending}", picture.data)
        name = f"{reference.source.instance}-{reference.at}.{ending}"
        return LocalMedia(reference.path, f"sha256:{digest}", name, picture.data)

    async def _video(self, reference: Reference, sha256: str, provider: Provider) -> Path:
        """The file of a source's output; fetched if it is not on this machine, or has changed since it was archived."""
        place = await asyncio.to_thread(self._intact, sha256)
        if place is not None:
            return place
        take, number = self._recorded(sha256)
        order = RenderOrder(take.task_id, {}, results_of(take.request))
        reason = await fetch_again(provider, self.archive, self.clock, order, take.outputs, number)
        place = await asyncio.to_thread(self._intact, sha256)
        if place is None:
            raise _gone(reference, reason or "it could not be fetched")
        return place

    def _intact(self, sha256: str) -> Path | None:
        """The archived file, if it has exactly the recorded bytes. Raises StorageError."""
        place = video_finder(self.project, self.archive)(sha256)
        return place if self.archive.problem_with(sha256) is None else None

    def _recorded(self, sha256: str) -> tuple["Take", int]:
        """The take that has an output with this hash, and which one it is, from 0."""
        for take in takes_by_id(ledger.lockfile for ledger in self.ledgers).values():
            for number, output in enumerate(take.outputs):
                if output.sha256 == sha256:
                    return take, number
        raise NotArchived(f"no lockfile of this run has the video {sha256[:16]}…")


def _gone(reference: Reference, reason: str) -> LtxspecError:
    return NotArchived(
        f"the video of `{reference.source}` is not intact on this machine, and cannot be fetched: {reason}",
        hint=f"`ltxspec archive pull '{reference.source}'`, or restore it from another machine's archive",
    )


def _limits(project: ProjectContext, request: Request, reference: Reference) -> "PictureLimits":
    """What the model accepts in the place of a reference."""
    from ltxspec.media.frames import PictureLimits

    model = project.catalog.find(str(request.body["model"]))
    limit = MediaUse(model, request.body, reference.path, reference.name).limit if model is not None else None
    if limit is None:
        return PictureLimits()
    formats: Sequence[str] = [name.lower() for name in limit.formats] or PictureLimits().formats
    usable = tuple(name for name in formats if name in PictureLimits().formats)
    if not usable:
        raise MediaError(f"no frame can be saved as {', '.join(limit.formats)}")
    return PictureLimits(usable, limit.max_bytes)
