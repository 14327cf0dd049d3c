"""What makes pictures of a review on this machine."""

from fractions import Fraction
from pathlib import Path

from ltxspec.media.film import Clip
from ltxspec.media.probe import probe
from ltxspec.media.specs import AnimaticSpec
from ltxspec.project.picture_makers import HERE, draw


def clip(first_frame: bytes | None = None) -> Clip:
    spec = AnimaticSpec(96, 54, 0.4, 10, prompt="rain", label="preview", first_frame=first_frame)
    return Clip(spec, (96, 54), Fraction(10))


def test_a_preview_is_a_silent_video(tmp_path: Path) -> None:
    file = tmp_path / "preview.mp4"
    file.write_bytes(draw(clip()))
    info = probe(file)
    assert (info.width, info.height, info.frames, info.audio_codec) == (96, 54, 4, None)


def test_a_picture_that_cannot_be_read_is_left_out() -> None:
    assert draw(clip(b"no picture")) == draw(clip())


def test_as_many_are_made_at_once_as_there_are_processors() -> None:
    assert HERE.most >= 1
