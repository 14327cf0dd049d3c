import io
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import pytest
from pictures import picture
from PIL import Image

from ltxspec.media.animatic import write_animatic
from ltxspec.media.looking import look
from ltxspec.media.specs import AnimaticSpec

if TYPE_CHECKING:
    from av.audio.stream import AudioStream


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def huge(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def sound(seconds: float = 1, kind: str = "wav", codec: str = "pcm_s16le") -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        stream = cast("AudioStream", container.add_stream(codec, rate=48_000))
        stream.layout = "mono"
        for start in range(0, round(seconds * 48_000), 1000):
            frame = av.AudioFrame(format="s16", layout="mono", samples=1000)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = 48_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_whole_picture_has_a_size_and_no_problem(kind: str) -> None:
    facts = look(picture(kind))
    assert (facts.format, facts.width, facts.height, facts.problem) == (kind, 64, 36, None)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_was_cut_off_does_not_decode(kind: str, share: float) -> None:
    whole = picture(kind, (320, 180))
    assert look(whole[: int(len(whole) * share)]).problem is not None


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_not_even_the_last_byte_may_be_missing(kind: str) -> None:
    assert look(picture(kind)[:-1]).problem is not None


def test_a_damaged_picture_does_not_decode() -> None:
    whole = bytearray(picture("PNG", (320, 180)))
    whole[200:260] = bytes(60)
    assert look(bytes(whole)).problem == "its data are damaged"


def test_rotation_is_read_from_exif_data() -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    facts = look(picture("JPEG", (40, 30), exif=turned))
    assert (facts.turned, facts.upright) == (6, (30, 40))
    turned[0x0112] = 77
    assert look(picture("JPEG", exif=turned)).turned == 1


@pytest.mark.parametrize(("width", "height"), [(9_000, 9_000), (30_000, 30_000), (2**30, 2**30)])
@pytest.mark.filterwarnings("error")
def test_a_picture_that_would_unpack_to_gigabytes_is_not_decoded(width: int, height: int) -> None:
    facts = look(huge(width, height))
    assert facts.oversized
    assert "64 million" in str(facts.problem)


def test_a_file_of_many_megabytes_is_not_decoded() -> None:
    facts = look(picture("PNG") + bytes(64 * 2**20))
    assert (facts.oversized, facts.problem) == (True, "it has more than 64 MiB")


def test_text_in_a_picture_cannot_fill_the_memory() -> None:
    text = chunk(b"zTXt", b"c\0\0" + zlib.compress(bytes(2**28)))
    whole = picture("PNG")
    assert look(whole[:33] + text + whole[33:]).problem is not None


@pytest.mark.parametrize(
    ("kind", "codec", "name"), [("wav", "pcm_s16le", "WAV"), ("flac", "flac", "FLAC"), ("aiff", "pcm_s16be", "AIFF")]
)
def test_a_sound_has_a_length(kind: str, codec: str, name: str) -> None:
    facts = look(sound(1.5, kind, codec))
    assert (facts.kind, facts.format, facts.problem) == ("audio", name, None)
    assert facts.seconds == pytest.approx(1.5, abs=0.05)


def test_a_sound_without_samples_is_a_problem() -> None:
    assert look(sound()[:44]).problem is not None
    assert look(b"ID3" + bytes(100)).problem is not None


def test_a_video_has_a_size_and_a_length(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    write_animatic(AnimaticSpec(64, 36, 1, 25), file)
    facts = look(file.read_bytes())
    assert (facts.kind, facts.format, facts.width, facts.height, facts.problem) == ("video", "MP4", 64, 36, None)
    assert facts.seconds == pytest.approx(1, abs=0.1)
    assert look(file.read_bytes()[:200]).problem is not None


@pytest.mark.parametrize("content", [b"", b"<html>", b"\0\0\0\x18ftypheic" + bytes(50)])
def test_what_cannot_be_decoded_here_is_only_named(content: bytes) -> None:
    facts = look(content)
    assert (facts.width, facts.problem, facts.bytes) == (None, None, len(content))
