"""What of a finished video is not as expected, from what was measured of it. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Take
from ltxspec.render.expectations import Expectations
from ltxspec.values import Json

_SAME_RATE: Final = 0.05  # frames per second by which 29.97 may be called 30
_SAME_LENGTH: Final = 0.5  # seconds by which a video may differ from its request without a remark
_HUNDREDTH: Final = 0.0051  # facts are rounded


def unmet(expect: Expectations, facts: VideoFacts | None) -> dict[str, str]:
    """The expectations that a video does not meet: key of `expect:` -> in words. None if nothing was measured."""
    if not expect or facts is None:
        return {}
    return {name: words for name, words in _unmet(expect, facts) if words is not None}


def _unmet(expect: Expectations, facts: VideoFacts) -> Iterator[tuple[str, str | None]]:
    if expect.duration is not None:
        yield "duration", _length(expect.duration, facts.seconds, expect.tolerance)
    if expect.fps is not None:
        yield "fps", _rate(expect.fps, facts.fps)
    if expect.size is not None:
        yield "size", _size(expect.size, facts)
    if expect.audio is not None and expect.audio is not facts.audio:
        yield "audio", "it has audio" if facts.audio else "it has no audio"
    silent = facts.seconds if facts.silent_seconds is None else facts.silent_seconds  # no audio is silence
    yield "maxBlackSeconds", _passage("black", facts.black_seconds, expect.max_black)
    yield "maxFrozenSeconds", _passage("frozen", facts.frozen_seconds, expect.max_frozen)
    yield "maxSilenceSeconds", _passage("silent", silent, expect.max_silence)
    yield "loudness", _loudness(expect, facts)


def _length(wanted: float, seconds: float, tolerance: float) -> str | None:
    is_close = abs(seconds - wanted) <= tolerance + _HUNDREDTH
    return None if is_close else f"it lasts {seconds:g} s instead of {wanted:g} s"


def _rate(wanted: float, fps: float) -> str | None:
    return None if abs(fps - wanted) <= _SAME_RATE else f"it has {fps:g} frames per second instead of {wanted:g}"


def _size(wanted: tuple[int, int], facts: VideoFacts) -> str | None:
    is_same = wanted == (facts.width, facts.height)
    return None if is_same else f"it is {facts.width}x{facts.height} instead of {wanted[0]}x{wanted[1]}"


def _passage(what: str, seconds: float, most: float | None) -> str | None:
    if most is None or seconds <= most + _HUNDREDTH:
        return None
    return f"it is {what} for {seconds:g} s, and {most:g} s is the most"


def _loudness(expect: Expectations, facts: VideoFacts) -> str | None:
    least, most, found = expect.min_loudness, expect.max_loudness, facts.loudness
    if not facts.audio:
        return None if least is None else "it has no audio, so it is too quiet"
    if found is None:
        return None
    if least is not None and found < least:
        return f"its loudness is {found:g} LUFS, and {least:g} is the least"
    return None if most is None or found <= most else f"its loudness is {found:g} LUFS, and {most:g} is the most"


def unmet_by(take: Take, expect: Expectations) -> dict[str, str]:
    """The unmet expectations of a take: those of all its results, each with its number if there are several."""
    found: dict[str, list[str]] = {}
    for number, output in enumerate(take.outputs, start=1):
        for name, words in unmet(expect, output.facts).items():
            found.setdefault(name, []).append(f"result {number}: {words}" if len(take.outputs) > 1 else words)
    return {name: "; ".join(words) for name, words in found.items()}


def differences(request: Mapping[str, Json], facts: VideoFacts) -> dict[str, str]:
    """Where a video differs from what was ordered, as far as the order says: parameter -> in words."""
    found: dict[str, str | None] = {}
    width, height = (_whole(request.get(name)) for name in ("width", "height"))
    if width is not None and height is not None:
        found["size"] = ordered_size(width, height, facts)
    duration, fps = (_number(request.get(name)) for name in ("duration", "fps"))
    if duration is not None:
        found["duration"] = _length(duration, facts.seconds, _SAME_LENGTH)
    if fps is not None:
        found["fps"] = _rate(fps, facts.fps)
    if _wants_audio(request) and not facts.audio:
        found["audio"] = "it has no audio"
    return {name: words for name, words in found.items() if words is not None}


def ordered_size(width: int, height: int, facts: VideoFacts) -> str | None:
    """How a video's size differs from the ordered one, in words."""
    return _size((width, height), facts)


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _wants_audio(value: Json) -> bool:
    """Whether a switch for audio is on, at any level of a request."""
    if not isinstance(value, Mapping):
        return False
    if value.get("generateAudio") is True or value.get("audio") is True:
        return True
    return any(map(_wants_audio, value.values()))
