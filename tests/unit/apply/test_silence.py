from fakes import FakeClock

from ltxspec.apply.silence import Silence


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
