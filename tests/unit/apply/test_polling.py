import asyncio
import math
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from builders import task
from crash.simulator.clock import Clock as VirtualClock
from crash.simulator.clock import make_virtual
from fakes import FakeClock, FakeProvider

from ltxspec.apply.latencies import Wait
from ltxspec.apply.polling import Poller, Silence
from ltxspec.apply.ports import Clock, RenderOrder, TaskReport, TaskState
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.values import TaskId

T = TypeVar("T")
Ends = list[TaskReport | BaseException | None]

BAD_KEY = ProviderRefused("bad key", provider_code="invalidApiKey", whole_run=True)
BUSY = ProviderUnavailable("it answers 503")


class Counting(FakeProvider):
    """Notes which tasks each look asked for, and how many seconds after the start; `takes` so long to answer."""

    def __init__(self, clock: Clock, *, takes: float = 0, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # fields by name
        self.clock = clock
        self.start = clock.monotonic()
        self.takes = takes
        self.asked: list[tuple[float, int]] = []
        self.errors: list[Exception] = []

    @property
    def seconds(self) -> float:
        return round(self.clock.monotonic() - self.start, 3)

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        self.asked.append((self.seconds, len(tasks)))
        if self.takes:
            await self.clock.sleep(self.takes)
        if self.errors:
            raise self.errors.pop(0)
        return await super().poll(tasks)


def order(number: int = 1) -> RenderOrder:
    return RenderOrder(task(number), {}, 1)


def watch(
    provider: Counting,
    *orders: RenderOrder,
    seconds: float = 100,
    until: Callable[[TaskReport], bool] = lambda _: False,
) -> list[TaskReport | None]:
    async def run() -> list[TaskReport | None]:
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0) as poller:
            watching = [poller.watch(item, seconds, lambda _: None, until=until) for item in orders]
            return list(await asyncio.gather(*watching))

    return asyncio.run(run())


def in_no_time(provider: Counting, story: Callable[[Poller], Coroutine[Any, Any, T]]) -> T:
    """What happens in an event loop whose time passes at once, timeouts included."""

    async def run() -> T:
        assert isinstance(provider.clock, VirtualClock)
        make_virtual(asyncio.get_running_loop(), provider.clock)
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0) as poller:
            return await story(poller)

    return asyncio.run(run())


def begin(
    poller: Poller, of: RenderOrder, seconds: float = 100, told: list[TaskReport] | None = None
) -> "asyncio.Task[TaskReport | None]":
    """A watch that goes on beside the others."""
    on_look = (lambda _: None) if told is None else told.append
    return asyncio.create_task(poller.watch(of, seconds, on_look, until=lambda _: False))


async def ends_of(*watches: "asyncio.Task[TaskReport | None]") -> Ends:
    return list(await asyncio.gather(*watches, return_exceptions=True))


def accepted(provider: Counting, *orders: RenderOrder) -> Counting:
    provider.charges = {item.task_id: 1 for item in orders}
    return provider


def test_waits_grow_up_to_the_longest() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=20), order())
    watch(provider, order(), seconds=1000)
    moments = [moment for moment, _ in provider.asked]
    waits = [round(later - earlier, 2) for earlier, later in zip([0.0, *moments], moments, strict=False)]
    assert waits[:6] == [2.0, 2.0, 2.4, 2.88, 3.46, 4.15]
    assert waits[-1] == 15.0


class Coarse(FakeClock):
    """A clock that counts milliseconds: less than half of one does not pass."""

    asked = 0

    def monotonic(self) -> float:
        self.asked += 1
        assert self.asked < 1000, "no time passes"
        return super().monotonic()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(round(seconds, 3))


def test_a_clock_that_rounds_passes_all_the_same() -> None:
    provider = accepted(Counting(Coarse(), polls_needed=20), order())
    ended = watch(provider, order(), seconds=1000)
    assert ended[0] is not None
    assert ended[0].state is TaskState.SUCCEEDED


