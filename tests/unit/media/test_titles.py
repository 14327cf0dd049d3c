import pytest
from PIL import Image

from ltxspec.media.backdrop import palette_of
from ltxspec.media.layout import Layout
from ltxspec.media.specs import AnimaticSpec
from ltxspec.media.titles import titles

SIZES = [(3840, 2160), (1920, 1080), (1080, 1920), (512, 512), (64, 64), (16, 16)]


def overlay(size: tuple[int, int], prompt: str = "Rain", label: str = "a.b") -> Image.Image:
    spec = AnimaticSpec(*size, 8, 25, prompt=prompt, label=label, audio=True)
    return titles(spec, palette_of("", 0), Layout.of(*size), size[0] // 6)


@pytest.mark.parametrize("size", SIZES)
def test_everything_stands_inside_the_frame(size: tuple[int, int]) -> None:
    layout = Layout.of(*size)
    left, top, right, bottom = layout.bar
    assert 0 < left < right < size[0]
    assert 0 < layout.words_bottom < top < bottom < size[1]
    assert all(edge % 2 == 0 for edge in layout.bar)


@pytest.mark.parametrize("size", SIZES[:4])
def test_the_middle_of_the_picture_stays_free(size: tuple[int, int]) -> None:
    frame = overlay(size, "word " * 20)
    assert (frame.mode, frame.size) == ("RGBA", size)
    alpha = frame.getchannel("A")
    assert alpha.getpixel((size[0] // 2, size[1] * 2 // 5)) == 0
    assert alpha.getbbox() is not None


def test_label_and_prompt_change_what_is_drawn() -> None:
    drawn = {overlay((640, 360), *words).tobytes() for words in [("Rain", "a.b"), ("Sun", "a.b"), ("Rain", "a.c")]}
    assert len(drawn) == 3


def test_words_are_white_on_dark() -> None:
    frame = overlay((1280, 720), prompt="I" * 60)
    below = frame.crop((40, 600, 640, 660)).convert("RGBa").convert("RGBA")
    shades = below.tobytes()[::4]
    assert max(shades) > 240
    assert min(shades) < 20


def test_a_script_without_a_font_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.media.lettering._WIDER_FONTS", ())
    private = "\U000f0001" * 30
    assert overlay((640, 360), private, "x").tobytes() == overlay((640, 360), private + private, "x").tobytes()
