r"""The last gate before a terminal: whatever reaches it, no control character but ours is obeyed.

Reports clean what they show (`report.style.clean`); this catches what one of them forgot. A control character leaves as
`\u001b`, which in JSON is the same text. Bytes are documents: they pass as they are, but
to a terminal as texts do.

The log of a GitHub workflow obeys, too: `::error::…` at the start of a line, `##[add-mask]…` anywhere, in documents as
in texts. There these signs are written as controls are, unless a file takes what is written.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

# Tabs and line ends stay, and so do the colours of `report.style`: they move no cursor and hide nothing.
_OBEYED = re.compile(r"(\x1b\[(?:[0-2]|3[1-6]|1;3[13]|31;9|32;4)m)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


_COMMAND = re.compile(r"((?:^|\n)[^\S\n]*)(:)(?=:)|(?<=#)(#)(?=\[)")


def harmless(text: str) -> str:
    """A text as a terminal may have it."""
    return _OBEYED.sub(lambda found: found[1] or f"\\u{ord(found[0]):04x}", text)


def commanding_nothing(text: str, *, goes_on: bool = False) -> str:
    """A text as the log of a GitHub workflow may have it; `goes_on` when it does not begin a line."""
    begins = "\0" if goes_on else ""  # not white space, so that what follows is not at the start
    shown = _COMMAND.sub(lambda found: f"{found[1] or ''}\\u{ord(found[2] or found[3]):04x}", begins + text)
    return shown.removeprefix(begins)


class Guarded:
    """A text stream that writes only what is harmless. `unguarded` is the stream itself, for what draws on it."""

    def __init__(self, unguarded: IO[str]) -> None:
        self.unguarded = unguarded
        self._is_terminal = unguarded.isatty()
        self._is_log = bool(os.environ.get("GITHUB_ACTIONS")) and not _is_file(unguarded)
        self._goes_on = False  # whether the line that is being written has more than white space

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        shown = harmless(text)
        if self._is_log:
            shown = commanding_nothing(shown, goes_on=self._goes_on)
            last = text.rpartition("\n")
            self._goes_on = bool(last[2].strip()) or (self._goes_on and not last[1])
        self.unguarded.write(shown)
        return len(text)

    @property
    def buffer(self) -> Any:
        """The stream of bytes behind it."""
        buffer = self.unguarded.buffer  # type: ignore[attr-defined]  # of files, as standard streams are
        return GuardedBytes(buffer, is_log=self._is_log) if self._is_log or self._is_terminal else buffer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


class GuardedBytes:
    """A stream of documents in JSON, in which nothing commands a terminal, or the runner of a workflow."""

    def __init__(self, unguarded: IO[bytes], *, is_log: bool) -> None:
        self._unguarded = unguarded
        self._is_log = is_log

    def write(self, data: bytes) -> int:
        """Write a part of a document; returns its length."""
        shown = harmless(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        self._unguarded.write(shown.replace(b"##[", rb"#\u0023[") if self._is_log else shown)
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unguarded, name)


def _is_file(stream: IO[str]) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def guarded() -> Iterator[None]:
    """Put the gate before standard output and standard error."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Guarded(sys.stdout), Guarded(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
