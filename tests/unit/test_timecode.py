"""Time codes and the rates that editing programs know."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.timecode import RATES, frames_in, known_rate, rate_text, timecode, timeline_rate

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(25, 25), (24.0, 24), (29.97, NTSC), (23.98, Fraction(24000, 1001)), (23.976, Fraction(24000, 1001)), (12, None),
     (24.99, None)],
)  # fmt: skip
def test_rates_that_were_rounded_are_known_again(fps: float, rate: Fraction | None) -> None:
    assert known_rate(fps) == rate


@pytest.mark.parametrize(
    ("fps", "rate"),
    [(12, 24), (15, 30), (1000, 60), (27.4, NTSC), (24.3, 24), (24.99, 25), (23.98, Fraction(24000, 1001))],
)
def test_a_timeline_has_a_known_rate_that_shows_the_whole_clip(fps: float, rate: Fraction) -> None:
    assert timeline_rate(fps) == rate


@pytest.mark.parametrize(
    ("frame", "rate", "text"),
    [(0, Fraction(25), "00:00:00:00"), (25 * 3600, Fraction(25), "01:00:00:00"), (49, Fraction(24), "00:00:02:01"),
     (1800, NTSC, "00:01:00:00")],
)  # fmt: skip
def test_time_codes_count_frames_without_drop(frame: int, rate: Fraction, text: str) -> None:
    assert timecode(frame, rate) == text


@given(st.integers(0, 10**7), st.sampled_from(RATES))
def test_time_codes_grow_with_their_frames(frame: int, rate: Fraction) -> None:
    assert timecode(frame, rate) < timecode(frame + 1, rate) or frame > 100 * 3600 * 23


@given(st.integers(1, 10_000), st.sampled_from(RATES), st.sampled_from(RATES))
def test_a_clip_never_fills_more_than_it_has(frames: int, own: Fraction, rate: Fraction) -> None:
    seconds = frames / own
    filled = frames_in(seconds, rate)
    assert filled == 1 or filled / rate <= seconds + Fraction(1, 100) / rate
    assert (filled + 1) / rate > seconds
    assert frames_in(seconds, own) == frames


def test_rates_are_written_short() -> None:
    assert [rate_text(rate) for rate in RATES] == [
        "23.976", "24", "25", "29.97", "30", "47.952", "48", "50", "59.94", "60",
    ]  # fmt: skip