class Usual:
    """Each task may be done after some seconds, looked at every second from then on."""

    def __init__(self, clock: Clock, left: Mapping[TaskId, float], usual: float = 20.0) -> None:
        self.clock, self.left, self.usual = clock, left, usual
        self.ends: list[TaskId] = []
        self.on_disk_first: list[TaskId] = []

    def wait(self, task: TaskId) -> Wait | None:
        return Wait(self.left[task], 1.0, self.usual) if task in self.left else None

    def ended(self, task: TaskId) -> None:
        self.ends.append(task)

    async def on_disk(self, task: TaskId) -> None:
        self.on_disk_first.append(task)


def watch_knowing(provider: Counting, known: Usual, *orders: RenderOrder) -> None:
    async def run() -> None:
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0, known=known) as poller:
            await asyncio.gather(*(poller.watch(item, 1000, lambda _: None, until=lambda _: False) for item in orders))

    asyncio.run(run())


def test_a_render_whose_time_is_known_is_looked_at_when_it_may_be_done_and_often_from_then_on() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=4), order())
    known = Usual(provider.clock, {task(): 9.5})
    watch_knowing(provider, known, order())
    assert [moment for moment, _ in provider.asked] == [10, 11, 12, 13]
    assert known.ends == known.on_disk_first == [task()]


def test_a_long_render_still_shows_its_progress() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=4), order())
    watch_knowing(provider, Usual(provider.clock, {task(): 40.0}), order())
    assert [moment for moment, _ in provider.asked] == [15, 30, 40, 41]


def test_renders_that_end_about_the_same_time_share_their_looks() -> None:
    orders = [order(number) for number in range(1, 6)]
    provider = accepted(Counting(FakeClock(), polls_needed=2), *orders)
    watch_knowing(provider, Usual(provider.clock, {item.task_id: 9 + n / 10 for n, item in enumerate(orders)}), *orders)
    assert provider.asked == [(9, 1), (10, 5), (11, 4)]


def test_a_render_that_takes_much_longer_than_usual_is_looked_at_more_and_more_rarely() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=30), order())
    watch_knowing(provider, Usual(provider.clock, {task(): 2.0}, usual=4.0), order())
    moments = [moment for moment, _ in provider.asked]
    waits = [later - earlier for earlier, later in pairwise(moments)]
    assert waits[:3] == [1, 1, 1]
    assert waits == sorted(waits)
    assert waits[-1] == 15.0


def test_a_look_that_failed_for_one_task_only_says_nothing_of_it() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=2), order(1))
    provider.reports = {task(2): TaskReport(task(2), TaskState.RUNNING, heard=False)}
    ended, unheard = watch(provider, order(1), order(2), seconds=30)
    assert ended is not None
    assert ended.state is TaskState.SUCCEEDED
    assert unheard is None, "as when no look succeeded: nothing may be concluded"


def test_tasks_that_are_due_together_are_asked_for_together() -> None:
    orders = [order(number) for number in range(1, 6)]
    provider = accepted(Counting(FakeClock(), polls_needed=2), *orders)
    reports = watch(provider, *orders)
    assert all(report is not None and report.state is TaskState.SUCCEEDED for report in reports)
    assert [count for _, count in provider.asked] == [5, 5]


def test_the_last_report_comes_back_when_the_time_is_over() -> None:
    provider = Counting(FakeClock())
    (report,) = watch(provider, order(), seconds=10)
    assert report is not None
    assert report.state is TaskState.UNKNOWN
    assert provider.seconds == 10


def test_even_no_time_at_all_is_one_look() -> None:
    provider = accepted(Counting(FakeClock()), order())
    (report,) = watch(provider, order(), seconds=0)
    assert report is not None
    assert report.state is TaskState.SUCCEEDED
    assert provider.asked == [(0, 1)]


def test_a_task_that_failed_is_not_looked_at_again() -> None:
    provider = Counting(FakeClock())
    provider.reports = {task(): TaskReport(task(), TaskState.FAILED, exists=True)}
    assert watch(provider, order()) == [provider.reports[task()]]
    assert len(provider.asked) == 1


