import asyncio
from datetime import timedelta

import pytest
from builders import intent, lockfile, record, take, task
from fakes import START, FakeClock, MemoryState
from replacing import replace

from ltxspec.apply.latencies import Latencies
from ltxspec.apply.ledger import Ledger, timestamp
from ltxspec.lock.models import Take


def rendered(number: int, seconds: float, **more: object) -> Take:
    end = timestamp(START + timedelta(seconds=seconds))
    return replace(take(number=number), submitted_at=timestamp(START), finished_at=end, **more)


def latencies(*takes: Take, since: float = 0.0) -> Latencies:
    """What is known of a task that was ordered so many seconds ago, of the same kind as some takes."""
    clock = FakeClock()
    state = MemoryState(lockfile(alley=record(*takes)) if takes else None)
    book = Ledger("night", state, clock, ["alley"])
    book.intend(intent(number=99, at=timestamp(START)))
    clock.seconds = since
    return Latencies([book], clock)


def test_without_a_take_of_its_kind_nothing_is_known() -> None:
    assert latencies().wait(task(99)) is None
    other = {**take().request, "model": "other:1@1"}
    assert latencies(rendered(1, 60, request=other)).wait(task(99)) is None
    assert latencies(rendered(1, 60)).wait(task(98)) is None


def test_the_first_look_comes_shortly_before_the_shortest_usual_time() -> None:
    wait = latencies(*(rendered(number, 50 + number) for number in range(1, 21)), since=10).wait(task(99))
    assert wait is not None
    assert wait.left == pytest.approx(0.9 * 53 - 10, abs=0.01)
    assert (wait.step, wait.usual) == (1.0, 61)


def test_short_renders_have_short_steps_down_to_a_sixteenth_of_a_second() -> None:
    steps = [latencies(rendered(1, seconds)).wait(task(99)) for seconds in (0.5, 6.1, 100)]
    assert [wait.step for wait in steps if wait is not None] == [0.0625, 0.125, 2.0]


def test_failures_and_takes_without_times_teach_nothing() -> None:
    failed = rendered(1, 1, status="failed", outputs=(), code="x", message="y", permanent=False)
    imported = replace(take(number=2), submitted_at=None)
    strange = replace(rendered(3, 1), submitted_at="some day")
    backwards = replace(rendered(4, -5))
    assert latencies(failed, imported, strange, backwards).wait(task(99)) is None


def test_what_ends_now_is_learnt_and_old_times_are_forgotten() -> None:
    known = latencies(*(rendered(number, 60) for number in range(1, 33)), since=20)
    for _ in range(32):
        known.ended(task(99))
    known.ended(task(1))  # not in progress
    wait = known.wait(task(99))
    assert wait is not None
    assert wait.usual == pytest.approx(20, abs=0.01)


def test_what_is_known_of_a_task_is_on_disk_before_it_is_watched() -> None:
    asyncio.run(latencies().on_disk(task(99)))
