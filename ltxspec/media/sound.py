"""A soft chord for animatics with audio: audible enough to prove the track, quiet enough not to disturb."""

import hashlib
import math
from array import array
from fractions import Fraction

SAMPLE_RATE = 48_000  # a rate that both AAC and Opus accept
_LOUDNESS = 0.05  # of full scale, about -26 dB
_FADE = SAMPLE_RATE // 2
_ROOTS = (110, 123, 131, 147, 165, 175, 196)  # Hz, integers, so that one second loops without a click


def pad(key: str, seconds: Fraction) -> bytes:
    """16-bit mono samples of a chord selected by `key`, fading in and out, `seconds` long.

    One second is computed and repeated: every partial is a whole number of hertz.
    """
    count = int(seconds * SAMPLE_RATE)
    second = _one_second(key)
    samples = array("h", (second * (count // SAMPLE_RATE + 1))[:count])
    fade = min(_FADE, count // 2)
    for index in range(fade):
        samples[index] = samples[index] * index // fade
        samples[-1 - index] = samples[-1 - index] * index // fade
    return samples.tobytes()


def _one_second(key: str) -> "array[int]":
    digest = hashlib.sha256(key.encode()).digest()
    root = _ROOTS[digest[0] % len(_ROOTS)]
    partials = ((root, 1.0), (root * 3 // 2, 0.6), (root * 2, 0.45), (root * 2 + root // 2, 0.25))
    scale = _LOUDNESS * 32767
    turn = 2 * math.pi / SAMPLE_RATE
    return array(
        "h",
        (
            int(scale * (0.8 + 0.2 * math.sin(turn * t)) * sum(a * math.sin(turn * f * t) for f, a in partials))
            for t in range(SAMPLE_RATE)
        ),
    )
