"""Frames are checked by what was painted into them: each has a grey of its own, or a colour whose code is known."""

import hashlib
import io
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.frames import EXTRACTION, PictureLimits, begun_by, cut_frame

GREYS = [16 + 8 * number for number in range(24)]
SIZE = (64, 48)


def film(
    path: Path,
    pictures: Sequence[Image.Image],
    times: Sequence[int] | None = None,
    *,
    codec: str = "libx264",
    form: str = "yuv420p",
    options: dict[str, str] | None = None,
    properties: dict[str, int] | None = None,
) -> Path:
    """Write pictures at times (in milliseconds), without loss where the codec can."""
    named = properties or {}
    painted: Any = av.VideoFrame  # without types
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height, stream.pix_fmt = *pictures[0].size, form
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for name, value in named.items():
            setattr(stream.codec_context, name, value)
        for number, picture in enumerate(pictures):
            frame = painted.from_image(picture).reformat(
                format=form,
                dst_colorspace=named.get("colorspace", 5),
                dst_color_range=named.get("color_range", 1),
            )
            frame.pts = times[number] if times is not None else 40 * number
            frame.time_base = Fraction(1, 1000)
            for name, value in named.items():
                setattr(frame, name, value)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def greys(count: int) -> list[Image.Image]:
    return [Image.new("RGB", SIZE, (grey, grey, grey)) for grey in GREYS[:count]]


