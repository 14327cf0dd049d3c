"""The relay between shards and driver, and how a spread run ends. With Ray itself: `acceptance/test_ray.py`."""

import asyncio

import pytest

from ltxspec.engines import ray
from ltxspec.engines.ray import Relay


@pytest.fixture(autouse=True)
def _short_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "_LONGEST_LOOK", 0.01)


def test_a_question_is_passed_on_until_it_is_answered() -> None:
    async def talk() -> None:
        relay = Relay()
        asked = [asyncio.create_task(relay.ask(text)) for text in (b"one", b"two")]
        await asyncio.sleep(0)
        first = await relay.exchange([])
        assert [text for _, text in first] == [b"one", b"two"]
        assert await relay.exchange([]) == first  # the driver did not get it: it asks again
        (number, _), rest = first[0], first[1:]
        assert await relay.exchange([(number, b"answer")]) == rest
        assert await asked[0] == b"answer"
        await relay.exchange([(rest[0][0], b"other"), (7, b"of a relay before this one")])
        assert await asked[1] == b"other"

    asyncio.run(asyncio.wait_for(talk(), 10))


def test_two_relays_do_not_take_each_others_answers() -> None:
    async def numbers() -> set[int]:
        found = set()
        for relay in (Relay(), Relay()):
            asking = asyncio.create_task(relay.ask(b"one"))
            await asyncio.sleep(0)
            ((number, _),) = await relay.exchange([])
            found.add(number)
            await relay.exchange([(number, b"")])
            await asking
        return found

    assert len(asyncio.run(numbers())) == 2