def test_a_failed_look_says_nothing_and_is_repeated() -> None:
    provider = accepted(Counting(FakeClock()), order())
    provider.errors = [ProviderUnavailable("no answer"), ProviderUnavailable("slow down", retry_after=30)]
    (report,) = watch(provider, order())
    assert report is not None
    assert report.state is TaskState.SUCCEEDED
    assert provider.seconds >= 30


def test_when_no_look_succeeds_there_is_no_report() -> None:
    provider = Counting(FakeClock())
    provider.errors = [ProviderUnavailable("no answer") for _ in range(99)]
    assert watch(provider, order(), seconds=20) == [None]


def test_the_last_trouble_is_known_until_a_look_succeeds() -> None:
    provider = accepted(Counting(VirtualClock()), order())

    async def story(poller: Poller) -> list[str | None]:
        provider.errors = [BUSY]
        await begin(poller, order(), seconds=0)
        troubles = [poller.silence.trouble]
        await begin(poller, order(), seconds=0)
        return [*troubles, poller.silence.trouble]

    assert in_no_time(provider, story) == ["it answers 503", None]


def test_a_bad_key_ends_every_watch() -> None:
    provider = Counting(FakeClock())
    provider.errors = [BAD_KEY]
    with pytest.raises(ProviderRefused):
        watch(provider, order(1), order(2))
    assert len(provider.asked) == 1


def test_a_look_that_is_refused_ends_no_watch_that_it_was_not_for() -> None:
    provider = accepted(Counting(VirtualClock()), order(1), order(2))
    provider.errors = [BAD_KEY]

    async def story(poller: Poller) -> Ends:
        return await ends_of(begin(poller, order(1), 1), begin(poller, order(2)))

    refused, report = in_no_time(provider, story)
    assert refused is BAD_KEY
    assert isinstance(report, TaskReport)
    assert report.state is TaskState.SUCCEEDED


def test_a_bug_in_a_look_is_raised_by_every_watch_and_by_those_that_come_later() -> None:
    provider = accepted(Counting(VirtualClock()), order(1), order(2))
    bug = KeyError("a bug")
    provider.errors = [bug]

    async def story(poller: Poller) -> Ends:
        both = await ends_of(begin(poller, order(1), 1), begin(poller, order(2)))
        return both + await ends_of(begin(poller, order(3)))

    assert in_no_time(provider, story) == [bug, bug, bug]


def test_when_it_is_left_nothing_goes_on_and_nobody_waits_for_nothing() -> None:
    clock = VirtualClock()
    provider = Counting(clock)

    async def run() -> tuple[int, Ends]:
        make_virtual(asyncio.get_running_loop(), clock)
        async with Poller(provider, clock, interval=2.0, longest=15.0) as poller:
            waits = begin(poller, order())
            await clock.sleep(1)
            begun = begin(poller, order(2))
            await clock.sleep(0.5)
        return len(asyncio.all_tasks() - {waits, begun}), await ends_of(waits, begun)

    tasks, ends = asyncio.run(run())
    assert tasks == 1, "the test itself"
    assert [type(end) for end in ends] == [asyncio.CancelledError, asyncio.CancelledError]
    assert provider.asked == []


def test_each_task_is_looked_at_when_it_is_due() -> None:
    provider = Counting(VirtualClock())

    async def story(poller: Poller) -> None:
        await asyncio.gather(begin(poller, order(1), 3), begin(poller, order(2), 1))

    in_no_time(provider, story)
    assert provider.asked == [(1, 1), (2, 1), (3, 1)]


def test_a_watch_that_begins_during_a_pause_does_not_wait_for_its_end() -> None:
    provider = Counting(VirtualClock())

    async def story(poller: Poller) -> None:
        first = begin(poller, order(1), 2)
        await provider.clock.sleep(0.5)
        await begin(poller, order(2), 1)
        await first

    in_no_time(provider, story)
    assert provider.asked == [(1.5, 1), (2, 1)]


