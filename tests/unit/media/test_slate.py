"""Slates: what is written where, and what is left alone."""

from fractions import Fraction

import pytest
from PIL import Image, ImageChops

from ltxspec.media.drawing import Planes
from ltxspec.media.slate import Slate

RATE = Fraction(25)


def grey(size: tuple[int, int], shade: int = 120) -> Planes:
    half = (size[0] // 2, size[1] // 2)
    return Image.new("L", size, shade), Image.new("L", half, 90), Image.new("L", half, 90)


def slated(size: tuple[int, int], words: str = "take 1 of 1", in_shot: int = 0, in_film: int = 0) -> Planes:
    planes = grey(size)
    Slate(size, RATE).write(planes, words, in_shot, in_film)
    return planes


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (640, 360), (160, 90), (64, 36), (16, 16)])
def test_a_slate_covers_the_lower_edge_and_nothing_else(size: tuple[int, int]) -> None:
    changed = ImageChops.difference(slated(size)[0], grey(size)[0]).getbbox()
    assert changed is not None
    assert (changed[0], changed[2], changed[3]) == (0, size[0], size[1])
    assert changed[1] >= size[1] * 0.9 or size[1] < 120
    assert changed[1] % 2 == 0
    blue = ImageChops.difference(slated(size)[1], grey(size)[1]).getbbox()
    assert blue is not None
    assert blue[1] * 2 == changed[1]


def test_time_codes_run_and_words_stay() -> None:
    one, other = slated((1280, 720)), slated((1280, 720), in_shot=1, in_film=26)
    box = ImageChops.difference(one[0], other[0]).getbbox()
    assert box is not None
    assert box[0] > 1280 / 2
    words = ImageChops.difference(one[0], slated((1280, 720), "take 2 of 2")[0]).getbbox()
    assert words is not None
    assert words[2] < 1280 / 2
    left, right = ((number, 680, number + 640, 720) for number in (0, 640))
    assert one[0].crop(left).tobytes() == other[0].crop(left).tobytes()
    assert one[0].crop(right).tobytes() == slated((1280, 720), "other words")[0].crop(right).tobytes()


def test_words_never_reach_the_time_codes() -> None:
    long = slated((640, 360), "a very long slate " * 30)[0]
    short = slated((640, 360), "")[0]
    difference = ImageChops.difference(long, short).getbbox()
    assert difference is not None
    codes = ImageChops.difference(short, slated((640, 360), "", 12, 37)[0]).getbbox()
    assert codes is not None
    assert difference[2] < codes[0]
