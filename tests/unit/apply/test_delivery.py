import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest
from builders import output, task
from fakes import FakeClock, FakeProvider, MemoryArchive, MemorySink
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.apply.delivery import FetchOutcome, archive_outputs, deliver, former_name, names_of
from ltxspec.apply.ports import Archived, RenderOrder, Sink, TaskReport, TaskState
from ltxspec.errors import MediaError, ProviderUnavailable
from ltxspec.lock.models import Output
from ltxspec.values import TaskId

FRESH = output(home=False)
(NAME,) = names_of(task(), [FRESH])


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

    def has(self, sha256: str) -> bool:
        assert len(sha256) == 64, "a digest"
        return super().has(sha256)

    def finish(self, name: str, recorded: str | None = None) -> Archived:
        if not self.partial[name].data.startswith(b"video"):
            del self.partial[name]
            raise MediaError("not a video")
        return super().finish(name, recorded)


@dataclass
class Bench:
    provider: Server = field(default_factory=Server)
    archive: StrictArchive = field(default_factory=StrictArchive)
    clock: FakeClock = field(default_factory=FakeClock)

    def fetch(self, *outputs: Output) -> tuple[list[Archived | None], str | None]:
        return asyncio.run(archive_outputs(self.provider, self.archive, self.clock, task(), outputs))

    def deliver(self, *outputs: Output, ask: bool = True) -> FetchOutcome:
        return asyncio.run(
            deliver(self.provider, self.archive, self.clock, RenderOrder(task(), {}, 1), outputs, ask=ask)
        )


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


@pytest.mark.parametrize("half", [{"sha256": None}, {"bytes": None}])
def test_what_is_recorded_by_half_is_fetched_again(half: dict[str, None]) -> None:
    bench = Bench()
    (home,), _ = bench.fetch(FRESH)
    assert home is not None
    recorded = replace(FRESH, sha256=home.sha256, bytes=home.bytes)
    assert bench.fetch(replace(recorded, **half)) == ([home], None)
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


def test_a_download_is_named_by_its_task_and_its_video_whatever_the_order_of_results() -> None:
    first, second = output(1, home=False), output(2, home=False)
    names = names_of(task(), [first, second])
    assert names_of(task(), [second, first]) == names[::-1]
    assert all(name.startswith(f"{task()}.0-") for name in names)
    assert set(names).isdisjoint(names_of(task(2), [first, second]))
    same = names_of(task(), [first, first, second, first])
    assert [name.partition("-")[0] for name in (name.removeprefix(f"{task()}.") for name in same)] == list("0102")


@given(st.lists(st.sampled_from(["a", "b", "A", "..", "x/y", None]), max_size=6), st.randoms(use_true_random=False))
def test_every_result_of_every_task_has_a_name_of_its_own_whatever_the_order(
    ids: list[str | None], chance: Random
) -> None:
    outputs = [Output(video_uuid=video, video_url=None if video else "https://videos.example/1.mp4") for video in ids]
    names = names_of(task(), outputs)
    assert len({name.lower() for name in (*names, *names_of(task(2), outputs))}) == 2 * len(outputs)
    chance.shuffle(outputs)
    assert set(names_of(task(), outputs)) == set(names)


def test_a_download_is_named_without_what_is_secret_or_changes_in_an_address() -> None:
    unnamed = replace(FRESH, video_uuid=None, video_url="https://videos.example/1.mp4?X-Signature=secret")
    plain = replace(unnamed, video_url="https://videos.example/1.mp4")
    with_password = replace(unnamed, video_url="https://user:word@videos.example/1.mp4#t=2")
    assert names_of(task(), [unnamed]) == names_of(task(), [plain]) == names_of(task(), [with_password])
    assert former_name(unnamed) == "https://videos.example/1.mp4"
    assert former_name(FRESH) == "video-1"
    assert former_name(Output(video_uuid=None, video_url=None)) == ""


def test_two_tasks_that_report_one_id_keep_their_own_videos() -> None:
    bench = Bench()
    bench.archive.recalled[NAME] = Archived("0" * 64, 5)
    home, _ = asyncio.run(archive_outputs(bench.provider, bench.archive, bench.clock, task(2), [FRESH]))
    assert home != [Archived("0" * 64, 5)]


def test_another_video_than_the_recorded_one_is_refused_however_often_it_comes() -> None:
    bench = Bench(Server(answers=[b"video 2"] * 3))
    recorded = replace(FRESH, sha256="0" * 64, bytes=5)
    assert bench.fetch(recorded) == ([None], "not the video that was recorded")
    bench.archive.recalled[NAME] = Archived("1" * 64, 5)
    bench.provider.answers = [b"video 2"] * 3
    assert bench.fetch(recorded) == ([None], "not the video that was recorded")


