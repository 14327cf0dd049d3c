"""The outermost layer of video files: which kind one is, and whether its last byte is there.

Box layout from ISO/IEC 14496-12 (MP4, MOV); element layout from RFC 8794 and RFC 9559 (WEBM, Matroska).
"""

import io
from typing import IO

from ltxspec.errors import MediaError

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_DOCTYPE = b"\x42\x82"
_BOX_HEADER = 8
_LONG_BOX_HEADER = 16
_HEAD = 64
_LONGEST_VINT = 8


def sniff(file: IO[bytes], name: str) -> str:
    """Tell the kind of a file by its first bytes: "mp4", "mov", "webm" or "matroska".

    Raises:
        MediaError: it is none of them; the message says what it looks like.
    """
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    if head.startswith(_EBML):
        at = head.find(_DOCTYPE)
        return "webm" if at >= 0 and head[at + 3 : at + 7] == b"webm" else "matroska"
    raise MediaError(f"`{name}` is not a video: {_looks_like(head)}")


def _looks_like(head: bytes) -> str:
    text = head.lstrip()[:15].lower()
    if not head:
        return "it is empty"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "it is a web page"
    if text.startswith((b"{", b"[")):
        return "it is JSON"
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or head[8:12] == b"WEBP":
        return "it is an image"
    return "it is neither MP4, MOV nor WEBM"


def check_whole(file: IO[bytes], kind: str, name: str) -> None:
    """Check that the file is as long as its own structure says.

    Raises:
        MediaError: bytes are missing at the end.
    """
    size = file.seek(0, io.SEEK_END)
    end = _matroska_end(file) if kind in {"webm", "matroska"} else _boxes_end(file, size)
    file.seek(0)
    if end is not None and end > size:
        raise MediaError(f"`{name}` is cut short: {size} of at least {end} bytes are there")


def _boxes_end(file: IO[bytes], size: int) -> int | None:
    """Where the last box ends; more than `size` when it is not all there, and when there is no index box at all."""
    at, kinds = 0, set()
    while at + _BOX_HEADER <= size:
        file.seek(at)
        header = file.read(_LONG_BOX_HEADER)
        length = int.from_bytes(header[:4])
        kinds.add(header[4:8])
        if length == 0:  # the box runs to the end of the file, wherever that is
            return None
        if length == 1 and len(header) == _LONG_BOX_HEADER:
            length = int.from_bytes(header[8:16])
        if length < _BOX_HEADER:  # not a box: padding after the last one
            break
        at += length
    if not {b"moov", b"mdat"} <= kinds:
        return max(at, size) + 1
    return at


def _matroska_end(file: IO[bytes]) -> int | None:
    """Where the segment ends, or None when it was written without knowing."""
    file.seek(4)
    header_length = _vint(file)
    if header_length is None:
        return None
    file.seek(header_length, io.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return None
    length = _vint(file)
    return None if length is None else file.tell() + length


def _vint(file: IO[bytes]) -> int | None:
    """A variable-length size; None for "unknown" (all bits set) and for nonsense."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = _LONGEST_VINT + 1 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1:
        return None
    value = int.from_bytes(first + rest) & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value
