import asyncio

import pytest

from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.runware.patience import Patience, Progress, RequestPace, bounded

UPLOAD = bytes(9_500_000)  # an image of 7 MB in base64


def test_a_small_question_is_bounded_as_a_whole() -> None:
    patience = Patience()
    assert patience.for_request(b"[]") < 31
    assert patience.for_question(b"[]") < 121
    assert patience.for_order(b"[]") < 301


def test_a_large_body_gets_the_time_that_a_slow_link_needs() -> None:
    patience, at_100_kb_a_second = Patience(), len(UPLOAD) / 100_000
    assert patience.for_request(UPLOAD) > at_100_kb_a_second + 30
    assert patience.for_question(UPLOAD) > patience.for_request(UPLOAD)
    assert patience.for_question(UPLOAD) < 300


def test_what_takes_too_long_is_given_up() -> None:
    async def run() -> None:
        async with bounded(0.01, "https://a.test"):
            await asyncio.Event().wait()

    with pytest.raises(ProviderUnavailable, match=r"`https://a\.test` did not answer within 0 s"):
        asyncio.run(run())


def test_what_is_cancelled_from_outside_stays_cancelled() -> None:
    async def wait() -> None:
        async with bounded(60, "https://a.test"):
            await asyncio.Event().wait()

    async def run() -> None:
        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(run())


def test_progress_counts_pieces_and_not_bytes() -> None:
    async def run() -> list[bool]:
        progress, moved = Progress(RequestPace(piece=100)), []
        for counts in ([], [99], [50, 50], [1000]):
            async with progress.attempt():
                for count in counts:
                    progress.add(count)
            moved.append(progress.moved)
        return moved

    assert asyncio.run(run()) == [False, False, True, True]


def test_waits_use_up_the_time_without_progress_until_a_piece_comes() -> None:
    async def run() -> list[bool]:
        progress = Progress(RequestPace(piece=100, idle=10.0))
        answers = [progress.allows(6.0)]
        async with progress.attempt():
            progress.add(99)
        answers.append(progress.allows(6.0))
        async with progress.attempt():
            progress.add(100)
        answers += [progress.allows(6.0), progress.allows(6.0)]
        return answers

    assert asyncio.run(run()) == [True, False, True, False]


@pytest.mark.parametrize("pace", [RequestPace(stall=0.02, idle=60.0), RequestPace(stall=60.0, idle=0.02)])
def test_an_attempt_without_a_piece_stalls(pace: RequestPace) -> None:
    async def run() -> Progress:
        progress = Progress(pace)
        with pytest.raises(TimeoutError):
            async with progress.attempt():
                await asyncio.Event().wait()
        return progress

    progress = asyncio.run(run())
    assert progress.allows(0.0) == (pace.idle > 1), "the time of the attempt counts"
