"""The picture of an animatic: a canvas slightly larger than the frame, a window drifting over it, text on top.

A given first frame is shown as it is, and the camera moves into it.

Everything static is drawn once, in colour, and converted to yuv420p planes; a frame is then a crop, two pastes, a clock
and a bar on plain 8-bit planes. This makes 3840x2160 faster than real time.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ltxspec.media.backdrop import HUES, Palette, backdrop, palette_of
from ltxspec.media.layout import Layout
from ltxspec.media.lettering import Digits
from ltxspec.media.specs import AnimaticLike
from ltxspec.media.titles import heading, titles

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from PIL import Image

Planes = tuple["Image.Image", "Image.Image", "Image.Image"]  # Y at full size, U and V at half, 8 bits each

_DRIFT = 0.09  # of the frame's width, from the first frame to the last
_RISE = 0.03  # of the frame's height
_ZOOM = 0.12  # of a given picture's sides, which are out of sight on the last frame
_FOCI = ((0.3, 0.7, 17), (0.42, 0.58, 7))  # of width and height, from, to and how many: points to move towards
_WHITE = 235  # maximum luma in limited range
_LARGE = 1200  # shorter side from which the camera moves in steps of two pixels: whole chroma pixels encode faster


def planes_of(picture: "Image.Image") -> Planes:
    """Turn an RGB picture with even sides into BT.709 limited-range yuv420p planes."""
    import av
    from PIL import Image

    frame: VideoFrame = av.VideoFrame.from_image(picture)  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    converted = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
    width, height = picture.size
    sizes = ((width, height), (width // 2, height // 2), (width // 2, height // 2))
    luma, blue, red = (
        Image.frombytes("L", size, bytes(plane), "raw", "L", plane.line_size, 1)
        for size, plane in zip(sizes, converted.planes, strict=True)
    )
    return luma, blue, red


def picture_of(planes: Planes) -> "Image.Image":
    """Turn BT.709 limited-range yuv420p planes into an RGB picture."""
    import av

    frame = av.VideoFrame(*planes[0].size, "yuv420p")
    for target, plane in zip(frame.planes, planes, strict=True):
        target.update(plane.tobytes("raw", "L", target.line_size, 1))
    converted = frame.reformat(format="rgb24", src_colorspace="ITU709", src_color_range="MPEG", dst_color_range="JPEG")
    picture: Image.Image = converted.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    return picture


@dataclass(frozen=True, slots=True)
class _Layer:
    """A rectangle to blend over every frame; corner and size are even."""

    corner: tuple[int, int]
    planes: Planes
    mask: "Image.Image"
    half_mask: "Image.Image"

    def blend(self, target: Planes) -> None:
        left, top = self.corner
        target[0].paste(self.planes[0], (left, top), self.mask)
        for plane, own in zip(target[1:], self.planes[1:], strict=True):
            plane.paste(own, (left // 2, top // 2), self.half_mask)


class Scene:
    """One animatic, prepared for drawing its frames.

    Args:
        spec: the content.
        total: number of frames.
        rate: frames per second.
    """

    def __init__(self, spec: AnimaticLike, total: int, rate: Fraction) -> None:
        self._size = (spec.width, spec.height)
        self._total, self._rate = total, rate
        palette = palette_of(spec.prompt, spec.seed)
        self._is_given = spec.first_frame is not None
        self._room = (0, 0) if self._is_given else (_even(spec.width * _DRIFT), _even(spec.height * _RISE))
        canvas = backdrop(spec, palette, (spec.width + self._room[0], spec.height + self._room[1]))
        self._canvas = planes_of(canvas)
        self._layout = Layout.of(spec.width, spec.height)
        self._digits = Digits(self._layout.clock_size)
        self._length = _clock(Fraction(total) / rate)
        clock_width = self._digits.width(self._clock_text(0))
        self._clock_at = (
            spec.width - self._layout.margin - clock_width,
            self._layout.words_bottom - self._digits.height,
        )
        self._layers = _layers(titles(spec, palette, self._layout, clock_width))
        self._bar = self._layout.bar
        self._accent = _accent(palette)
        self._reverse = bool(spec.seed % 2)  # results of one prompt drift in opposite directions
        self._focus = _focus(spec.seed // HUES)

    def frame(self, number: int) -> Planes:
        """The planes of frame `number`, counted from 0."""
        planes = self._closer(number) if self._is_given else self._window(number)
        for layer in self._layers:
            layer.blend(planes)
        self._digits.stamp(planes[0], self._clock_at, self._clock_text(number), _WHITE)
        self._draw_bar(planes, number)
        return planes

    def _window(self, number: int) -> Planes:
        """Crop the canvas at the camera's position; it moves at constant speed, which video codecs predict well."""
        along = number / max(1, self._total - 1)
        if self._reverse:
            along = 1 - along
        width, height = self._size
        step = 2 if min(width, height) >= _LARGE else 1
        left = round(self._room[0] * along / step) * step
        top = round(self._room[1] * (1 - along) / step) * step
        luma, blue, red = self._canvas
        half = (left // 2, top // 2, left // 2 + width // 2, top // 2 + height // 2)
        return luma.crop((left, top, left + width, top + height)), blue.crop(half), red.crop(half)

    def _closer(self, number: int) -> Planes:
        """The canvas as it is on the first frame, then a part of it that becomes smaller at constant speed."""
        cut = _ZOOM * number / max(1, self._total - 1)
        luma, blue, red = (_enlarged(plane, cut, self._focus) for plane in self._canvas)
        return luma, blue, red

    def _clock_text(self, number: int) -> str:
        return f"{_clock(Fraction(number) / self._rate)} / {self._length}"

    def _draw_bar(self, planes: Planes, number: int) -> None:
        left, top, right, bottom = self._bar
        end = left + _even((right - left) * (number + 1) / self._total)
        if end == left:
            return
        planes[0].paste(self._accent[0], (left, top, end, bottom))
        for plane, shade in zip(planes[1:], self._accent[1:], strict=True):
            plane.paste(shade, (left // 2, top // 2, end // 2, bottom // 2))


class Caption:
    """The heading of an animatic alone, to be written on the frames of a finished video.

    Args:
        spec: the size and the label.
    """

    def __init__(self, spec: AnimaticLike) -> None:
        self._layers = _layers(heading(spec, palette_of(spec.prompt, spec.seed), Layout.of(spec.width, spec.height)))

    def write(self, planes: Planes) -> None:
        """Write it on a frame."""
        for layer in self._layers:
            layer.blend(planes)


def _layers(overlay: "Image.Image") -> list[_Layer]:
    """Cut a frame-sized RGBA overlay into its upper and lower part, omitting the empty middle."""
    from PIL import Image

    width, height = overlay.size
    middle = _even(height / 2)
    layers = []
    for top, bottom in ((0, middle), (middle, height)):
        part = overlay.crop((0, top, width, bottom))
        box = part.getchannel("A").getbbox()
        if box is None:
            continue
        even = (box[0] // 2 * 2, box[1] // 2 * 2, (box[2] + 1) // 2 * 2, (box[3] + 1) // 2 * 2)
        part = part.crop(even)
        mask = part.getchannel("A")
        half = mask.resize((mask.width // 2, mask.height // 2), Image.Resampling.BOX)
        layers.append(_Layer((even[0], top + even[1]), planes_of(part.convert("RGB")), mask, half))
    return layers


def _focus(choice: int) -> tuple[float, float]:
    """The point that the camera moves towards, clear of the captions: two takes of one picture should not be equal."""
    (left, right, columns), (top, bottom, rows) = _FOCI
    column, row = choice % columns, choice // columns % rows
    return left + (right - left) * column / (columns - 1), top + (bottom - top) * row / (rows - 1)


def _enlarged(plane: "Image.Image", cut: float, focus: tuple[float, float]) -> "Image.Image":
    """A plane without a share of its sides, at its size. Everything but the focus moves towards the edges."""
    from PIL import Image

    if not cut:
        return plane.copy()
    width, height = plane.size
    left, top = width * cut * focus[0], height * cut * focus[1]
    box = (left, top, left + width * (1 - cut), top + height * (1 - cut))
    return plane.resize(plane.size, Image.Resampling.BILINEAR, box)


def _accent(palette: Palette) -> tuple[int, int, int]:
    from PIL import Image

    luma, blue, red = planes_of(Image.new("RGB", (16, 16), palette.accent))
    return _shade(luma), _shade(blue), _shade(red)


def _shade(plane: "Image.Image") -> int:
    return plane.tobytes()[0]


def _clock(seconds: Fraction) -> str:
    """`0:03.48`: minutes, seconds, hundredths."""
    hundredths = int(seconds * 100)
    return f"{hundredths // 6000}:{hundredths // 100 % 60:02}.{hundredths % 100:02}"


def _even(length: float) -> int:
    return int(length) // 2 * 2