def number_of(data: bytes) -> int:
    """Which picture of `greys` this is."""
    with Image.open(io.BytesIO(data)) as picture:
        shown = picture.convert("RGB").getpixel((SIZE[0] // 2, SIZE[1] // 2))
    assert isinstance(shown, tuple)
    return min(range(len(GREYS)), key=lambda number: abs(GREYS[number] - shown[0]))


@pytest.fixture(scope="module")
def reordered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve frames with B-frames: decoded in another order than shown."""
    options = {"bf": "3", "b_strategy": "0", "g": "12", "crf": "1"}
    return film(tmp_path_factory.mktemp("frames") / "b.mp4", greys(12), options=options)


@pytest.mark.parametrize(
    ("at", "number", "seconds"),
    [
        ("first", 0, 0.0),
        ("last", 11, 0.44),
        (0.0, 0, 0.0),
        (0.04, 1, 0.04),
        (0.1, 2, 0.08),
        (0.2, 5, 0.2),
        (0.47, 11, 0.44),
    ],
)
def test_it_is_the_frame_on_screen(at: Any, number: int, seconds: float, reordered: Path) -> None:
    cut = cut_frame(reordered, at)
    assert (number_of(cut.data), cut.format, (cut.width, cut.height)) == (number, "png", SIZE)
    assert cut.seconds == pytest.approx(seconds, abs=0.001)


def test_bytes_work_as_well_as_a_file(reordered: Path) -> None:
    assert cut_frame(reordered.read_bytes(), 0.2) == cut_frame(reordered, 0.2)


def test_a_variable_frame_rate_is_followed_frame_by_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "v.mp4", greys(5), [0, 100, 1000, 1050, 3000], options={"crf": "1"})
    shown = {at: number_of(cut_frame(path, at).data) for at in (0.0, 0.09, 0.1, 0.99, 1.0, 1.04, 1.2, 2.99, 3.0)}
    assert list(shown.values()) == [0, 0, 1, 1, 2, 2, 3, 3, 4]
    assert number_of(cut_frame(path, "last").data) == 4


def test_frames_before_the_start_of_an_edit_list_are_not_shown(tmp_path: Path) -> None:
    path = film(tmp_path / "e.mp4", greys(6), [-80, -40, 0, 40, 80, 120], options={"crf": "1", "g": "6", "bf": "0"})
    assert number_of(cut_frame(path, "first").data) == 2
    assert (number_of(cut_frame(path, 0.05).data), number_of(cut_frame(path, "last").data)) == (3, 5)


@pytest.mark.parametrize("at", [0.5, 5.0, -0.1])
def test_a_time_without_a_frame_is_an_error(at: float, reordered: Path) -> None:
    with pytest.raises(MediaError, match=r"`b\.mp4` is 0\.4\d s long: it has no frame at"):
        cut_frame(reordered, at)


COLOURS = {"red": (200, 30, 40), "green": (40, 180, 60), "skin": (224, 172, 140), "grey": (118, 118, 118)}


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
@pytest.mark.parametrize(
    ("form", "properties"),
    [
        ("yuv444p", {"colorspace": 1, "color_range": 1}),
        ("yuv444p", {"colorspace": 5, "color_range": 1}),
        ("yuv444p", {"colorspace": 1, "color_range": 2}),
        ("yuv444p10le", {"colorspace": 1, "color_range": 1}),
    ],
    ids=["709", "601", "full range", "10 bit"],
)
def test_colours_come_back_as_they_were(
    colour: tuple[int, int, int], form: str, properties: dict[str, int], tmp_path: Path
) -> None:
    path = film(
        tmp_path / "c.mp4", [Image.new("RGB", SIZE, colour)] * 2, form=form, options={"qp": "0"}, properties=properties
    )
    with Image.open(io.BytesIO(cut_frame(path, "last").data)) as picture:
        assert picture.getpixel((10, 10)) == pytest.approx(colour, abs=3)


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), 1), ((640, 360), 5)])
def test_without_a_declared_matrix_colours_are_those_that_players_assume(
    size: tuple[int, int], matrix: int, tmp_path: Path
) -> None:
    colour = COLOURS["skin"]
    painted: Any = av.VideoFrame
    frame = painted.from_image(Image.new("RGB", size, colour)).reformat(
        format="yuv420p", dst_colorspace=matrix, dst_color_range=1
    )
    with av.open(str(tmp_path / "c.mp4"), "w") as container:
        stream: Any = container.add_stream("libx264", rate=25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        frame.colorspace, frame.color_range = 2, 0  # not declared
        container.mux([*stream.encode(frame), *stream.encode()])
    with Image.open(io.BytesIO(cut_frame(tmp_path / "c.mp4", "first").data)) as picture:
        assert picture.getpixel((10, 10)) == pytest.approx(colour, abs=3)


def test_hdr_is_named(tmp_path: Path) -> None:
    properties = {"colorspace": 9, "color_range": 1, "color_trc": 16, "color_primaries": 9}
    path = film(tmp_path / "h.mp4", greys(1) * 2, form="yuv420p10le", options={"crf": "1"}, properties=properties)
    assert (cut_frame(path, "first").hdr, cut_frame(film(tmp_path / "s.mp4", greys(1)), "first").hdr) == ("PQ", None)


def noise(size: tuple[int, int]) -> Image.Image:
    return Image.frombytes("RGB", size, hashlib.shake_256(b"noise").digest(size[0] * size[1] * 3))


@pytest.mark.parametrize(
    ("most", "form", "size"),
    [
        (None, "png", (160, 96)),
        (30_000, "jpeg", (160, 96)),
        (16_000, "jpeg", (120, 72)),
        (2_500, "jpeg", (40, 24)),
    ],
)
def test_the_first_picture_of_the_series_that_fits_is_taken(
    most: int | None, form: str, size: tuple[int, int], tmp_path: Path
) -> None:
    path = film(tmp_path / "n.mp4", [noise((160, 96))] * 2, form="yuv444p", options={"qp": "0"})
    cut = cut_frame(path, "first", PictureLimits(most_bytes=most))
    assert (cut.format, (cut.width, cut.height)) == (form, size)
    assert most is None or len(cut.data) <= most
    with Image.open(io.BytesIO(cut.data)) as picture:
        assert (picture.format, picture.size) == (form.upper(), size)


def test_what_fits_nowhere_is_an_error(reordered: Path) -> None:
    with pytest.raises(MediaError, match=r"no picture of a frame of `b\.mp4` fits: png, jpeg of at most 10 bytes"):
        cut_frame(reordered, "first", PictureLimits(most_bytes=10))


def test_the_same_frame_is_the_same_bytes(reordered: Path) -> None:
    """A change here needs another `EXTRACTION`: what was bought with the earlier one must still be recognised."""
    cut = cut_frame(reordered, "last")
    assert EXTRACTION == 1
    assert cut == cut_frame(reordered, "last")


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "page.mp4").write_text("<html>")
    with pytest.raises(MediaError, match="web page"):
        cut_frame(tmp_path / "page.mp4", "first")


@pytest.mark.parametrize("rate", [24, 25, 30, 50, 60])
def test_a_time_with_three_decimals_names_the_frame_that_begins_then(rate: int) -> None:
    for number in range(rate * 6):
        begins = Fraction(number, rate)
        written = float(f"{float(begins):.3f}")
        assert begins <= begun_by(written) < begins + Fraction(1, rate)
        assert begun_by(written) - begins <= Fraction(1, 1000)


def test_the_time_that_is_told_of_a_frame_gives_it_again(tmp_path: Path) -> None:
    video = film(tmp_path / "a.mp4", greys(24), [round(1000 * number / 30) for number in range(24)])
    for number in range(24):
        assert number_of(cut_frame(video, float(f"{number / 30:.3f}")).data) == number


Transpose = Image.Transpose


@pytest.mark.parametrize(
    ("matrix", "shown"),
    [
        ((0, 1, -1, 0), Transpose.ROTATE_270),
        ((-1, 0, 0, -1), Transpose.ROTATE_180),
        ((0, -1, 1, 0), Transpose.ROTATE_90),
        ((-1, 0, 0, 1), Transpose.FLIP_LEFT_RIGHT),
        ((1, 0, 0, -1), Transpose.FLIP_TOP_BOTTOM),
        ((0, 1, 1, 0), Transpose.TRANSPOSE),
        ((0, -1, -1, 0), Transpose.TRANSVERSE),
    ],
)
def test_a_frame_is_turned_and_mirrored_as_its_video_says(
    matrix: tuple[int, int, int, int], shown: Transpose, tmp_path: Path
) -> None:
    """The matrix stands in the header of the track; players follow it."""
    corners = Image.new("RGB", SIZE, (40, 40, 40))
    for place, grey in (((0, 0), 90), ((SIZE[0] // 2, 0), 140), ((0, SIZE[1] // 2), 200)):
        corners.paste((grey, grey, grey), (*place, place[0] + SIZE[0] // 2, place[1] + SIZE[1] // 2))
    path = film(tmp_path / "turned.mp4", [corners] * 2, options={"qp": "0"})
    plain = Image.open(io.BytesIO(cut_frame(path, "first").data))
    data = bytearray(path.read_bytes())
    a, b, c, d = (65536 * number for number in matrix)
    struct.pack_into(">9i", data, data.index(b"tkhd") + 4 + 4 + 20 + 16, a, b, 0, c, d, 0, 0, 0, 1 << 30)
    turned = Image.open(io.BytesIO(cut_frame(bytes(data), "first").data))
    assert (turned.size, turned.tobytes()) == (plain.transpose(shown).size, plain.transpose(shown).tobytes())
