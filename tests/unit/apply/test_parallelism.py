import asyncio

import pytest
from builders import task
from fakes import FakeProvider

from ltxspec.apply.parallelism import Paced, Places
from ltxspec.apply.ports import Acceptance, RenderOrder
from ltxspec.errors import SubmissionUncertain

TOO_MANY = SubmissionUncertain("it answers 429", busy=True)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_there_are_as_many_places_as_were_asked_for_first_come_first_served() -> None:
    async def story() -> list[int]:
        places, inside = Places(2), []

        async def enter(number: int) -> None:
            await places.take(number)
            inside.append(number)

        waiting = [asyncio.ensure_future(enter(number)) for number in range(5)]
        await settled()
        assert inside == [0, 1]
        places.leave(0)
        await settled()
        assert inside == [0, 1, 2]
        places.leave(0)  # it has left already
        await settled()
        assert inside == [0, 1, 2]
        waiting[3].cancel()
        places.leave(1)
        await settled()
        return inside

    assert asyncio.run(story()) == [0, 1, 2, 4]


def test_a_busy_service_gets_half_as_many_and_then_gradually_all_again() -> None:
    said: list[str] = []
    places = Places(64, said.append)
    places.refused(places.cuts)
    assert places.limit == 32
    rounds = 0
    while places.limit < 64:
        for _ in range(places.limit):
            places.accepted()
        rounds += 1
    assert 4 < rounds < 12
    places.accepted()
    assert said == [
        "the service is too busy: at most 32 of 64 orders at a time for now",
        "the service takes orders again: 64 at a time",
    ]


def test_orders_that_were_sent_before_the_last_cut_say_nothing_new() -> None:
    places = Places(64)
    sent = places.cuts
    for _ in range(10):
        places.refused(sent)
    assert places.limit == 32


def test_at_least_one_order_is_always_allowed_and_is_not_reported_again() -> None:
    said: list[str] = []
    places = Places(4, said.append)
    for _ in range(10):
        places.refused(places.cuts)
    assert (places.limit, len(said)) == (1, 2)


def order(number: int) -> RenderOrder:
    return RenderOrder(task(number), {"taskUUID": task(number)}, 1)


@pytest.mark.parametrize(
    ("error", "limit"),
    [(TOO_MANY, 4), (SubmissionUncertain("no answer"), 8)],
    ids=["too many orders", "no answer at all"],
)
def test_only_an_answer_that_says_so_makes_fewer_places(error: SubmissionUncertain, limit: int) -> None:
    def refuse(_provider: FakeProvider, _order: RenderOrder) -> Acceptance:
        raise error

    places = Places(8)
    paced = Paced(FakeProvider(script=[refuse]), places)

    async def story() -> Acceptance:
        with pytest.raises(SubmissionUncertain):
            await paced.submit(order(1))
        assert places.limit == limit
        return await paced.submit(order(2))

    assert asyncio.run(story()) is Acceptance.ACCEPTED
