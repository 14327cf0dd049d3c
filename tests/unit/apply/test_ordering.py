import asyncio
from dataclasses import replace

import pytest
from builders import change, request, task
from fakes import FakeClock, FakeProvider, MemoryState
from unit.apply.stages import stage

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, ShotOutcome
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ordering import Order, guarded, look_first, run_all
from ltxspec.errors import StorageError
from ltxspec.values import ShotAddress

ALLEY = ShotAddress("night", "alley")


def ledger() -> Ledger:
    return Ledger("night", MemoryState(), FakeClock(), {"alley"})


def test_a_look_leaves_out_tasks_that_are_not_known_yet() -> None:
    class Asked(FakeProvider):
        async def poll(self, tasks):  # type: ignore[no-untyped-def]  # as in the port
            asked.append([order.task_id for order in tasks])
            return await super().poll(tasks)

    asked: list[list[str]] = []
    later = Order(replace(change(wanted=request("later")), task_id=None), ledger(), consent=False)
    known = Order(change(), ledger(), consent=False)
    asyncio.run(look_first([later, known], stage(Asked())))
    assert asked == [[task(1)]]
    asyncio.run(look_first([later], stage(Asked())))
    assert asked == [[task(1)]]


def test_an_error_of_one_shot_stops_further_orders_and_nothing_else() -> None:
    async def full() -> ShotOutcome:
        raise StorageError("the disk is full")

    events: list[ApplyEvent] = []
    context = stage(emit=events.append)
    outcome = asyncio.run(guarded(full(), ALLEY, task(1), None, context))
    assert outcome.outcome is Outcome.UNRESOLVED
    assert context.stop.asked() == "the disk is full"
    assert [event.kind for event in events] == [EventKind.SHOT_UNRESOLVED]


def test_a_bug_in_one_shot_is_raised_when_all_others_have_ended() -> None:
    ended = []

    async def broken() -> ShotOutcome:
        raise ZeroDivisionError

    async def fine() -> ShotOutcome:
        await asyncio.sleep(0)
        ended.append(1)
        return ShotOutcome(ALLEY, Outcome.RENDERED, task(1))

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run_all([broken(), fine()]))
    assert ended == [1]
    assert len(asyncio.run(run_all([fine()]))) == 1