@pytest.mark.parametrize("answer", [None, BUSY, BAD_KEY])
def test_a_watch_that_was_given_up_is_told_nothing_and_harms_no_other(answer: Exception | None) -> None:
    provider = accepted(Counting(VirtualClock(), takes=10), order(1), order(2))
    provider.errors = [answer] if answer else []
    told: list[TaskReport] = []

    async def story(poller: Poller) -> TaskReport | BaseException | None:
        given_up, other = begin(poller, order(1), 3, told), begin(poller, order(2))
        await provider.clock.sleep(5)
        given_up.cancel()
        _, report = await ends_of(given_up, other)
        return report

    report = in_no_time(provider, story)
    assert report is BAD_KEY if answer is BAD_KEY else isinstance(report, TaskReport)
    assert (told, provider.asked[0]) == ([], (2, 2))
    assert [count for _, count in provider.asked[1:]] == ([1] if answer is BUSY else [])


def test_a_sign_of_life_is_enough_when_that_is_asked() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=9), order())
    (report,) = watch(provider, order(), until=lambda report: report.exists)
    assert report is not None
    assert report.state is TaskState.RUNNING
    assert len(provider.asked) == 1


class Hanging(Counting):
    """Never answers."""

    async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        self.asked.append((self.seconds, len(tasks)))
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


@pytest.mark.parametrize(
    ("seconds", "asked", "until"),
    [(0, [(0, 1)], 10), (100, [(2, 1)], 100), (5, [(2, 1)], 12)],  # a look may always take ten seconds
)
def test_a_service_that_hangs_does_not_keep_anybody_beyond_the_watch(
    seconds: float, asked: list[tuple[float, int]], until: float
) -> None:
    provider = Hanging(VirtualClock())

    async def story(poller: Poller) -> str | None:
        assert await begin(poller, order(), seconds) is None
        return poller.silence.trouble

    assert in_no_time(provider, story) == "the service did not answer in time"
    assert (provider.asked, provider.seconds) == (asked, until)


def test_a_slow_service_may_take_as_long_as_the_longest_watch_of_a_look() -> None:
    provider = accepted(Counting(VirtualClock(), takes=60), order(1), order(2))

    async def story(poller: Poller) -> list[TaskReport | None]:
        return list(await asyncio.gather(begin(poller, order(1), 50), begin(poller, order(2), 100)))

    reports = in_no_time(provider, story)
    assert [report is not None and report.state for report in reports] == [TaskState.SUCCEEDED] * 2
    assert provider.asked == [(2, 2)]


def test_a_silent_service_is_told_at_once_and_then_at_growing_intervals() -> None:
    clock, told = FakeClock(), list[float]()
    silence = Silence(clock, lambda _: told.append(clock.seconds))
    for _ in range(200):
        silence.failed("nothing answers")
        clock.seconds += 5
    assert told == [0.0, 30.0, 90.0, 210.0, 450.0, 930.0]


def test_the_reason_is_named_and_is_news_again_after_an_answer() -> None:
    told: list[str] = []
    silence = Silence(FakeClock(), told.append)
    for _ in range(2):
        silence.failed("nothing answers at `http://127.0.0.1:9`")
        silence.failed("nothing answers at `http://127.0.0.1:9`")
        silence.answered()
    assert silence.trouble is None
    assert told == ["nothing answers at `http://127.0.0.1:9`; trying again"] * 2


def test_a_remark_is_passed_on_even_if_the_look_says_nothing_else() -> None:
    """Waiting goes on; the reader learns why it takes so long."""

    class Remarking(Counting):
        async def poll(self, tasks: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
            await super().poll(tasks)
            first = len(self.asked) == 1
            return {
                item.task_id: TaskReport(item.task_id, TaskState.RUNNING, heard=False, remark="rejected the image")
                if first
                else TaskReport(item.task_id, TaskState.FAILED)
                for item in tasks
            }

    heard: list[str | None] = []

    async def run() -> TaskReport | None:
        provider = Remarking(FakeClock())
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0) as poller:
            return await poller.watch(order(), 100, lambda report: heard.append(report.remark), until=lambda _: False)

    end = asyncio.run(run())
    assert end is not None
    assert end.state is TaskState.FAILED
    assert heard == ["rejected the image", None]


