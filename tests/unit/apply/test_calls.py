import math
from collections.abc import Collection

from ltxspec.apply.calls import Calls
from ltxspec.values import TaskId

A, B = TaskId("a"), TaskId("b")


class FakeHints:
    """`ltxspec.apply.calls.Hints` in memory."""

    pause = 60.0

    def __init__(self, *, listening: bool = True) -> None:
        self.listening = listening
        self.noted: set[TaskId] = set()

    def expected(self) -> bool:
        return self.listening

    def take(self, tasks: Collection[TaskId]) -> Collection[TaskId]:
        found = self.noted & set(tasks)
        self.noted -= found
        return found


def test_where_nothing_listens_there_is_nothing_to_wait_for() -> None:
    calls = Calls(None, apart=2)
    assert (calls.take([A]), calls.relied_on, calls.pause, calls.heed) == ((), False, 0.0, math.inf)


def test_calls_are_relied_on_while_something_listens() -> None:
    hints = FakeHints()
    calls = Calls(hints, apart=2)
    assert not calls.relied_on, "not before it was asked"
    assert (calls.take([A]), calls.relied_on) == (set(), True)
    hints.listening = False
    calls.take([A])
    assert not calls.relied_on


def test_only_calls_about_own_tasks_are_taken_and_each_once() -> None:
    hints = FakeHints()
    hints.noted = {A, B}
    calls = Calls(hints, apart=2)
    assert (calls.take([A]), calls.take([A]), hints.noted) == ({A}, set(), {B})


def test_after_a_missed_call_nothing_is_relied_on_until_the_next_one() -> None:
    hints = FakeHints()
    calls = Calls(hints, apart=2)
    calls.missed()
    calls.take([A])
    assert not calls.relied_on
    hints.noted = {A}
    calls.take([A])
    assert calls.relied_on


def test_looks_because_of_calls_are_kept_apart() -> None:
    calls = Calls(FakeHints(), apart=2)
    assert calls.next_look == -math.inf, "the first call is followed at once"
    calls.looking(10.0, called=False)
    assert calls.next_look == -math.inf
    calls.looking(10.0, called=True)
    assert calls.next_look == 12.0
