import asyncio
from dataclasses import dataclass, field, replace

import pytest
from builders import output
from fakes import FakeClock, FakeProvider, MemoryArchive, MemorySink

from ltxspec.apply.delivery import bring_home, name_of
from ltxspec.apply.ports import Archived, Sink
from ltxspec.errors import MediaError, ProviderUnavailable
from ltxspec.lock.models import Output

FRESH = output(home=False)
NAME = "video-1"


@dataclass
class Server(FakeProvider):
    """Answers downloads with what a test wants, one after the other; then with a video."""

    answers: list[bytes | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def download(self, url: str, sink: Sink) -> None:
        self.asked.append(url)
        answer = self.answers.pop(0) if self.answers else b"video"
        if isinstance(answer, Exception):
            raise answer
        sink.write(answer)


class StrictArchive(MemoryArchive):
    """Takes a partial file for a video only when it is whole, and puts a broken one aside, as the real one does."""

    def finish(self, name: str) -> Archived:
        if self.partial[name].data != b"video":
            del self.partial[name]
            raise MediaError("not a video")
        return super().finish(name)


@dataclass
class Bench:
    provider: Server = field(default_factory=Server)
    archive: StrictArchive = field(default_factory=StrictArchive)
    clock: FakeClock = field(default_factory=FakeClock)

    def fetch(self, *outputs: Output) -> tuple[list[Archived | None], str | None]:
        return asyncio.run(bring_home(self.provider, self.archive, self.clock, outputs))


def test_a_video_is_downloaded_checked_and_kept() -> None:
    bench = Bench()
    (home,), reason = bench.fetch(FRESH)
    assert home is not None
    assert (reason, bench.archive.home[home.sha256], home.bytes) == (None, b"video", 5)


def test_what_is_home_is_not_asked_for_again() -> None:
    bench = Bench()
    (home,), _ = bench.fetch(FRESH)
    assert home is not None
    recorded = replace(FRESH, sha256=home.sha256, bytes=home.bytes)
    assert bench.fetch(recorded) == ([home], None)
    assert len(bench.provider.asked) == 1
    bench.archive.home.clear()
    assert bench.fetch(recorded) == ([home], None)
    assert len(bench.provider.asked) == 2


def test_what_an_earlier_run_brought_home_and_could_not_write_down_is_taken_over() -> None:
    bench = Bench()
    bench.archive.recalled[NAME] = Archived("0" * 64, 5)
    assert bench.fetch(FRESH) == ([Archived("0" * 64, 5)], None)
    assert bench.provider.asked == []


def test_a_broken_video_is_fetched_again_after_a_pause_and_then_given_up() -> None:
    bench = Bench(Server(answers=[b"bro", b"ken"]))
    (home,), reason = bench.fetch(FRESH)
    assert (home is not None, reason, bench.clock.seconds) == (True, None, 6.0)
    bench = Bench(Server(answers=[b"bro", b"ken", b"still"]))
    assert bench.fetch(FRESH) == ([None], "not a video")
    assert len(bench.provider.asked) == 3


@pytest.mark.parametrize("error", [ProviderUnavailable("it answers 503"), ProviderUnavailable("the address expired")])
def test_a_video_that_cannot_be_had_now_hides_no_other(error: ProviderUnavailable) -> None:
    bench = Bench(Server(answers=[error]))
    second = output(2, home=False)
    (first_home, second_home), reason = bench.fetch(FRESH, second)
    assert (first_home, reason) == (None, error.summary)
    assert second_home is not None


def test_an_address_that_expired_after_the_last_byte_loses_nothing() -> None:
    bench = Bench(Server(answers=[ProviderUnavailable("the address expired")]))
    bench.archive.partial[NAME] = sink = MemorySink()
    sink.write(b"video")
    bench.archive.whole.add(NAME)
    (home,), reason = bench.fetch(FRESH)
    assert (home is not None, reason) == (True, None)


def test_a_result_without_an_address_is_told() -> None:
    assert Bench().fetch(replace(FRESH, video_url=None)) == ([None], "the provider gave no address for the video")


def test_a_download_is_named_without_its_signature() -> None:
    assert name_of(FRESH) == NAME
    unnamed = replace(FRESH, video_uuid=None, video_url="https://videos.example/1.mp4?X-Signature=secret")
    assert name_of(unnamed) == "https://videos.example/1.mp4"
    assert name_of(Output(None, None)) == ""
