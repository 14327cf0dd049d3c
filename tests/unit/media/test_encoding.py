from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from PIL import Image

from ltxspec.errors import MediaError
from ltxspec.media.drawing import Planes
from ltxspec.media.encoding import Format, encode
from ltxspec.media.probe import probe


def grey(size: tuple[int, int], count: int) -> Iterator[Planes]:
    half = (size[0] // 2, size[1] // 2)
    for number in range(count):
        yield Image.new("L", size, 16 + number), Image.new("L", half, 128), Image.new("L", half, 128)


def shape(container: str = "mp4", rate: Fraction = Fraction(25)) -> Format:
    return Format(container, 96, 64, rate)  # type: ignore[arg-type]  # one of three


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(50), Fraction(30_000, 1001)])
def test_frames_go_in_and_come_out_at_their_rate(tmp_path: Path, rate: Fraction) -> None:
    encode(shape(rate=rate), tmp_path / "v", grey((96, 64), 40), None)
    info = probe(tmp_path / "v")
    assert info.frames == 40
    assert info.fps == pytest.approx(float(rate))


@pytest.mark.parametrize("container", ["mp4", "mov", "webm"])
def test_colours_are_labelled_so_that_players_show_them_right(tmp_path: Path, container: str) -> None:
    import av

    encode(shape(container), tmp_path / "v", grey((96, 64), 5), None)
    with av.open(str(tmp_path / "v")) as opened:
        context = opened.streams.video[0].codec_context
        assert (context.colorspace, context.color_range) == (1, 1)


def test_key_frames_come_every_second(tmp_path: Path) -> None:
    import av

    encode(shape(), tmp_path / "v", grey((96, 64), 100), None)
    with av.open(str(tmp_path / "v")) as opened:
        keys = [packet.pts for packet in opened.demux(video=0) if packet.is_keyframe and packet.size]
        assert len(keys) == 4


def test_a_place_that_cannot_be_written_is_a_media_error(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="could not write the animatic `v`"):
        encode(shape(), tmp_path / "missing" / "v", grey((96, 64), 2), None)
