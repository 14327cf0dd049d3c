"""Frames and rates of real videos."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import pytest

from ltxspec.errors import MediaError
from ltxspec.media.animatic import AnimaticSpec, write_animatic
from ltxspec.media.cadence import cadence_of
from ltxspec.media.specs import Container


def uneven(path: Path, times: Sequence[int]) -> Path:
    """A video whose pictures begin at these milliseconds."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for time in times:
            frame = av.VideoFrame(64, 36, "yuv420p")
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("fps", "container"), [(24, "mp4"), (25, "mov"), (23.976, "mp4"), (30, "webm"), (29.97, "webm"), (50, "mp4")]
)
def test_frames_of_equal_length_are_no_variable_rate(tmp_path: Path, fps: float, container: Container) -> None:
    path = tmp_path / f"a.{container}"
    write_animatic(AnimaticSpec(64, 36, 0.8, fps, container=container, audio=fps == 24), path)
    found = cadence_of(path)
    assert (found.is_variable, found.has_audio) == (False, fps == 24)
    assert found.frames == round(0.8 * fps)
    assert float(found.rate) == pytest.approx(fps, rel=0.002)
    assert float(found.seconds) == pytest.approx(found.frames / fps, abs=0.01)


def test_frames_of_different_lengths_are_a_variable_rate(tmp_path: Path) -> None:
    found = cadence_of(uneven(tmp_path / "a.mp4", [0, 40, 80, 160, 200, 320, 360, 400]))
    assert (found.is_variable, found.frames) == (True, 8)
    assert not cadence_of(uneven(tmp_path / "b.mp4", range(0, 400, 40))).is_variable


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with pytest.raises(MediaError):
        cadence_of(tmp_path / "a.mp4")
