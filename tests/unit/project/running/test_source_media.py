import asyncio
import io
from hashlib import sha256
from pathlib import Path

import pytest
from builders import change, lockfile, output, record, take
from fakes import FakeClock, FakeProvider, MemoryState
from msgspec.structs import replace as with_fields
from PIL import Image
from unit.media.test_animatic import animatic
from unit.plan.chains import follows
from unit.project.projects import project

from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia, RenderOrder, Sink, TaskReport, TaskState
from ltxspec.errors import ProviderUnavailable
from ltxspec.lock.models import Output, Take
from ltxspec.plan.actions import Action, Change
from ltxspec.project.adapters import open_archive
from ltxspec.project.running.source_media import SourceVideos
from ltxspec.project.take_video import NotArchived


class Uploads(FakeProvider):
    """Keeps what is uploaded."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[LocalMedia] = []

    async def upload(self, media: LocalMedia) -> str:
        self.kept.append(media)
        return await super().upload(media)


def ordered(hash_of_source: str) -> Change:
    street = follows("street", "alley").beginning_with([hash_of_source])
    street.body["model"] = "lightricks:2@0"  # type: ignore[index]  # a dict
    return change(Action.CREATE, street)


def videos(folder: Path, taken: Take) -> SourceVideos:
    opened = project(folder, lockfile(alley=record(taken)))
    state = MemoryState(lockfile(alley=record(taken)))
    ledger = Ledger("night", state, FakeClock(), {"alley"})
    return SourceVideos(opened, open_archive(opened), FakeClock(), [ledger])


def archived(folder: Path) -> tuple[SourceVideos, str]:
    """A project with a video in its archive."""
    data = animatic(folder).read_bytes()
    digest = sha256(data).hexdigest()
    found = videos(folder, with_fields(take(), outputs=(with_fields(output(), sha256=digest, bytes=len(data)),)))
    target = folder / ".ltxspec" / "archive" / digest[:2] / f"{digest}.mp4"
    target.parent.mkdir(parents=True)
    target.write_bytes(data)
    return found, digest


def test_the_frame_is_cut_stored_under_its_hash_and_uploaded(tmp_path: Path) -> None:
    found, digest = archived(tmp_path)
    provider = Uploads()
    ids = asyncio.run(found(ordered(digest), provider))
    (media,) = provider.kept
    assert ids == {("image",): f"media-{media.sha256[-8:]}"}
    assert Image.open(io.BytesIO(media.content)).format == "PNG"
    (kept,) = (tmp_path / ".ltxspec" / "archive" / "frames").iterdir()
    assert kept.name == f"{sha256(media.content).hexdigest()}.png"
    assert kept.read_bytes() == media.content
    assert media.name == "alley-last.png"


def test_a_video_that_is_gone_everywhere_is_named(tmp_path: Path) -> None:
    gone = with_fields(output(), sha256="ab" * 32)
    found, provider = videos(tmp_path, with_fields(take(), outputs=(gone,))), Uploads()
    provider.downloads_fail = True
    with pytest.raises(
        NotArchived, match=r"the video of `night.alley` is not intact on this machine, and cannot be fetched"
    ):
        asyncio.run(found(ordered("ab" * 32), provider))
    assert not provider.kept


def test_a_video_that_no_take_has_is_not_guessed(tmp_path: Path) -> None:
    found, _ = archived(tmp_path)
    with pytest.raises(NotArchived, match="no lockfile of this run"):
        asyncio.run(found(ordered("cd" * 32), Uploads()))


class Moved(Uploads):
    """Has a video at a new address only, and says so when it is asked."""

    def __init__(self, whole: bytes, outputs: tuple[Output, ...]) -> None:
        super().__init__()
        self.whole, self.outputs = whole, outputs
        self.asked: list[str] = []

    def report(self, order: RenderOrder) -> TaskReport:
        return TaskReport(order.task_id, TaskState.SUCCEEDED, self.outputs, exists=True)

    async def download(self, url: str, sink: Sink) -> None:
        self.asked.append(url)
        if "fresh" not in url:
            raise ProviderUnavailable("gone (HTTP 410)")
        sink.write(self.whole)


def test_where_the_address_of_a_lost_video_has_expired_the_provider_is_asked_for_a_fresh_one(tmp_path: Path) -> None:
    whole = animatic(tmp_path).read_bytes()
    digest = sha256(whole).hexdigest()
    lost = with_fields(output(), video_uuid="one", video_url="https://v.example/old-1.mp4", sha256="cd" * 32)
    wanted = with_fields(lost, video_uuid="two", video_url="https://v.example/old-2.mp4", sha256=digest, bytes=9)
    fresh = with_fields(wanted, video_url="https://v.example/fresh-2.mp4")
    found, provider = videos(tmp_path, with_fields(take(), outputs=(lost, wanted))), Moved(whole, (fresh,))
    asyncio.run(found(ordered(digest), provider))
    assert provider.asked == ["https://v.example/old-2.mp4", "https://v.example/fresh-2.mp4"]
    assert len(provider.kept) == 1


def test_a_video_that_has_no_fresh_address_is_gone_and_both_reasons_are_said(tmp_path: Path) -> None:
    expired = with_fields(output(), sha256="ab" * 32)
    found, provider = videos(tmp_path, with_fields(take(), outputs=(expired,))), Moved(b"", (expired,))
    with pytest.raises(NotArchived, match=r"cannot be fetched: gone \(HTTP 410\)"):
        asyncio.run(found(ordered("ab" * 32), provider))
    assert not provider.kept


@pytest.mark.parametrize("data", [b"no video", b""])
def test_a_file_that_changed_since_it_was_archived_is_not_used(tmp_path: Path, data: bytes) -> None:
    found, digest = archived(tmp_path)
    (tmp_path / ".ltxspec" / "archive" / digest[:2] / f"{digest}.mp4").write_bytes(data)
    provider = Uploads()
    with pytest.raises(NotArchived, match="is not intact on this machine"):
        asyncio.run(found(ordered(digest), provider))
    assert not provider.kept


def test_a_file_that_changed_since_it_was_archived_is_fetched_again(tmp_path: Path) -> None:
    found, digest = archived(tmp_path)
    place = tmp_path / ".ltxspec" / "archive" / digest[:2] / f"{digest}.mp4"
    whole = place.read_bytes()
    other = animatic(tmp_path, name="other", prompt="Snow").read_bytes()
    place.write_bytes(other)

    class Delivers(Uploads):
        async def download(self, url: str, sink: Sink) -> None:
            assert url.startswith("https://")
            sink.write(whole)

    provider = Delivers()
    asyncio.run(found(ordered(digest), provider))
    assert place.read_bytes() == whole
    assert len(provider.kept) == 1
