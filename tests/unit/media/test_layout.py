from PIL import ImageStat

from ltxspec.media.backdrop import palette_of
from ltxspec.media.layout import Layout
from ltxspec.media.specs import AnimaticSpec
from ltxspec.media.titles import titles


def test_the_longest_captions_are_within_the_bands() -> None:
    for width, height in ((1920, 1080), (1080, 1920), (854, 480)):
        spec = AnimaticSpec(width, height, 1, 25, prompt="Wgjy " * 500, label="Wgjy " * 90)
        layout = Layout.of(width, height)
        bands = layout.bands(width, height)
        assert bands is not None
        frame = titles(spec, palette_of(spec.prompt, 0), layout, 100)
        bright = frame.convert("L").point(lambda shade: 255 * (shade > 99))
        clear = bright.crop((0, round(bands[0] / 1.15), width, height - round(bands[1] / 1.15)))
        assert ImageStat.Stat(clear).sum == [0]


def test_a_small_frame_has_no_bands() -> None:
    assert Layout.of(64, 64).bands(64, 64) is None
    assert Layout.of(160, 90).bands(160, 90) is not None
