"""Ids that the sandbox assigns: derived, so that the same order leads to the same ids everywhere."""

import hashlib
import re

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_uuid4(text: object) -> bool:
    """Whether `text` is a UUID of version 4."""
    return isinstance(text, str) and _UUID4.fullmatch(text) is not None


def is_uuid(text: object) -> bool:
    """Whether `text` is a UUID of any version."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def derived_uuid(*parts: object) -> str:
    """A version 4 UUID derived from `parts`."""
    digest = bytearray(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def video_uuid(task: str, run: int, result: int) -> str:
    """The id of one result's video."""
    return derived_uuid("video", task, run, result)


def seed_of(task: str, run: int, result: int) -> int:
    """The seed of one result, 31 bits."""
    digest = hashlib.sha256(f"seed\0{task}\0{run}\0{result}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1
