"""Joins clips to one film: finished videos and animatics, each in its own shape within the film's, with its caption."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.media.footage import length_of, pictures, samples
from ltxspec.media.sound import SAMPLE_RATE, pad
from ltxspec.media.specs import AnimaticSpec
from ltxspec.timecode import frames_in
from ltxspec.values import Moment

if TYPE_CHECKING:
    from ltxspec.media.drawing import Planes, Scene

Size = tuple[int, int]  # width and height in pixels


@dataclass(frozen=True)
class Clip:
    """One part of a film.

    Args:
        spec: its content; the size is that of the shot.
        frame: the film's size.
        rate: frames per second of the film.
        file: the finished video that is shown instead of the animatic.
        slate: what stands on its slate, beside time codes of shot and film; None: it has no slate.
    """

    spec: AnimaticSpec
    frame: Size
    rate: Fraction
    file: Path | None = None
    slate: str | None = None

    @cached_property
    def size(self) -> Size:
        """The size within the film: the shot's shape, as large as there is room."""
        scale = min(self.frame[0] / self.spec.width, self.frame[1] / self.spec.height)
        width, height = (
            min(room, max(16, round(side * scale / 2) * 2))
            for room, side in zip(self.frame, (self.spec.width, self.spec.height), strict=True)
        )
        return width, height

    @cached_property
    def count(self) -> int:
        """The number of its frames, as timelines have it. Raises MediaError if the file cannot be read."""
        seconds = length_of(self.file) if self.file is not None else Fraction(str(self.spec.seconds))
        return frames_in(seconds, self.rate)

    def picture(self, at: Moment) -> bytes:
        """One of its frames as a PNG, for a clip that begins with it. Raises MediaError if there is no such frame."""
        from ltxspec.media.drawing import picture_of
        from ltxspec.media.frames import begun_by, cut_frame

        if self.file is not None:
            return cut_frame(self.file, at).data
        numbers = {"first": 0, "last": self.count - 1}
        number = numbers[at] if isinstance(at, str) else min(self.count - 1, int(begun_by(at) * self.rate))
        buffer = io.BytesIO()
        picture_of(self._scene().frame(number)).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()

    def frames(self) -> Iterator["Planes"]:
        """Its frames, in the film's size."""
        drawn = self._animated() if self.file is None else self._filmed(self.file)
        return drawn if self.size == self.frame else (_framed(planes, self.frame) for planes in drawn)

    def sound(self, count: int) -> bytes | None:
        """`count` samples; None if it has no sound."""
        if self.file is not None:
            return samples(self.file, count)
        if not self.spec.audio:
            return None
        return pad(f"{self.spec.prompt}\0{self.spec.seed}", Fraction(count, SAMPLE_RATE))

    def _scene(self) -> "Scene":
        from ltxspec.media.drawing import Scene

        width, height = self.size
        return Scene(replace(self.spec, width=width, height=height), self.count, self.rate)

    def _animated(self) -> Iterator["Planes"]:
        scene = self._scene()
        return (scene.frame(number) for number in range(self.count))

    def _filmed(self, file: Path) -> Iterator["Planes"]:
        from ltxspec.media.drawing import Caption, planes_of

        width, height = self.size
        caption = Caption(replace(self.spec, width=width, height=height))
        for picture in pictures(file, self.count, self.rate):
            planes = planes_of(picture if picture.size == self.size else picture.resize(self.size))
            caption.write(planes)
            yield planes


def write_film(clips: Sequence[Clip], path: Path, begun: Callable[[int], None]) -> None:
    """Write clips, of which there is at least one, to an MP4 file, one after the other.

    Args:
        clips: of one frame size and rate.
        path: the file, which is replaced.
        begun: called with the place of each clip in the film, from 0, before it is drawn.

    Raises:
        MediaError: a file cannot be read, or the encoder failed.
    """
    from ltxspec.media.encoding import Format, encode

    shape = Format("mp4", *clips[0].frame, clips[0].rate)
    encode(shape, path, _frames(clips, begun), _sound(clips))


def _frames(clips: Sequence[Clip], begun: Callable[[int], None]) -> Iterator["Planes"]:
    from ltxspec.media.slate import Slate

    slate, number = Slate(clips[0].frame, clips[0].rate), 0
    for place, clip in enumerate(clips):
        begun(place)
        for in_shot, planes in enumerate(clip.frames()):
            if clip.slate is not None:
                slate.write(planes, clip.slate, in_shot, number)
            number += 1
            yield planes


def _sound(clips: Sequence[Clip]) -> bytes | None:
    """The sound of the film, with silence where a clip has none; None if all are silent."""
    parts, frames, is_silent = [], 0, True
    for clip in clips:
        start, end = (int(number / clip.rate * SAMPLE_RATE) for number in (frames, frames + clip.count))
        frames += clip.count
        part = clip.sound(end - start)
        is_silent = is_silent and part is None
        parts.append(part or bytes(2 * (end - start)))
    return None if is_silent else b"".join(part for part in parts)


def _framed(planes: "Planes", size: Size) -> "Planes":
    """Planes on black, in the middle; corners are even, for the half-size planes."""
    from PIL import Image

    left, top = ((whole - own) // 4 * 2 for whole, own in zip(size, planes[0].size, strict=True))
    luma = Image.new("L", size, 16)
    luma.paste(planes[0], (left, top))
    blue, red = (Image.new("L", (size[0] // 2, size[1] // 2), 128) for _ in range(2))
    blue.paste(planes[1], (left // 2, top // 2))
    red.paste(planes[2], (left // 2, top // 2))
    return luma, blue, red