GONE = ProviderUnavailable("the address expired")
MOVED = replace(FRESH, video_url="https://videos.example/fresh.mp4")


def found(*outputs: Output) -> dict[TaskId, TaskReport]:
    return {task(): TaskReport(task(), TaskState.SUCCEEDED, outputs, exists=True)}


def test_a_dead_address_is_asked_for_anew_and_the_one_that_worked_is_handed_back() -> None:
    bench = Bench(Server(answers=[GONE], reports=found(MOVED)))
    delivery = bench.deliver(FRESH)
    assert (delivery.reason, None in delivery.archived, delivery.outputs) == (None, False, [MOVED])
    assert bench.provider.asked == [FRESH.video_url, MOVED.video_url]


def test_where_a_fresh_address_is_dead_as_well_its_reason_is_told() -> None:
    bench = Bench(Server(answers=[GONE, ProviderUnavailable("it answers 503")], reports=found(MOVED)))
    assert bench.deliver(FRESH) == FetchOutcome([None], "it answers 503", [FRESH])


def test_a_null_address_is_asked_for_too() -> None:
    bench = Bench(Server(reports=found(MOVED)))
    assert bench.deliver(replace(FRESH, video_url=None)).outputs == [MOVED]


def test_a_partly_fetched_task_is_not_archived() -> None:
    second = output(2, home=False)
    bench = Bench(Server(answers=[GONE, GONE], reports=found(MOVED)))
    delivery = bench.deliver(FRESH, second)
    assert [item is not None for item in delivery.archived] == [True, False]
    assert delivery.reason == "the address expired"
    assert delivery.outputs == [MOVED, second]
    bench = Bench(Server(answers=[GONE, b"video", GONE], reports=found(MOVED)))
    delivery = bench.deliver(FRESH, second)
    assert [item is not None for item in delivery.archived] == [False, True]
    assert (delivery.reason, delivery.outputs) == ("the address expired", [FRESH, second])


def test_without_leave_the_provider_is_not_asked() -> None:
    bench = Bench(Server(answers=[GONE], reports=found(MOVED)))
    assert bench.deliver(FRESH, ask=False).reason == "the address expired"
    assert bench.provider.asked == [FRESH.video_url]


def test_a_provider_that_cannot_be_asked_is_named_beside_the_dead_address() -> None:
    class Mute(Server):
        async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
            raise ProviderUnavailable(f"it answers 503 to {len(tasks)}")

        async def look_up(self, task: RenderOrder) -> TaskReport:
            raise ProviderUnavailable(f"it answers 503 to {task.task_id[:8]}")

    bench = Bench(Mute(answers=[GONE]))
    reason = "the address expired; requesting a fresh address failed: it answers 503 to 00000001"
    assert bench.deliver(FRESH) == FetchOutcome([None], reason, [FRESH])


def test_a_result_without_an_id_keeps_the_address_it_is_known_by() -> None:
    nameless = replace(FRESH, video_uuid=None)
    bench = Bench(Server(answers=[GONE], reports=found(replace(MOVED, video_uuid=None))))
    delivery = bench.deliver(nameless)
    assert (delivery.reason, delivery.outputs) == (None, [nameless])


def test_what_an_earlier_version_archived_under_the_id_alone_is_the_last_resort() -> None:
    bench = Bench()
    bench.archive.recalled["video-1"] = Archived("0" * 64, 5)
    assert bench.deliver(FRESH).archived != [Archived("0" * 64, 5)]
    bench = Bench(Server(answers=[GONE]))
    bench.archive.recalled["video-1"] = Archived("0" * 64, 5)
    assert bench.deliver(FRESH) == FetchOutcome([Archived("0" * 64, 5)], None, [FRESH])
    assert list(bench.archive.recalled) == [NAME]


def test_what_an_earlier_version_left_is_not_taken_where_it_may_be_another_video() -> None:
    bench = Bench(Server(answers=[GONE]))
    bench.archive.recalled["video-1"] = Archived("0" * 64, 5)
    assert bench.deliver(replace(FRESH, sha256="1" * 64, bytes=5)).archived == [None]
    bench = Bench(Server(answers=[GONE, GONE]))
    bench.archive.recalled["video-1"] = Archived("0" * 64, 5)
    assert bench.deliver(FRESH, FRESH).archived == [None, None]
    bench = Bench()
    bench.archive.recalled[""] = Archived("0" * 64, 5)
    assert bench.deliver(Output(video_uuid=None, video_url=None)).archived == [None]
