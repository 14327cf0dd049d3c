from array import array
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import ImageChops, ImageStat

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.footage import length_of, pictures, samples
from ltxspec.media.specs import Container


def video(folder: Path, container: Container = "mp4", *, audio: bool = True) -> Path:
    path = folder / f"a.{container}"
    write_animatic(AnimaticSpec(160, 90, 2, 25, container, audio=audio, prompt="Rain"), path)
    return path


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_pictures_follow_the_rate_of_the_film(tmp_path: Path, container: Container) -> None:
    path = video(tmp_path, container)
    assert length_of(path) == 2
    own = list(pictures(path, 50, Fraction(25)))
    faster, slower = list(pictures(path, 100, Fraction(50))), list(pictures(path, 20, Fraction(10)))
    assert (len(own), len(faster), len(slower)) == (50, 100, 20)
    for number in (0, 10, 24):
        assert faster[2 * number].tobytes() == faster[2 * number + 1].tobytes() == own[number].tobytes()
    for number in (0, 4, 8):
        assert slower[2 * number].tobytes() == own[5 * number].tobytes()
    assert max(ImageStat.Stat(ImageChops.difference(own[0], own[-1])).mean) > 0


def test_a_film_that_goes_on_holds_the_last_picture(tmp_path: Path) -> None:
    shown = list(pictures(video(tmp_path), 60, Fraction(25)))
    assert shown[49].tobytes() == shown[59].tobytes()


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_sound_has_exactly_the_wanted_length(tmp_path: Path, container: Container) -> None:
    path = video(tmp_path, container)
    found = [array("h", samples(path, count) or b"") for count in (1000, 96_000, 120_000)]
    assert [len(sound) for sound in found] == [1000, 96_000, 120_000]
    assert max(found[2][40_000:60_000]) > 100
    assert max(map(abs, found[2][97_000:])) < 20


def test_a_silent_video_has_no_sound(tmp_path: Path) -> None:
    assert samples(video(tmp_path, audio=False), 100) is None


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"<html>")
    with pytest.raises(MediaError):
        length_of(tmp_path / "a.mp4")
