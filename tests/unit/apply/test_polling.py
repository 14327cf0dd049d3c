import asyncio
from collections.abc import Callable, Mapping, Sequence

import pytest
from builders import task
from fakes import FakeClock, FakeProvider

from ltxspec.apply import polling
from ltxspec.apply.polling import Poller
from ltxspec.apply.ports import Order, TaskReport, TaskState
from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.values import TaskId


class Counting(FakeProvider):
    """Notes which tasks each look asked for, and when."""

    def __init__(self, clock: FakeClock, **more: object) -> None:
        super().__init__(**more)  # type: ignore[arg-type]  # fields by name
        self.clock = clock
        self.asked: list[tuple[float, int]] = []
        self.errors: list[Exception] = []

    async def poll(self, tasks: Sequence[Order]) -> Mapping[TaskId, TaskReport]:
        self.asked.append((self.clock.seconds, len(tasks)))
        if self.errors:
            raise self.errors.pop(0)
        return await super().poll(tasks)


def order(number: int = 1) -> Order:
    return Order(task(number), {})


def watch(
    provider: Counting, *orders: Order, seconds: float = 100, until: Callable[[TaskReport], bool] = lambda _: False
) -> list[TaskReport | None]:
    async def run() -> list[TaskReport | None]:
        async with Poller(provider, provider.clock, interval=2.0, longest=15.0) as poller:
            watching = [poller.watch(item, seconds, lambda _: None, until=until) for item in orders]
            return list(await asyncio.gather(*watching))

    return asyncio.run(run())


def accepted(provider: Counting, *orders: Order) -> Counting:
    provider.charges = {item.task_id: 1 for item in orders}
    return provider


def test_waits_grow_up_to_the_longest() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=8), order())
    watch(provider, order(), seconds=1000)
    moments = [moment for moment, _ in provider.asked]
    waits = [round(later - earlier, 2) for earlier, later in zip([0.0, *moments], moments, strict=False)]
    assert waits[:6] == [2.0, 2.0, 3.0, 4.5, 6.75, 10.12]
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
    assert provider.clock.seconds == pytest.approx(10)


def test_even_no_time_at_all_is_one_look() -> None:
    provider = accepted(Counting(FakeClock()), order())
    (report,) = watch(provider, order(), seconds=0)
    assert report is not None
    assert report.state is TaskState.SUCCEEDED


def test_a_failed_look_says_nothing_and_is_repeated() -> None:
    provider = accepted(Counting(FakeClock()), order())
    provider.errors = [ProviderUnavailable("no answer"), ProviderUnavailable("slow down", retry_after=30)]
    (report,) = watch(provider, order())
    assert report is not None
    assert report.state is TaskState.SUCCEEDED
    assert provider.clock.seconds >= 30


def test_when_no_look_succeeds_there_is_no_report() -> None:
    provider = Counting(FakeClock())
    provider.errors = [ProviderUnavailable("no answer") for _ in range(99)]
    assert watch(provider, order(), seconds=20) == [None]


def test_a_bad_key_ends_every_watch() -> None:
    provider = Counting(FakeClock())
    provider.errors = [ProviderRefused("bad key", provider_code="invalidApiKey", whole_run=True)]
    with pytest.raises(ProviderRefused):
        watch(provider, order())


def test_a_sign_of_life_is_enough_when_that_is_asked() -> None:
    provider = accepted(Counting(FakeClock(), polls_needed=9), order())
    (report,) = watch(provider, order(), until=lambda report: report.exists)
    assert report is not None
    assert report.state is TaskState.RUNNING
    assert len(provider.asked) == 1


def test_a_service_that_hangs_does_not_keep_anybody_beyond_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(Counting):
        async def poll(self, tasks: Sequence[Order]) -> Mapping[TaskId, TaskReport]:
            self.asked.append((self.clock.seconds, len(tasks)))
            await asyncio.Event().wait()
            raise AssertionError("unreachable")

    monkeypatch.setattr(polling, "_LEAST_PATIENCE", 0.01)
    provider = Hanging(FakeClock())
    assert watch(provider, order(), seconds=0) == [None]
    assert len(provider.asked) == 1
