import io
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from replacing import replace

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.film import Clip, write_film
from ltxspec.media.frames import cut_frame
from ltxspec.media.probe import probe
from ltxspec.values import Moment

RATE = Fraction(25)


def colour(name: str, size: tuple[int, int] = (320, 180)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, name).save(buffer, "PNG")
    return buffer.getvalue()


def clip(name: str, seconds: float = 0.4, *, size: tuple[int, int] = (320, 180), audio: bool = False) -> Clip:
    spec = AnimaticSpec(
        *size, seconds, 25, audio=audio, prompt=name, label=f"film.{name}", first_frame=colour(name, size)
    )
    return Clip(spec, (320, 180), RATE)


def filmed(source: Clip, path: Path, rate: float = 25) -> Clip:
    write_animatic(AnimaticSpec(320, 180, source.spec.seconds, rate, first_frame=source.spec.first_frame), path)
    return Clip(source.spec, source.frame, source.rate, path)


def shade(film: Path, number: int) -> tuple[int, ...]:
    picture = Image.open(io.BytesIO(cut_frame(film, number / 25).data)).convert("RGB")
    return tuple(round(part) for part in ImageStat.Stat(picture.crop((150, 50, 170, 70))).mean)


def test_a_film_is_as_long_as_its_clips_and_each_is_in_its_place(tmp_path: Path) -> None:
    clips = [clip("red", 0.4), filmed(clip("lime", 0.6), tmp_path / "take.mp4"), clip("blue", 0.2)]
    begun: list[int] = []
    write_film(clips, tmp_path / "film.mp4", begun.append)
    assert begun == [0, 1, 2]
    info = probe(tmp_path / "film.mp4")
    assert (info.frames, info.width, info.height, info.fps, info.audio_codec) == (30, 320, 180, 25, None)
    shades = {number: shade(tmp_path / "film.mp4", number) for number in (0, 9, 10, 24, 25, 29)}
    for number, place in {0: 0, 9: 0, 10: 1, 24: 1, 25: 2, 29: 2}.items():
        assert shades[number].index(max(shades[number])) == place


def test_only_clips_with_a_slate_have_one_and_its_film_goes_on_counting(tmp_path: Path) -> None:
    clips = [replace(clip("red", 0.4), slate="one"), clip("lime", 0.4), replace(clip("blue", 0.4), slate="three")]
    write_film(clips, tmp_path / "film.mp4", lambda _: None)
    frames = [Image.open(io.BytesIO(cut_frame(tmp_path / "film.mp4", number / 25).data)) for number in (2, 12, 22)]
    strips = [frame.convert("RGB").crop((0, 171, 320, 180)) for frame in frames]
    assert [max(ImageStat.Stat(strip).median) < 40 for strip in strips] == [True, False, True]
    assert ImageStat.Stat(ImageChops.difference(strips[0], strips[2])).sum[0] > 0


@pytest.mark.parametrize("rate", [10, 24, 50])
def test_a_take_of_another_rate_keeps_its_length(tmp_path: Path, rate: float) -> None:
    assert filmed(clip("red", 2), tmp_path / "take.mp4", rate).count == 50


def test_a_clip_never_has_a_frame_more_than_its_take(tmp_path: Path) -> None:
    assert filmed(clip("red", 0.625), tmp_path / "take.mp4", 24).count == 15, "of 25 a second: 15.6 would be 16"


def test_sound_makes_the_film_no_longer_and_stands_beside_silence(tmp_path: Path) -> None:
    write_film([clip("red", 1), clip("lime", 1, audio=True)], tmp_path / "film.mp4", lambda _: None)
    info = probe(tmp_path / "film.mp4")
    assert (info.audio_codec, info.frames, info.seconds) == ("aac", 50, 2)


@pytest.mark.parametrize(
    ("size", "inside"), [((180, 320), (102, 180)), ((640, 360), (320, 180)), ((320, 32), (320, 32))]
)
def test_shapes_are_kept_within_the_frame(size: tuple[int, int], inside: tuple[int, int]) -> None:
    shown = clip("red", size=size)
    assert shown.size == inside
    luma = next(shown.frames())[0]
    assert luma.size == (320, 180)
    assert (luma.getpixel((0, 0)) == 16) is (inside != (320, 180))


@pytest.mark.parametrize(("at", "number"), [("first", 0), ("last", 9), (0.2, 5), (7.0, 9)])
def test_a_picture_is_that_of_the_frame(at: Moment, number: int) -> None:
    from ltxspec.media.drawing import picture_of

    shown = clip("teal")
    frames = list(shown.frames())
    expected = picture_of(frames[number])
    found = Image.open(io.BytesIO(shown.picture(at)))
    assert ImageChops.difference(found.convert("RGB"), expected).getbbox() is None


def test_a_take_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "take.mp4").write_bytes(b"<html>")
    broken = Clip(clip("red").spec, (320, 180), RATE, tmp_path / "take.mp4")
    with pytest.raises(MediaError):
        write_film([broken], tmp_path / "film.mp4", lambda _: None)
