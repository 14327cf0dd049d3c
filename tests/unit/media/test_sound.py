from array import array
from fractions import Fraction

import pytest

from ltxspec.media.sound import SAMPLE_RATE, pad


def samples(key: str, seconds: Fraction) -> "array[int]":
    values = array("h")
    values.frombytes(pad(key, seconds))
    return values


@pytest.mark.parametrize("seconds", [Fraction(0), Fraction(1, 25), Fraction(1), Fraction(8), Fraction(1201, 1000)])
def test_sound_is_exactly_as_long_as_asked(seconds: Fraction) -> None:
    assert len(samples("x", seconds)) == int(seconds * SAMPLE_RATE)


def test_sound_is_soft_and_fades_in_and_out() -> None:
    values = samples("rain", Fraction(3))
    loudest = max(map(abs, values))
    assert 300 < loudest < 32767 // 6
    assert values[0] == values[-1] == 0
    assert max(map(abs, values[:500])) < loudest / 5


def test_prompts_sound_different_and_always_the_same() -> None:
    assert len({pad(f"prompt {number}", Fraction(1)) for number in range(20)}) > 3
    assert pad("rain", Fraction(1)) == pad("rain", Fraction(1))
