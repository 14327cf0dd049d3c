import pytest
from fakes import FakeClock

from ltxspec.apply.checkpoints import Checkpoints


def writes(shots: int, seconds: float = 0.0) -> list[int]:
    """How many takes each write has, in a run of so many shots that end so many seconds apart."""
    clock = FakeClock()
    checkpoints, found = Checkpoints(clock), []
    for recorded in range(1, shots + 1):
        clock.seconds += seconds
        if checkpoints.is_due(recorded):
            found.append(recorded)
            checkpoints.written()
    return found


def test_few_takes_are_written_one_by_one() -> None:
    assert writes(20)[:17] == [*range(1, 17), 18]


@pytest.mark.parametrize("shots", [100, 1000, 10_000])
def test_all_writes_together_are_a_small_multiple_of_the_last_one(shots: int) -> None:
    assert 10 * shots < sum(writes(shots)) < 18 * shots
    assert shots - writes(shots)[-1] <= shots / 16


def test_slow_renders_are_written_more_often_and_never_faster_than_the_pace() -> None:
    slow = writes(2000, seconds=1.0)
    assert len(slow) > len(writes(2000))
    assert sum(slow) < 18 * 2000 + 2000 * 1.0 * 100
    assert 2000 - slow[-1] <= 21  # 2000 takes are written again after 20 s


def test_an_order_that_follows_from_a_take_waits_for_a_bounded_time() -> None:
    clock = FakeClock()
    checkpoints = Checkpoints(clock)
    assert checkpoints.pause(5000) == 5.0
    clock.seconds = 6.0
    assert checkpoints.pause(5000) == -1.0
    checkpoints.written()
    assert checkpoints.pause(1000) == 1.0
