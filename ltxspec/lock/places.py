"""Where in a video a note belongs: a moment or a span, and a point or a box on the frame. Pure."""

from math import isfinite
from typing import Annotated, Final, Protocol

from msgspec import Meta

_SLACK: Final = 1e-6  # of sums of fractions such as 0.7 + 0.3
_FEWEST, _MOST = 2, 4

_Fraction = Annotated[float, Meta(ge=0, le=1)]
Point = Annotated[
    tuple[_Fraction, _Fraction], Meta(description="[x, y] on the frame, as fractions of its width and height")
]
Box = Annotated[
    tuple[_Fraction, _Fraction, _Fraction, _Fraction],
    Meta(description="[x, y, width, height] on the frame, as fractions of its width and height"),
]


class Placed(Protocol):
    """Something said about a moment or a span of a video, and about a point or a box of its frames."""

    @property
    def at(self) -> float | None:
        """Seconds from the start; None: the whole video."""

    @property
    def until(self) -> float | None:
        """Seconds from the start, where a span ends."""

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """x, y, width, height, as fractions of the frame."""

    @property
    def point(self) -> tuple[float, float] | None:
        """x, y, as fractions of the frame."""


def place_problem(said: Placed) -> str:
    """What is wrong with a place, as "`until` is before …"; empty if nothing is."""
    at, until = said.at, said.until
    if said.box is not None and said.point is not None:
        return "`box` and `point` are both given; one of them says where"
    for name in ("until", "box", "point"):
        if at is None and getattr(said, name) is not None:
            return f"`{name}` needs `at`, the moment of the frame"
    if at is not None and until is not None and not until > at:
        return f"`until` ({until:g} s) is not after `at` ({at:g} s)"
    return _outside("point", said.point) or _outside("box", said.box)


def place_text(said: Placed) -> str:
    """` at 1.5–2.5 s in the box 0.1,0.2,0.3,0.3`; empty without a moment."""
    if said.at is None:
        return ""
    span = f"{said.at:g}" if said.until is None else f"{said.at:g}–{said.until:g}"
    if said.box is not None:
        return f" at {span} s in the box {_listed(said.box)}"
    return f" at {span} s" + (f" at the point {_listed(said.point)}" if said.point is not None else "")


def place_words(said: Placed) -> str:
    """` at 1.5–2.5 s in the upper left of the frame`: as `place_text`, for people; empty without a moment."""
    if said.at is None:
        return ""
    span = f" at {said.at:g} s" if said.until is None else f" at {said.at:g}–{said.until:g} s"
    if said.box is None and said.point is None:
        return span
    x, y, width, height = said.box or (*(said.point or (0.0, 0.0)), 0.0, 0.0)
    across, down = _third(x + width / 2, "left", "right"), _third(y + height / 2, "upper", "lower")
    where = " ".join(filter(None, (down, across))) or "middle"
    return f"{span} in the {where}{' part' if where in ('upper', 'lower') else ''} of the frame"


def _third(share: float, first: str, last: str) -> str:
    """The name of the outer third that a share is in; empty in the middle."""
    return first if share < 1 / 3 else last if share > 2 / 3 else ""


def _outside(name: str, numbers: tuple[float, ...] | None) -> str:
    """What of a point or a box is not on the frame."""
    if numbers is None:
        return ""
    if not all(isfinite(number) and 0 <= number <= 1 for number in numbers):
        return f"`{name}` has a number that is not from 0 to 1"
    x, y, width, height = (*numbers, 0.0, 0.0)[:_MOST]
    if len(numbers) > _FEWEST and (width <= 0 or height <= 0):
        return f"`{name}` has no size"
    return f"`{name}` reaches beyond the frame" if max(x + width, y + height) > 1 + _SLACK else ""


def _listed(numbers: tuple[float, ...]) -> str:
    return ",".join(f"{number:g}" for number in numbers)
