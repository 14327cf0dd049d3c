import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.backdrop import backdrop, palette_of
from ltxspec.media.specs import AnimaticSpec


def spec(first_frame: bytes | None = None) -> AnimaticSpec:
    return AnimaticSpec(64, 64, 1, 25, prompt="Rain", first_frame=first_frame)


def image(size: tuple[int, int], kind: str = "PNG", **options: object) -> bytes:
    left, right = Image.new("RGB", (size[0] // 2, size[1]), "red"), Image.new("RGB", size, "blue")
    right.paste(left)
    buffer = io.BytesIO()
    right.save(buffer, kind, **options)
    return buffer.getvalue()


@given(st.text(), st.integers(0, 2**31))
def test_colours_follow_from_words_and_seed(prompt: str, seed: int) -> None:
    palette = palette_of(prompt, seed)
    assert palette == palette_of(prompt, seed)
    assert all(0 <= part <= 255 for colour in (palette.sky, palette.haze, palette.accent) for part in colour)
    assert sum(palette.sky) < sum(palette.haze) < sum(palette.accent)


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (33, 35)])
def test_a_generated_picture_has_the_asked_size(size: tuple[int, int]) -> None:
    picture = backdrop(spec(), palette_of("Rain", 1), size)
    assert (picture.mode, picture.size) == ("RGB", size)


@pytest.mark.parametrize(
    ("given_size", "size"), [((400, 100), (100, 100)), ((100, 400), (64, 36)), ((10, 10), (80, 40))]
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_given_picture_covers_the_frame(given_size: tuple[int, int], size: tuple[int, int], kind: str) -> None:
    picture = backdrop(spec(image(given_size, kind)), palette_of("", 0), size)
    assert picture.size == size
    left, right = picture.getpixel((1, size[1] // 2)), picture.getpixel((size[0] - 2, size[1] // 2))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > left[2]
    assert right[2] > right[0]


def test_a_photograph_is_turned_as_its_camera_noted() -> None:
    turned = Image.Exif()
    turned[0x0112] = 3  # upside down
    picture = backdrop(spec(image((64, 64), "JPEG", exif=turned)), palette_of("", 0), (64, 64))
    pixel = picture.getpixel((1, 32))
    assert isinstance(pixel, tuple)
    assert pixel[2] > pixel[0]


@pytest.mark.parametrize("content", [b"", b"<html>", image((64, 64))[:60], b"P6 9 9 255\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(MediaError, match="not an image"):
        backdrop(spec(content), palette_of("", 0), (64, 64))


def test_a_picture_that_unpacks_to_gigabytes_is_refused() -> None:
    buffer = io.BytesIO()
    Image.new("1", (12_000, 9_000)).save(buffer, "PNG")
    with pytest.raises(MediaError):
        backdrop(spec(buffer.getvalue()), palette_of("", 0), (64, 64))
