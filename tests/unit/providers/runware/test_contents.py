import asyncio
import gzip
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.providers.runware.contents import HEAD, Unzipper, beginning, is_zipped, message_in, strange_coding

STARTS = [
    *[b"\x00\x00\x00\x20ftypisom", b"\x00\x00\x00\x08wide", b"\x00\x12\xd6\x87mdat", b"\x00\x00\x02\xa0moov"],
    *[b"\x00\x00\x00\x18ftypqt  ", b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81", b"<<<<mdat", b"    free"],
]


def beginning_of(*parts: bytes) -> tuple[bytes, list[bytes]]:
    """The beginning of a body, and the parts that are left."""

    async def body() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    async def run() -> tuple[bytes, list[bytes]]:
        left = body()
        return await beginning(left), [part async for part in left]

    return asyncio.run(run())


@given(st.lists(st.binary(max_size=40)))
def test_a_body_is_read_until_it_can_be_judged(parts: list[bytes]) -> None:
    head, left = beginning_of(*parts)
    assert head + b"".join(left) == b"".join(parts)
    assert len(head) >= HEAD or not left
    assert len(head) < HEAD + 40


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b'{"error": "not ready"}', "JSON"),
        (b"\xef\xbb\xbf\r\n [1]", "JSON"),
        (b"<!doctype html>", "a web page or XML"),
        (b"\n\n<?xml version='1.0'?>", "a web page or XML"),
        (b"<p>Fertig ist \xfcbrigens nichts</p>", "a web page or XML"),  # Latin-1
        (b"Not ready\n", "text"),
        (("ü" * 40).encode()[:63], "text"),  # a character is cut
        (b"", None),
        (b"  \n", None),
        (b"\xff\xd8\xff\xe0", "a picture"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"GIF89a\x01\x00", "a picture"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "a picture"),
        (b"RIFF\x24\x00\x00\x00AVI LIST", None),
        (bytes(range(256)), None),
    ],
)
def test_a_message_is_told_from_what_may_be_a_video(head: bytes, kind: str | None) -> None:
    assert message_in(head) == kind


@pytest.mark.parametrize("start", STARTS)
@given(rest=st.binary(max_size=80))
def test_what_begins_like_a_video_is_never_text_and_never_strange(start: bytes, rest: bytes) -> None:
    assert message_in(start + rest) is None
    assert strange_coding("gzip", start + rest) is None
    assert not is_zipped(start + rest)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_every_text_is_noticed(text: str) -> None:
    head = text.encode()
    blank = not head.removeprefix(b"\xef\xbb\xbf").strip()
    assert (message_in(head) is None) == (blank or head[4:8] in {b"free", b"mdat", b"moov", b"ftyp", b"skip", b"wide"})


@pytest.mark.parametrize(
    ("coding", "strange"),
    [
        *[("", None), ("identity", None), ("aws-chunked", None), (" AWS-Chunked , identity", None), (",", None)],
        *[("br", "br"), ("aws-chunked,ZSTD", "zstd"), ("gzip, br", "br, gzip")],
    ],
)
def test_only_encodings_that_hide_the_bytes_are_strange(coding: str, strange: str | None) -> None:
    assert strange_coding(coding, b"\x8b\x00") == strange


@given(st.binary(max_size=5000), st.integers(1, 500))
def test_whatever_was_packed_comes_out_again(content: bytes, step: int) -> None:
    packed = gzip.compress(content)
    assert is_zipped(packed)
    unzipper = Unzipper()
    parts = [packed[start : start + step] for start in range(0, len(packed), step)]
    assert b"".join(data for part in parts for data in unzipper.unpack(part)) == content
    assert unzipper.complete
    assert list(unzipper.unpack(b"padding")) == []


@given(st.binary(min_size=1, max_size=5000), st.data())
def test_a_packed_body_that_was_cut_is_not_complete(content: bytes, data: st.DataObject) -> None:
    packed = gzip.compress(content)
    unzipper = Unzipper()
    list(unzipper.unpack(packed[: data.draw(st.integers(0, len(packed) - 1))]))
    assert not unzipper.complete


def test_a_damaged_body_is_noticed() -> None:
    with pytest.raises(ValueError, match="damaged"):
        list(Unzipper().unpack(gzip.compress(b"video")[:10] + b"\xff" * 20))


def test_a_body_is_unpacked_a_little_at_a_time() -> None:
    assert max(map(len, Unzipper().unpack(gzip.compress(bytes(20_000_000))))) <= 2**20
