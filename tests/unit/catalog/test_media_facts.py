import base64

import pytest

from ltxspec.catalog.media_facts import KINDS, BrokenData, MediaFacts, contradicts, decoded, facts_by_bytes


@pytest.mark.parametrize(
    ("content", "kind", "name", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n", "image", "PNG", "image/png"),
        (b"\xff\xd8\xff\xe0", "image", "JPEG", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "WEBP", "image/webp"),
        (b"GIF89a", "image", "GIF", "image/gif"),
        (b"MM\0*\0\0\0\x08", "image", "TIFF", "image/tiff"),
        (b"\0\0\0\x1cftypavif", "image", "AVIF", "image/avif"),
        (b"\0\0\0\x18ftypheic", "image", "HEIC", "image/heic"),
        (b"\xff\x0a", "image", "JPEG XL", "image/jxl"),
        (b"RIFF\0\0\0\0WAVE", "audio", "WAV", "audio/wav"),
        (b"ID3\4", "audio", "MP3", "audio/mpeg"),
        (b"\xff\xfb\x90\0", "audio", "MP3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio", "AAC", "audio/aac"),
        (b"FORM\0\0\0\0AIFF", "audio", "AIFF", "audio/aiff"),
        (b"\0\0\0\x1cftypM4A ", "audio", "M4A", "audio/mp4"),
        (b"\0\0\0\x18ftypmp42", "video", "MP4", "video/mp4"),
        (b"\0\0\0\x18ftypqt  ", "video", "MOV", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", "video", "WEBM", "video/webm"),
        (b"", "", "", "application/octet-stream"),
        (b"\0\1\2", "", "", "application/octet-stream"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>", "", "a web page", "application/octet-stream"),
        (b'<?xml version="1.0"?><svg xmlns="x">', "", "SVG", "application/octet-stream"),
        (b"%PDF-1.7", "", "PDF", "application/octet-stream"),
        (b'{"error": 404}', "", "JSON", "application/octet-stream"),
        (b"version https://git-lfs.github.com/spec/v1\n", "", "a Git LFS pointer", "application/octet-stream"),
        (b"not found\n", "", "text", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_are(content: bytes, kind: str, name: str, media_type: str) -> None:
    facts = facts_by_bytes(content)
    assert (facts.kind, facts.format, facts.media_type, facts.bytes) == (kind, name, media_type, len(content))


def test_formats_belong_to_one_kind() -> None:
    names = [name for formats in KINDS.values() for name in formats]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("value", "declared", "data"),
    [
        (f"data:image/png;base64,{base64.b64encode(b'abc').decode()}", "image/png", b"abc"),
        (f"DATA:Image/PNG;charset=x;BASE64,{base64.b64encode(b'abc').decode()}", "image/png", b"abc"),
        ("data:text/html,%3Cp%3Ex", "text/html", b"<p>x"),
        ("data:,", "", b""),
        (base64.b64encode(b"abc").decode(), "", b"abc"),
    ],
)
def test_data_are_decoded_with_their_declared_type(value: str, declared: str, data: bytes) -> None:
    assert decoded(value) == (declared, data)


@pytest.mark.parametrize(
    "value", ["data:image/png;base64", "data:image/png;base64,@@", "data:;base64,AAA", "AAAA\nAAAA"]
)
def test_broken_data_are_refused(value: str) -> None:
    with pytest.raises(BrokenData):
        decoded(value)


@pytest.mark.parametrize(
    ("declared", "kind", "wrong"),
    [
        ("image/png", "image", False),
        ("", "image", False),
        ("application/octet-stream", "audio", False),
        ("text/html", "image", True),
        ("image/png", "audio", True),
    ],
)
def test_a_declared_type_may_contradict(declared: str, kind: str, wrong: bool) -> None:
    assert contradicts(declared, kind) is wrong


def test_a_picture_that_is_turned_sideways_swaps_its_sides() -> None:
    assert MediaFacts("image", "JPEG", 1, 40, 30, turned=6).upright == (30, 40)
    assert MediaFacts("image", "JPEG", 1, 40, 30, turned=3).upright == (40, 30)
    assert MediaFacts("image", "HEIC", 1).upright is None
