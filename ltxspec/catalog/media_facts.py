"""What an image, a sound or a video is by its bytes. Names and declared types say nothing about content."""

import base64
import binascii
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

IMAGES: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIC", "JPEG XL", "JPEG 2000", "ICO", "PSD")
SOUNDS: Final = ("WAV", "MP3", "OGG", "FLAC", "AAC", "M4A", "AIFF")
VIDEOS: Final = ("MP4", "MOV", "WEBM", "MKV", "AVI")
LFS_POINTER: Final = "a Git LFS pointer"
KINDS: Final = {"image": IMAGES, "audio": SOUNDS, "video": VIDEOS}

_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\0\0\1\0", "ICO"),
    (b"8BPS", "PSD"),
    (b"ID3", "MP3"),
    (b"OggS", "OGG"),
    (b"fLaC", "FLAC"),
)
_RIFF: Final = {b"WEBP": "WEBP", b"WAVE": "WAV", b"AVI ": "AVI"}
_BRANDS: Final = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIC"),
    **dict.fromkeys((b"M4A ", b"M4B "), "M4A"),
    b"qt  ": "MOV",
}
_OTHERS: Final = (
    (b"%PDF", "PDF"),
    (b"PK\3\4", "a ZIP archive"),
    (b"version https://git-lfs", LFS_POINTER),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
_EBML: Final = b"\x1a\x45\xdf\xa3"
_HEAD: Final = 512  # bytes
_SYNC: Final = 0xE0  # bits of the second byte of a frame of sound; the first has all bits set
_LAYER: Final = 0x06  # bits that are never all 0 in MP3, and always in AAC
_MEDIA_TYPES: Final = {
    "M4A": "audio/mp4", "MP3": "audio/mpeg",
    "MOV": "video/quicktime", "MKV": "video/x-matroska", "AVI": "video/x-msvideo",
    "JPEG XL": "image/jxl", "JPEG 2000": "image/jp2", "ICO": "image/x-icon", "PSD": "image/vnd.adobe.photoshop",
}  # fmt: skip
_SIDEWAYS: Final = (5, 6, 7, 8)  # orientations in EXIF data that swap width and height
_DECLARED: Final = ("text", "image", "audio", "video", "font", "model")  # what a data URI may contradict


class BrokenData(ValueError):
    """A data URI or base64 text that cannot be turned into bytes; its text gives the reason."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What is known about a file. Without a decoder only `kind`, `format` and `bytes`."""

    kind: str  # "image", "audio", "video", or "" for anything else
    format: str  # "PNG"; for anything else what it seems to be, or ""
    bytes: int
    width: int | None = None  # pixels, as stored
    height: int | None = None
    turned: int = 1  # the orientation that EXIF data ask for; 1 is upright
    seconds: float | None = None
    problem: str | None = None  # why it cannot be decoded
    fps: float | None = None  # of a video: its average
    oversized: bool = False  # it was not decoded, because it is too large

    @property
    def media_type(self) -> str:
        """The media type, such as `image/png`."""
        named = _MEDIA_TYPES.get(self.format, f"{self.kind}/{self.format.lower()}")
        return named if self.kind else "application/octet-stream"

    @property
    def upright(self) -> tuple[int, int] | None:
        """Width and height as shown by software that follows EXIF data."""
        if self.width is None or self.height is None:
            return None
        return (self.height, self.width) if self.turned in _SIDEWAYS else (self.width, self.height)


def facts_by_bytes(data: bytes) -> MediaFacts:
    """What a file is by its first bytes, without decoding it."""
    name = _name(data[:_HEAD])
    kind = next((kind for kind, formats in KINDS.items() if name in formats), "")
    return MediaFacts(kind, name, len(data))


def _name(head: bytes) -> str:
    """The format, or what the file seems to be."""
    simple = next((name for start, name in _STARTS if head.startswith(start)), "")
    return simple or _boxed(head) or (_stream(head) if head[:1] == b"\xff" else _other(head))


def _boxed(head: bytes) -> str:
    """The format of a file whose type is inside an outer structure; empty for any other."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "MP4")
    if head.startswith(_EBML):
        return "WEBM" if b"webm" in head[:64] else "MKV"
    if head[:4] == b"FORM" and head[8:11] == b"AIF":
        return "AIFF"
    return "MOV" if head[4:8] in {b"moov", b"mdat"} else ""


def _stream(head: bytes) -> str:
    """The format of a sound that has only frames, without a file header."""
    second = head[1] if len(head) > 1 else 0
    if second & _SYNC != _SYNC:
        return ""
    return "MP3" if second & _LAYER else "AAC"


def _other(head: bytes) -> str:
    """What a file that is neither image, sound nor video seems to be; empty if unknown."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "a web page"
    if text.startswith((b"<svg", b"<?xml")):
        return "SVG" if b"<svg" in text else "XML"
    found = next((name for start, name in _OTHERS if text.startswith(start.lower())), "")
    if found or not text:
        return found
    is_text = text.isascii() and all(byte >= ord(" ") or byte in b"\t\n\r\f" for byte in text)
    return "text" if is_text else ""


def decoded(value: str) -> tuple[str, bytes]:
    """The declared media type, or an empty text, and the bytes of a data URI or of bare base64.

    Raises:
        BrokenData: it cannot be decoded.
    """
    if value[:5].lower() != "data:":
        return "", _from_base64(value)
    head, comma, payload = value[5:].partition(",")
    if not comma:
        raise BrokenData("there is no comma in it, after which the data begin")
    declared, *options = [part.strip().lower() for part in head.split(";")]
    return declared, _from_base64(payload) if "base64" in options else unquote_to_bytes(payload)


def contradicts(declared: str, kind: str) -> bool:
    """Whether a declared media type says that content is not of a kind, as `text/html` does of every image."""
    main = declared.partition("/")[0]
    return main in _DECLARED and main != kind


def _from_base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BrokenData("its base64 data are broken") from error
