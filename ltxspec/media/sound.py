"""A soft chord for animatics with audio: audible enough to prove the track, quiet enough not to disturb."""

import hashlib
import math
from array import array
from fractions import Fraction
from functools import lru_cache

SAMPLE_RATE = 48_000  # a rate that both AAC and Opus accept
_LOUDNESS = 0.05  # of full scale, about -26 dB
_FADE = SAMPLE_RATE // 2
_ROOTS = (110, 123, 131, 147, 165, 175, 196)  # Hz, integers, so that one second loops without a click


def pad(key: str, seconds: Fraction) -> bytes:
    """16-bit mono samples of a chord selected by `key`, fading in and out, `seconds` long.

    One second is computed and repeated: every partial is a whole number of hertz.
    """
    digest = hashlib.sha256(key.encode()).digest()
    return _faded(_ROOTS[digest[0] % len(_ROOTS)], int(seconds * SAMPLE_RATE))


@lru_cache(maxsize=8)  # shots are often of one length
def _faded(root: int, count: int) -> bytes:
    samples = array("h", (_one_second(root) * (count // SAMPLE_RATE + 1))[:count])
    fade = min(_FADE, count // 2)
    for index in range(fade):
        samples[index] = samples[index] * index // fade
        samples[-1 - index] = samples[-1 - index] * index // fade
    return samples.tobytes()


@lru_cache(maxsize=len(_ROOTS))
def _one_second(root: int) -> "array[int]":
    turn, sin = 2 * math.pi / SAMPLE_RATE, math.sin
    one, fifth, octave, tenth = (turn * part for part in (root, root * 3 // 2, root * 2, root * 2 + root // 2))
    scale = _LOUDNESS * 32767
    return array(
        "h",
        [
            int(
                scale
                * (0.8 + 0.2 * sin(turn * t))
                * (sin(one * t) + 0.6 * sin(fifth * t) + 0.45 * sin(octave * t) + 0.25 * sin(tenth * t))
            )
            for t in range(SAMPLE_RATE)
        ],
    )
