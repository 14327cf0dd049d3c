from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageDraw

from ltxspec.media.frost import frosted
from ltxspec.media.layout import Layout


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 640)])
def test_captions_go_and_the_rest_stays(size: tuple[int, int]) -> None:
    picture = Image.new("RGB", size, "black")
    draw = ImageDraw.Draw(picture)
    for row in range(0, size[1], 20):  # as hard as letters
        draw.rectangle((0, row, size[0], row + 9), "white")
    shown = frosted(picture)
    bands = Layout.of(*size).bands(*size)
    assert bands is not None
    top, bottom = bands
    middle = (0, top, size[0], size[1] - bottom)
    assert ImageChops.difference(shown.crop(middle), picture.crop(middle)).getbbox() is None
    for text in ((0, 0, size[0], round(top * 0.85)), (0, size[1] - round(bottom * 0.85), *size)):
        grey = shown.crop(text).convert("L")
        column = [grey.getpixel((9, row)) for row in range(grey.height)]
        steps = [abs(float(one) - float(two)) for one, two in pairwise(column)]  # type: ignore[arg-type]  # grey
        assert max(steps) < 4


def test_a_picture_without_room_for_captions_is_left_as_it_is() -> None:
    picture = Image.effect_noise((64, 64), 90).convert("RGB")
    assert frosted(picture) is picture
