r"""The last gate before a terminal: whatever reaches it, no control character but ours is obeyed.

Reports clean what they show (`report.style.clean`); this catches what one of them forgot. A control character leaves as
`\u001b`, which in JSON is the same text. Bytes pass as they are: they are documents, for programs.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

# Tabs and line ends stay, and so do the colours of `report.style`: they move no cursor and hide nothing.
_OBEYED = re.compile(r"(\x1b\[(?:[0-2]|3[1-6]|1;3[13]|31;9|32;4)m)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def harmless(text: str) -> str:
    """A text as a terminal may have it."""
    return _OBEYED.sub(lambda found: found[1] or f"\\u{ord(found[0]):04x}", text)


class Guarded:
    """A text stream that writes only what is harmless. `unguarded` is the stream itself, for what draws on it."""

    def __init__(self, unguarded: IO[str]) -> None:
        self.unguarded = unguarded

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        self.unguarded.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Put the gate before standard output and standard error."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Guarded(sys.stdout), Guarded(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
