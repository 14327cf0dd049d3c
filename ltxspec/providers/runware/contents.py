"""Recognises a download by its first bytes. Headers may be wrong permanently: stores keep what an uploader set.

So headers are never a reason to refuse. Text or a picture instead of a video is a message (an error, a page, "not
ready yet"); compressed bytes are unpacked; anything else is accepted, and the archive decides whether it is a video.
"""

import codecs
import zlib
from collections.abc import AsyncIterator, Iterator

HEAD = 64  # bytes needed for a decision

_GZIP = b"\x1f\x8b\x08"
_EBML = b"\x1a\x45\xdf\xa3"
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8")
_FIRST_BOXES = frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"uuid"})
_CONTROL = frozenset(range(0x20)) - set(b"\t\n\f\r") | {0x7F}
_UTF_8 = codecs.getincrementaldecoder("utf-8")
_NO_CODING = frozenset({"", "identity", "aws-chunked"})  # the last describes how it was uploaded
_UNPACKED_AT_ONCE = 2**20  # bytes


async def beginning(parts: AsyncIterator[bytes]) -> bytes:
    """The first bytes of a body: at least `HEAD` of them, or the whole body."""
    head = b""
    while len(head) < HEAD:
        part = await anext(parts, None)
        if part is None:
            break
        head += part
    return head


def message_in(head: bytes) -> str | None:
    """The kind of message that a body is, by its first bytes; None for a possible video and for an empty body."""
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "a picture"
    start = head[:HEAD].removeprefix(codecs.BOM_UTF8).lstrip()
    if not start or not _CONTROL.isdisjoint(start) or _starts_like_a_video(head):
        return None
    if start.startswith((b"{", b"[")):
        return "JSON"
    if start.startswith(b"<"):
        return "a web page or XML"
    try:
        _UTF_8().decode(start)  # the last character may be incomplete
    except UnicodeDecodeError:
        return None
    return "text"


def is_zipped(head: bytes) -> bool:
    """Whether a body is compressed with gzip; no video starts with these bytes."""
    return head.startswith(_GZIP)


def strange_coding(coding: str, head: bytes) -> str | None:
    """The `Content-Encoding` that hides the content; None if there is none, or if the bytes show a video."""
    names = {name.strip().lower() for name in coding.split(",")} - _NO_CODING
    return None if not names or _starts_like_a_video(head) else ", ".join(sorted(names))


def _starts_like_a_video(head: bytes) -> bool:
    return head.startswith(_EBML) or head[4:8] in _FIRST_BOXES


class Unzipper:
    """Unpacks a body in small steps as it arrives, so that a small body cannot fill the memory."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)

    @property
    def complete(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._stream.eof

    def unpack(self, data: bytes) -> Iterator[bytes]:
        """The unpacked content of these bytes. Raises ValueError when they are damaged."""
        while data and not self._stream.eof:
            try:
                yield self._stream.decompress(data, _UNPACKED_AT_ONCE)
            except zlib.error as error:
                raise ValueError("damaged") from error
            data = self._stream.unconsumed_tail
