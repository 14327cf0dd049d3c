"""Writes an animatic: a real, playable video of exactly the requested format, labelled with its shot."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import MediaError
from ltxspec.media.specs import AnimaticLike, AnimaticSpec

if TYPE_CHECKING:
    from ltxspec.media.drawing import Planes

__all__ = ["AnimaticLike", "AnimaticSpec", "write_animatic"]

_MAX_SIDE = 8192
_MAX_FRAMES = 100_000


def write_animatic(spec: AnimaticLike, path: Path) -> None:
    """Write the video that `spec` describes to `path`, replacing an existing file.

    Frames are drawn and encoded one at a time, so memory does not grow with the length.

    Raises:
        MediaError: the format cannot be encoded (odd or extreme size, no frames), the first frame is not an image,
            or the encoder failed.
    """
    from ltxspec.media.encoding import Format, encode

    rate = Fraction(str(spec.fps))
    total = round(Fraction(str(spec.seconds)) * rate)
    _check(spec, total)
    shape = Format(spec.container, spec.width, spec.height, rate, spec.quality)
    encode(shape, path, _frames(spec, total, rate), _samples(spec, total, rate))


def _check(spec: AnimaticLike, total: int) -> None:
    sides = (spec.width, spec.height)
    if any(side < 16 or side > _MAX_SIDE or side % 2 for side in sides):  # noqa: PLR2004 - the smallest macroblock
        raise MediaError(
            f"no video of {spec.width}x{spec.height} pixels can be written: sides are even, 16 to {_MAX_SIDE}"
        )
    if not 0 < total <= _MAX_FRAMES:
        raise MediaError(f"no video of {spec.seconds} s at {spec.fps} frames a second can be written")


def _frames(spec: AnimaticLike, total: int, rate: Fraction) -> Iterator["Planes"]:
    from ltxspec.media.drawing import Scene

    scene = Scene(spec, total, rate)
    return (scene.frame(number) for number in range(total))


def _samples(spec: AnimaticLike, total: int, rate: Fraction) -> bytes | None:
    from ltxspec.media.sound import pad

    if not spec.audio:
        return None
    # Opus includes its start-up delay, so sound as long as the picture would make a WEBM slightly longer than requested
    spare = Fraction(1, 25) if spec.container == "webm" else Fraction(0)
    return pad(f"{spec.prompt}\0{spec.seed}", max(1 / rate, total / rate - spare))
