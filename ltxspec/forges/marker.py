"""The hidden first line of our comment: the head and plan it shows, and the run that wrote it.

A review has its own marker wherever its Markdown is pasted; this line is for runs that update the same comment
concurrently.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LINE = re.compile(
    r"<!-- ltxspec:comment (?P<key>\S+) head=(?P<head>[0-9a-f]{7,64}) digest=(?P<digest>sha256:[0-9a-f]{64}|none)"
    r" run=(?P<run>[0-9]{1,18})\.(?P<attempt>[0-9]{1,9}) -->"
)
_DIGITS = 8  # hexadecimal, of a digest
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]|--+")


@dataclass(frozen=True, slots=True)
class Marker:
    """Metadata of one of our comments. `key` distinguishes the comments of several projects in one repository."""

    head: str  # commit id
    digest: str = ""  # of the plan at the head; empty if there is no plan to approve
    run: tuple[int, int] = (0, 0)  # number and attempt of the CI run, increasing with time; zeros outside CI
    key: str = "ltxspec"

    def line(self) -> str:
        """The first line of the comment. Invisible on every forge."""
        run = f"{self.run[0]}.{self.run[1]}"
        digest = self.digest if _DIGEST.fullmatch(self.digest) else "none"
        return f"<!-- ltxspec:comment {_safe(self.key)} head={self.head} digest={digest} run={run} -->"

    @classmethod
    def read(cls, body: str) -> "Self | None":
        """The marker at the start of a comment's text; None if it is not there, as in a quoted comment."""
        found = _LINE.match(body)
        if found is None:
            return None
        digest = "" if found["digest"] == "none" else found["digest"]
        return cls(found["head"], digest, (int(found["run"]), int(found["attempt"])), found["key"])

    def same_comment(self, other: "Marker") -> bool:
        """Whether both markers belong to the same comment."""
        return _safe(self.key) == _safe(other.key)


def _safe(key: str) -> str:
    """The key without characters that could end the HTML comment; a digest of it follows where any was replaced."""
    safe = _UNSAFE.sub("_", key)
    if safe == key and key:
        return key
    return f"{safe.strip('-') or '_'}.{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:_DIGITS]}"
