"""Stills of large videos are key frames where the exact ones would cost much; those of small ones are exact."""

import io
from collections.abc import Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from ltxspec.media.comparison import Filmed, compare
from ltxspec.media.probe import OpenVideo


def encoded(path: Path, *, seconds: int, gop: int, width: int = 640, height: int = 360, **options: str) -> Path:
    """A video of 25 frames a second with a key frame every `gop` frames, whose frames get brighter."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream(
            "libx264", rate=25, options={"preset": "ultrafast", "sc_threshold": "0"} | options
        )
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.gop_size = width, height, "yuv420p", gop
        for number in range(25 * seconds):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane, value in zip(frame.planes, (16 + number, 128, 128), strict=True):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("key-frames")


@pytest.fixture(scope="module")
def often(folder: Path) -> Path:
    """Four seconds, and a key frame each second."""
    return encoded(folder / "often.mp4", seconds=4, gop=25)


def times(filmed: Filmed | None) -> list[float]:
    assert filmed is not None
    return [round(still.seconds, 2) for still in filmed.stills]


def both(before: Path, after: Path) -> tuple[list[float], list[float]]:
    one, other = compare(before, after)
    return times(one), times(other)


def count_frames(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The times of the frames that are decoded from now on."""
    decoded: list[int] = []
    decode = OpenVideo.frames_from

    def counting(video: OpenVideo, time: int) -> Iterator[av.VideoFrame]:
        for frame in decode(video, time):
            decoded.append(frame.pts or 0)
            yield frame

    monkeypatch.setattr(OpenVideo, "frames_from", counting)
    return decoded


def test_a_still_of_a_large_video_is_a_key_frame_close_to_its_time(
    often: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded = count_frames(monkeypatch)
    assert times(compare(None, often)[1]) == [0, 2, 3]
    assert len(decoded) == 3


def test_stills_of_both_sides_are_of_the_same_times(often: Path, folder: Path) -> None:
    longer = encoded(folder / "longer.mp4", seconds=4, gop=50)
    assert both(often, longer) == ([0, 2, 3.96], [0, 2, 3.96])  # at 3 s only one of them has a key frame


def test_a_video_that_is_over_shows_a_key_frame_close_to_its_end(often: Path, folder: Path) -> None:
    longer = encoded(folder / "twice.mp4", seconds=8, gop=25)
    assert both(often, longer) == ([0, 3, 3], [0, 4, 7])


def test_without_a_key_frame_close_by_a_still_is_exact(folder: Path) -> None:
    assert times(compare(None, encoded(folder / "once.mp4", seconds=4, gop=250))[1]) == [0, 1.96, 3.96]


def test_what_costs_little_is_exact(folder: Path) -> None:
    small = encoded(folder / "small.mp4", seconds=4, gop=25, width=192, height=108)
    assert times(compare(None, small)[1]) == [0, 1.96, 3.96]
    soon = encoded(folder / "soon.mp4", seconds=4, gop=44)  # the middle is five frames after a key frame
    assert times(compare(None, soon)[1])[1] == 1.96


def test_frames_that_are_reordered_are_found(folder: Path) -> None:
    reordered = encoded(folder / "reordered.mp4", seconds=4, gop=25, preset="medium", bf="3", g="25")
    filmed = compare(None, reordered)[1]
    assert times(filmed) == [0, 2, 3]
    assert filmed is not None
    assert (filmed.info.frames, filmed.info.seconds, filmed.info.pixel_format) == (100, 4, "yuv420p")
    shown = [Image.open(io.BytesIO(still.jpeg)).getpixel((100, 100)) for still in filmed.stills]
    for colour, number in zip(shown, (0, 50, 75), strict=True):
        assert colour == pytest.approx([number * 255 / 219] * 3, abs=3)


def test_every_frame_is_a_key_frame(folder: Path) -> None:
    assert times(compare(None, encoded(folder / "all.mp4", seconds=4, gop=1))[1]) == [0, 1.96, 3.96]
