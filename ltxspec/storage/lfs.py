"""Git LFS keeps a small text in a commit instead of a large file; a checkout without LFS has that text on disk.

The text names the file's SHA-256, which is all that fingerprints need: a plan is right without the file. Sending the
text in the file's place would be wrong. Format: the specification in docs/spec.md of git-lfs.
"""

import re

LARGEST_POINTER = 1024  # bytes
_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")


def pointed_at(data: bytes) -> str | None:
    """`sha256:<hex>` of the file a pointer stands for; None when the bytes are no pointer."""
    match = _POINTER.match(data) if len(data) <= LARGEST_POINTER else None
    return f"sha256:{match.group(1).decode()}" if match else None
