"""What finished videos are expected to be like: `expect:` of a shot over that of its spec, rendered and checked.

Never part of what is bought: it changes no fingerprint.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from ltxspec.errors import Diagnostic
from ltxspec.render.findings import Findings
from ltxspec.render.parameter_sets import merge
from ltxspec.render.places import Path, Places
from ltxspec.render.texts import FAILED, Scope, TextReading, Texts
from ltxspec.spec.models import Spec, SpecShot
from ltxspec.suggest import shown
from ltxspec.values import Json

T = TypeVar("T")

TOLERANCE: Final = 0.1  # seconds by which the length may differ unless the spec says so
_SIZE = re.compile(r"\s*([1-9][0-9]{0,4})\s*[x×X]\s*([1-9][0-9]{0,4})\s*")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is expected of the videos of one instance; None: nothing in particular. Lengths in seconds."""

    duration: float | None = None
    tolerance: float = TOLERANCE
    fps: float | None = None
    size: tuple[int, int] | None = None
    audio: bool | None = None
    max_black: float | None = None
    max_frozen: float | None = None
    max_silence: float | None = None
    min_loudness: float | None = None  # LUFS
    max_loudness: float | None = None

    def __bool__(self) -> bool:
        """Whether anything is expected."""
        return self is not NONE and self != NONE


class _Unfit(Exception):
    def __init__(self, path: Path, message: str) -> None:
        super().__init__(message)
        self.path = path
        self.message = message


class ExpectationTexts:
    """Renders and checks the expectations of one spec."""

    def __init__(self, spec: Spec, texts: Texts, places: Places, findings: Findings) -> None:
        self._spec = spec
        self._texts = texts
        self._places = places
        self._findings = findings

    def of(self, shot: SpecShot, scope: Scope) -> Expectations | None:
        """The expectations of an instance (all empty if none are written); None if one is wrong, which is reported."""
        if not self._spec.expect and not shot.expect:
            return NONE
        reading = TextReading(lambda path: self._written(shot, path), lambda _, text: _converted(text))
        rendered = self._texts.read(merge(self._spec.expect, shot.expect), scope, reading)
        if rendered is FAILED:
            return None
        try:
            return read_expectations(rendered)
        except _Unfit as problem:
            path = self._written(shot, problem.path)
            where = self._places.value(path)
            diagnostic = Diagnostic("error", "bad-expectation", problem.message, where)
            self._findings.note(diagnostic, scope.instance, shared=path[:1] != ("shots",))
            return None

    def compare(self, shot: SpecShot, scope: Scope, expected: Expectations, body: Mapping[str, Json]) -> None:
        """Warn of what the videos of a request cannot be: each would be paid for, and miss it."""
        for name, message in contradictions(expected, body):
            path = self._written(shot, (name,))
            hint = "correct `expect:`, or what is ordered"
            diagnostic = Diagnostic("warning", "unlikely-expectation", message, self._places.value(path), hint)
            self._findings.note(diagnostic, scope.instance, shared=path[:1] != ("shots",))

    def _written(self, shot: SpecShot, path: Path) -> Path:
        """Where a value is written: in the shot, or at the top of the spec."""
        return ("shots", shot.name, "expect", *path) if _has(shot.expect, path) else ("expect", *path)


NONE: Final = Expectations()


def read_expectations(values: Mapping[str, Json]) -> Expectations:
    """Rendered values as expectations; unknown keys are reported elsewhere. Raises `_Unfit`."""
    given = values.get("loudness")
    loudness = given if isinstance(given, dict) else {}  # another form is reported elsewhere
    found = Expectations(
        duration=_of(values, ("duration",), _positive),
        tolerance=_or(_of(values, ("tolerance",), _not_negative), TOLERANCE),
        fps=_of(values, ("fps",), _positive),
        size=_of(values, ("size",), _size),
        audio=_of(values, ("audio",), _flag),
        max_black=_of(values, ("maxBlackSeconds",), _not_negative),
        max_frozen=_of(values, ("maxFrozenSeconds",), _not_negative),
        max_silence=_of(values, ("maxSilenceSeconds",), _not_negative),
        min_loudness=_of(loudness, ("loudness", "min"), _number),
        max_loudness=_of(loudness, ("loudness", "max"), _number),
    )
    if found.min_loudness is not None and found.max_loudness is not None and found.min_loudness > found.max_loudness:
        raise _Unfit(("loudness",), "`expect.loudness` allows nothing: `min` is greater than `max`")
    return found


def contradictions(expected: Expectations, body: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """What is expected otherwise than it is ordered: the key below `expect:`, and the contradiction in words."""
    length, fps, size = body.get("duration"), body.get("fps"), (body.get("width"), body.get("height"))
    wanted = expected.duration
    if wanted is not None and isinstance(length, int | float) and abs(wanted - length) > expected.tolerance:
        yield "duration", f"{wanted:g} s are expected, and {length:g} s are ordered"
    if expected.fps is not None and isinstance(fps, int | float) and expected.fps != fps:
        yield "fps", f"{expected.fps:g} frames per second are expected, and {fps:g} are ordered"
    if expected.size is not None and all(isinstance(side, int) for side in size) and expected.size != size:
        asked, ordered = ("×".join(map(str, sides)) for sides in (expected.size, size))
        yield "size", f"{asked} are expected, and {ordered} are ordered"


def _of(values: Mapping[str, Json], path: Path, read: Callable[[str, Json], T | None]) -> T | None:
    value = values.get(str(path[-1]))
    if value is None:
        return None
    name = ".".join(("expect", *map(str, path)))
    found = read(name, value)
    if found is None:
        raise _Unfit(path, f"`{name}` must be {_WANTED[read]}, not {_spoken(value)}")
    return found


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _number(_name: str, value: Json) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if is_number else None


def _positive(name: str, value: Json) -> float | None:
    number = _number(name, value)
    return number if number is not None and number > 0 else None


def _not_negative(name: str, value: Json) -> float | None:
    number = _number(name, value)
    return number if number is not None and number >= 0 else None


def _flag(_name: str, value: Json) -> bool | None:
    return value if isinstance(value, bool) else None


def _size(_name: str, value: Json) -> tuple[int, int] | None:
    found = _SIZE.fullmatch(value) if isinstance(value, str) else None
    return (int(found[1]), int(found[2])) if found else None


_WANTED: Mapping[object, str] = {
    _number: "a number",
    _positive: "a number greater than 0",
    _not_negative: "a number of at least 0",
    _flag: "true or false",
    _size: "a width and a height, such as 1920x1080",
}


def _spoken(value: Json) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "a mapping"
    return shown(value)


def _converted(text: str) -> Json:
    """The text that an expression gives, as a number or a truth value if it reads as one: tables hold only text."""
    plain = text.strip()
    if _NUMBER.fullmatch(plain):
        return float(plain) if "." in plain else int(plain)
    return {"true": True, "false": False}.get(plain.lower(), text)


def _has(values: Json, path: Path) -> bool:
    for step in path:
        if not isinstance(values, Mapping) or step not in values:
            return False
        values = values[step]
    return True