class Hints:
    """Calls at certain moments: task -> seconds after the start."""

    pause = 60.0

    def __init__(self, clock: Clock, *, until: float = 1e9, **calls: float) -> None:
        self.clock, self.start, self.until = clock, clock.monotonic(), until
        self.calls = {task(int(name[1:])): moment for name, moment in calls.items()}

    def expected(self) -> bool:
        return self.clock.monotonic() - self.start < self.until

    def take(self, tasks: Collection[TaskId]) -> Collection[TaskId]:
        now = self.clock.monotonic() - self.start
        return [one for one in tasks if self.calls.get(one, math.inf) <= now and self.calls.pop(one)]


def called(provider: Counting, hints: Hints, *orders: RenderOrder, accepted: bool = True) -> list[TaskReport | None]:
    async def run() -> list[TaskReport | None]:
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0, hints=hints) as poller:
            watching = [
                poller.watch(item, 1000, lambda _: None, until=lambda _: False, accepted=accepted) for item in orders
            ]
            return list(await asyncio.gather(*watching))

    return asyncio.run(run())


def test_a_task_is_looked_at_when_it_is_called_about_and_not_before() -> None:
    provider = accepted(Counting(FakeClock()), order(1), order(2))
    reports = called(provider, Hints(provider.clock, _1=20, _2=30), order(1), order(2))
    assert [report is not None and report.state for report in reports] == [TaskState.SUCCEEDED] * 2
    assert provider.asked == [(20.0, 1), (30.0, 1)]


def test_calls_that_come_together_cause_one_look_and_later_ones_wait_for_the_interval() -> None:
    orders = [order(number) for number in (1, 2, 3)]
    provider = accepted(Counting(FakeClock()), *orders)
    called(provider, Hints(provider.clock, _1=20, _2=20, _3=20.5), *orders)
    assert provider.asked == [(20.0, 2), (22.0, 1)]


def test_without_a_call_a_task_is_looked_at_rarely_and_then_as_if_there_were_no_calls() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=1), order(1))
    provider2 = order(2)
    provider.charges[provider2.task_id] = 1
    provider.reports = {provider2.task_id: TaskReport(provider2.task_id, TaskState.RUNNING, exists=True)}

    async def run() -> None:
        hints = Hints(provider.clock)
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0, hints=hints) as poller:
            watching = [
                poller.watch(item, 90, lambda _: None, until=lambda _: False, accepted=True)
                for item in (order(1), provider2)
            ]
            await asyncio.gather(*watching)

    asyncio.run(run())
    assert provider.asked[0] == (60.0, 2), "the end of the first was found without a call"
    assert [count for _, count in provider.asked[1:]] == [1] * len(provider.asked[1:])
    assert [moment for moment, _ in provider.asked[1:3]] == [62.0, 64.4]


def test_a_call_that_comes_too_early_is_followed_by_the_usual_looks() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=3), order())
    called(provider, Hints(provider.clock, _1=20), order())
    assert provider.asked == [(20.0, 1), (22.0, 1), (24.4, 1)]


def test_a_listener_that_ends_is_not_waited_for() -> None:
    provider = accepted(Counting(FakeClock()), order())
    called(provider, Hints(provider.clock, until=10), order())
    assert provider.asked == [(10.0, 1)]


def test_an_order_that_may_not_have_arrived_is_looked_at_as_usual() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=2), order())
    called(provider, Hints(provider.clock), order(), accepted=False)
    assert provider.asked == [(2.0, 1), (4.0, 1)]


def test_a_look_because_of_a_call_that_fails_is_repeated() -> None:
    provider = accepted(Counting(FakeClock()), order())
    provider.errors = [BUSY]
    called(provider, Hints(provider.clock, _1=20), order())
    assert provider.asked == [(20.0, 1), (22.0, 1)]
