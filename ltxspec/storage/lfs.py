"""Git LFS pointers: a short text committed instead of a large file, and found on disk in a checkout without LFS.

The text names the file's SHA-256, which is all that fingerprints need: a plan is correct without the file. Sending the
text instead of the file would be wrong. Format: the specification in docs/spec.md of git-lfs.
"""

import re

LARGEST_POINTER = 1024  # bytes
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")


def pointed_at(data: bytes) -> str | None:
    """`sha256:<hex>` of the file a pointer refers to; None when the bytes are not a pointer."""
    match = _POINTER.match(data) if len(data) <= LARGEST_POINTER else None
    return f"sha256:{match.group(1).decode()}" if match else None
