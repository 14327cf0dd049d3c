"""The background of an animatic: the given first frame, or soft lights in colours derived from the prompt."""

import colorsys
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ltxspec.errors import MediaError
from ltxspec.media.frost import frosted

if TYPE_CHECKING:
    from PIL import Image

    from ltxspec.media.specs import AnimaticLike

Rgb = tuple[int, int, int]

_LIGHTS = 26
_SHARP = 96  # pixels from the centre to the edge of a light, before it is scaled
_MAX_PIXELS = 100_000_000  # an image that decodes to more is an attack or a mistake

HUES = 12  # in which the takes of one prompt differ


@dataclass(frozen=True, slots=True)
class Palette:
    """Matching colours, from the top of the picture down, and one accent."""

    sky: Rgb
    haze: Rgb
    ground: Rgb
    accent: Rgb
    key: str  # what the colours were derived from; seeds the shapes too


def palette_of(prompt: str, seed: int) -> Palette:
    """Colours for a prompt: the same words always give the same ones, another seed gives similar ones."""
    chance = _chance(prompt)
    hue = (next(chance) + 0.035 * (seed % HUES)) % 1
    turn = 0.08 + 0.1 * next(chance)
    return Palette(
        sky=_rgb(hue, 0.09, 0.6),
        haze=_rgb(hue + turn, 0.27, 0.5),
        ground=_rgb(hue + 2 * turn, 0.4, 0.5),
        accent=_rgb(hue + 0.5, 0.66, 0.8),
        key=f"{prompt}\0{seed}",
    )


def backdrop(spec: "AnimaticLike", palette: Palette, size: tuple[int, int]) -> "Image.Image":
    """An RGB picture of `size`: the first frame scaled to cover it, without its captions, or a generated one."""
    if spec.first_frame is None:
        return _lights(palette, size)
    return _cover(spec.first_frame, size)


def _cover(image: bytes, size: tuple[int, int]) -> "Image.Image":
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(image), formats=("PNG", "JPEG", "WEBP", "GIF", "BMP")) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                raise MediaError(f"the first frame has {opened.width}x{opened.height} pixels, more than can be shown")
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaError("the first frame is not an image that can be read") from error
    return ImageOps.fit(frosted(upright), size, Image.Resampling.BICUBIC)


def _lights(palette: Palette, size: tuple[int, int]) -> "Image.Image":
    """A dusk-like gradient with out-of-focus lights, drawn small and enlarged, which softens it at no cost."""
    from PIL import Image

    small = (max(32, size[0] // 3), max(32, size[1] // 3))
    picture = _gradient(palette, small)
    chance = _chance(palette.key)
    unit = min(small)
    for number in range(_LIGHTS):
        radius = unit * (0.02 + 0.14 * next(chance) ** 2)
        x, y = small[0] * next(chance), small[1] * (0.15 + 0.8 * next(chance))
        colour = (palette.accent, palette.haze, palette.ground)[number % 3]
        glow = _disc(radius, blur=0.08 + 0.35 * (number % 2), strength=0.15 + 0.35 * next(chance))
        corner = (round(x - glow.width / 2), round(y - glow.height / 2))
        picture.paste(_lighter(colour), (*corner, corner[0] + glow.width, corner[1] + glow.height), glow)
    return picture.resize(size, Image.Resampling.BICUBIC)


def _disc(radius: float, *, blur: float, strength: float) -> "Image.Image":
    """A mask of a round light: `blur` as a share of the radius, `strength` from 0 to 1."""
    from PIL import Image

    soft = _soft_disc(blur)
    side = max(2, round(soft.width * radius / _SHARP))
    return soft.resize((side, side), Image.Resampling.LANCZOS).point(lambda shade: round(shade * strength))


@lru_cache(maxsize=4)  # blurring takes longer than all else; there are two sorts of lights
def _soft_disc(blur: float) -> "Image.Image":
    """A full light of a fixed size, to be scaled, so that small ones are round too. Shared: do not change it."""
    from PIL import Image, ImageDraw, ImageFilter

    edge = round(_SHARP * (1 + 3 * blur))
    disc = Image.new("L", (2 * edge, 2 * edge))
    ImageDraw.Draw(disc).ellipse((edge - _SHARP, edge - _SHARP, edge + _SHARP, edge + _SHARP), fill=255)
    return disc.filter(ImageFilter.GaussianBlur(_SHARP * blur))


def _gradient(palette: Palette, size: tuple[int, int]) -> "Image.Image":
    from PIL import Image

    column = Image.new("RGB", (1, 3))
    for row, colour in enumerate((palette.sky, palette.haze, palette.ground)):
        column.putpixel((0, row), colour)
    return column.resize(size, Image.Resampling.BICUBIC)


def _lighter(colour: Rgb) -> Rgb:
    return (min(255, colour[0] + 60), min(255, colour[1] + 60), min(255, colour[2] + 60))


def _rgb(hue: float, light: float, colourfulness: float) -> Rgb:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, light, colourfulness)
    return round(red * 255), round(green * 255), round(blue * 255)


def _chance(key: str) -> Iterator[float]:
    """Pseudo-random numbers in [0, 1), the same on every machine."""
    block = 0
    while True:
        digest = hashlib.sha256(f"{key}\0{block}".encode("utf-8", "surrogatepass")).digest()
        for start in range(0, len(digest), 4):
            yield int.from_bytes(digest[start : start + 4]) / 2**32
        block += 1
