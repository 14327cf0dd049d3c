"""The outermost layer of video files: the file type, and whether the file is complete.

Box layout from ISO/IEC 14496-12 (MP4, MOV); element layout from RFC 8794 and RFC 9559 (WEBM, Matroska).
"""

import io
from typing import IO

from ltxspec.errors import MediaError

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_CLUSTER = b"\x1f\x43\xb6\x75"
_DOCTYPE = b"\x42\x82"
_BOX_HEADER = 8
_LONG_BOX_HEADER = 16
_HEAD = 64
_LONGEST_VINT = 8
_BEFORE_FTYP = frozenset({b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp"})
_MANY_BOXES = 16  # before `ftyp`; a file with more is not a video
_MANY_ELEMENTS = 1_000_000  # a one-hour film has fewer
_IMAGE_BRANDS = frozenset({b"avif", b"heic", b"heix", b"mif1"})
_HOLE = bytes(256)  # left by a crash where space was allocated but never written


def sniff(file: IO[bytes], name: str) -> str:
    """Detect the file type from the first bytes: "mp4", "mov", "webm" or "matroska".

    Raises:
        MediaError: it is none of them; the message says what it appears to be.
    """
    file.seek(0)
    head = file.read(_HEAD)
    kind = _matroska_kind(head) if head.startswith(_EBML) else _box_kind(file)
    file.seek(0)
    if kind is None:
        raise MediaError(f"`{name}` is not a video: {_looks_like(head)}")
    return kind


def _matroska_kind(head: bytes) -> str:
    at = head.find(_DOCTYPE)
    return "webm" if at >= 0 and head[at + 3 : at + 7] == b"webm" else "matroska"


def _box_kind(file: IO[bytes]) -> str | None:
    """The type from the brand in `ftyp`, which may follow padding. Older QuickTime files have no such box."""
    at = 0
    for _ in range(_MANY_BOXES):
        file.seek(at)
        box = file.read(_LONG_BOX_HEADER)
        kind, brand = box[4:8], box[8:12]
        if kind == b"ftyp":
            return None if brand in _IMAGE_BRANDS else "mov" if brand == b"qt  " else "mp4"
        if kind in {b"moov", b"mdat"}:
            return "mov"
        length = _box_length(box)
        if kind not in _BEFORE_FTYP or length < _BOX_HEADER:
            return None
        at += length
    return None


def _looks_like(head: bytes) -> str:
    text = head.lstrip()[:15].lower()
    if not head:
        return "it is empty"
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<?xml")):
        return "it is a web page"
    if text.startswith((b"{", b"[")):
        return "it is JSON"
    if head.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) or head[8:12] in {b"WEBP", *_IMAGE_BRANDS}:
        return "it is an image"
    return "it is neither MP4, MOV nor WEBM"


def check_whole(file: IO[bytes], kind: str, name: str) -> bool:
    """Check that the file is as long as its structure says, and has no holes between its parts.

    Returns:
        Whether the structure gives the end of the file; a live recording may not.

    Raises:
        MediaError: bytes are missing.
    """
    size = file.seek(0, io.SEEK_END)
    if kind in {"webm", "matroska"}:
        start, end = _segment(file)
        if start is not None and not _is_walkable(file, start, min(end or size, size)):
            raise MediaError(f"`{name}` is damaged: it has a hole")
    else:
        end = _boxes_end(file, size)
    file.seek(0)
    if end is not None and end > size:
        raise MediaError(f"`{name}` is cut short: {size} of at least {end} bytes are there")
    return end is not None


def _boxes_end(file: IO[bytes], size: int) -> int | None:
    """The end of the last box; more than `size` when it is incomplete, or when there is no index box."""
    at, kinds = 0, set()
    while at + _BOX_HEADER <= size:
        file.seek(at)
        header = file.read(_LONG_BOX_HEADER)
        length, kind = _box_length(header), header[4:8]
        if not (kind.isascii() and kind.decode("ascii").isprintable()):  # not a box, but data after the last one
            break
        kinds.add(kind)
        if length == 0:  # the box extends to the end of the file
            return None
        if length < _BOX_HEADER:
            break
        at += length
    if not {b"moov", b"mdat"} <= kinds:
        return max(at, size) + 1
    return at


def _box_length(header: bytes) -> int:
    length = int.from_bytes(header[:4])
    return int.from_bytes(header[8:16]) if length == 1 and len(header) == _LONG_BOX_HEADER else length


def _segment(file: IO[bytes]) -> tuple[int | None, int | None]:
    """Start and end of the segment's content; None where unknown."""
    file.seek(4)
    header_length = _vint(file)
    if header_length is None:
        return None, None
    file.seek(header_length, io.SEEK_CUR)
    if file.read(4) != _SEGMENT:
        return None, None
    length = _vint(file)
    start = file.tell()
    return start, None if length is None else start + length


def _is_walkable(file: IO[bytes], at: int, end: int) -> bool:
    """Whether elements follow one another up to `end`, also within clusters, without a hole between them."""
    for _ in range(_MANY_ELEMENTS):
        if at >= end:
            break
        file.seek(at)
        start = file.read(len(_HOLE))
        if start == _HOLE:
            return False
        file.seek(at + _LONGEST_VINT + 1 - start[0].bit_length())
        length = _vint(file)
        if start[0] == 0 or (length is None and start[:4] != _CLUSTER):
            break  # not an element, or one of unknown length
        inside = start[:4] == _CLUSTER
        at = file.tell() if inside or length is None else file.tell() + length
    return True


def _vint(file: IO[bytes]) -> int | None:
    """A variable-length size; None for "unknown" (all bits set) and for invalid ones."""
    first = file.read(1)
    if not first or first[0] == 0:
        return None
    width = _LONGEST_VINT + 1 - first[0].bit_length()
    rest = file.read(width - 1)
    if len(rest) < width - 1:
        return None
    value = int.from_bytes(first + rest) & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else value
