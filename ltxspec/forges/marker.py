"""The hidden first line of our comment: which head and plan it shows, and which run wrote it.

A review carries a mark of its own wherever its Markdown is pasted; this line is what runs that meet at one comment need
to know of each other.
"""

import re
from dataclasses import dataclass
from typing import Self

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_LINE = re.compile(
    r"<!-- ltxspec:comment (?P<key>\S+) head=(?P<head>[0-9a-f]{7,64}) digest=(?P<digest>sha256:[0-9a-f]{64}|none)"
    r" run=(?P<run>[0-9]{1,18})\.(?P<attempt>[0-9]{1,9}) -->"
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]|--+")


@dataclass(frozen=True, slots=True)
class Marker:
    """What a comment of ours says of itself. `key` tells the comments of several projects in one repository apart."""

    head: str  # commit id
    digest: str = ""  # of the plan at the head; empty when there is none to approve
    run: tuple[int, int] = (0, 0)  # number of the CI run and its attempt, growing with time; zeros outside of CI
    key: str = "ltxspec"

    def line(self) -> str:
        """The line that stands first in the comment. Invisible on every forge."""
        run = f"{self.run[0]}.{self.run[1]}"
        digest = self.digest if _DIGEST.fullmatch(self.digest) else "none"
        return f"<!-- ltxspec:comment {_safe(self.key)} head={self.head} digest={digest} run={run} -->"

    @classmethod
    def read(cls, body: str) -> "Self | None":
        """The marker of a comment's text, which must begin with it: a quoted comment is not ours."""
        found = _LINE.match(body)
        if found is None:
            return None
        digest = "" if found["digest"] == "none" else found["digest"]
        return cls(found["head"], digest, (int(found["run"]), int(found["attempt"])), found["key"])

    def same_comment(self, other: "Marker") -> bool:
        """Whether both are markers of one and the same comment."""
        return _safe(self.key) == _safe(other.key)


def _safe(key: str) -> str:
    """A key that cannot end the line's comment."""
    return _UNSAFE.sub("_", key) or "_"
