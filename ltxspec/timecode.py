"""Time code of films: the frame rates that editing programs know, and frames as `HH:MM:SS:FF`. Pure."""

from fractions import Fraction
from typing import Final

_NTSC: Final = Fraction(1000, 1001)
RATES: Final = (
    *(24 * _NTSC, Fraction(24), Fraction(25), 30 * _NTSC, Fraction(30)),
    *(48 * _NTSC, Fraction(48), Fraction(50), 60 * _NTSC, Fraction(60)),
)
_CLOSE: Final = Fraction(1, 200)  # measured rates are rounded: 23.976, 23.98
_SIMILAR: Final = Fraction(1, 50)  # of a rate
_ALMOST: Final = Fraction(1, 100)  # of a frame, by which a measured length may be short


def known_rate(fps: float | Fraction) -> Fraction | None:
    """The frame rate that editing programs know, for one that is written or measured; None if it is none of them."""
    found = min(RATES, key=lambda rate: abs(rate - Fraction(fps)))
    return found if abs(found - Fraction(fps)) <= _CLOSE else None


def timeline_rate(fps: float | Fraction) -> Fraction:
    """A rate that editing programs know, for a clip of any rate: the nearest if it is close, else one that shows all.

    That is the lowest multiple, else the next higher one, and at most 60.
    """
    wanted = Fraction(fps)
    nearest = min(RATES, key=lambda rate: abs(rate - wanted))
    if abs(nearest - wanted) <= _SIMILAR * wanted:
        return nearest
    higher = [rate for rate in RATES if rate >= wanted]
    multiples = [rate for rate in higher if wanted and (rate / wanted).denominator == 1]
    return (multiples or higher or [RATES[-1]])[0]


def timecode(frame: int, rate: Fraction) -> str:
    """`HH:MM:SS:FF` of a frame, counted without drop frames: 29.97 counts to 30."""
    base = max(1, round(rate))
    seconds, frames = divmod(frame, base)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def frames_in(seconds: Fraction, rate: Fraction) -> int:
    """The whole frames of a timeline that a clip of this length fills, at least one: never more than the clip has."""
    return max(1, int(seconds * rate + _ALMOST))


def rate_text(rate: Fraction) -> str:
    """`25`, `23.976`."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
