r"""The last filter before a terminal: no control characters except our own colours reach it.

Reports clean what they show (`report.terminal.clean`); this catches what a report missed. A control character is
written as `\u001b`, which in JSON is the same text. Bytes are documents: they pass unchanged, but are filtered like
text on a terminal. Links pass with a mark that only this process knows, which is removed: no text can contain one.

The log of a GitHub workflow interprets commands, too: `::error::…` at the start of a line, `##[add-mask]…` anywhere, in
documents and in text. There these characters are escaped like control characters, unless the output goes to a file.
"""

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

LINK_MARK = os.urandom(8).hex()

# Tabs, line ends, the colours of `report.terminal` and its links are kept: they move no cursor and hide nothing.
_OBEYED = re.compile(
    r"(\x1b\[(?:[0-2]|3[1-6]|1;3[13]|31;9|32;4)m)"
    rf"|\x1b\]8;id={LINK_MARK};([!-~]*)\x1b\\"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)"
)


_COMMAND = re.compile(r"((?:^|\n)[^\S\n]*)(:)(?=:)|(?<=#)(#)(?=\[)")


def harmless(text: str) -> str:
    """A text made safe for a terminal."""
    return _OBEYED.sub(_harmless, text)


def _harmless(found: re.Match[str]) -> str:
    if found[2] is not None:
        return f"\x1b]8;;{found[2]}\x1b\\"
    return found[1] or f"\\u{ord(found[0]):04x}"


def commanding_nothing(text: str, *, goes_on: bool = False) -> str:
    """A text made safe for the log of a GitHub workflow; `goes_on`: it does not start at the beginning of a line."""
    begins = "\0" if goes_on else ""  # not white space, so that the text is not at the start of a line
    shown = _COMMAND.sub(lambda found: f"{found[1] or ''}\\u{ord(found[2] or found[3]):04x}", begins + text)
    return shown.removeprefix(begins)


class Guarded:
    """A text stream that filters what it writes. `unguarded` is the stream itself, for code that draws on it.

    Output for a reader that has left is dropped: a command still runs to its end, and its exit code tells how it ended.
    """

    def __init__(self, unguarded: IO[str]) -> None:
        self.unguarded = unguarded
        self._is_terminal = unguarded.isatty()
        self._is_log = bool(os.environ.get("GITHUB_ACTIONS")) and not is_file(unguarded)
        self._goes_on = False  # whether the current line already has more than white space

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        shown = harmless(text)
        if self._is_log:
            shown = commanding_nothing(shown, goes_on=self._goes_on)
            last = text.rpartition("\n")
            self._goes_on = bool(last[2].strip()) or (self._goes_on and not last[1])
        with suppress(BrokenPipeError):
            self.unguarded.write(shown)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered."""
        with suppress(BrokenPipeError):
            self.unguarded.flush()

    @property
    def buffer(self) -> Any:
        """The underlying byte stream."""
        buffer = self.unguarded.buffer  # type: ignore[attr-defined]  # of files, as standard streams are
        return GuardedBytes(buffer, is_terminal=self._is_terminal, is_log=self._is_log)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


class GuardedBytes:
    """A byte stream for JSON documents, filtered for a terminal or a workflow's log; see `Guarded`."""

    def __init__(self, unguarded: IO[bytes], *, is_terminal: bool, is_log: bool) -> None:
        self._unguarded = unguarded
        self._is_filtered = is_terminal or is_log
        self._is_log = is_log

    def write(self, data: bytes) -> int:
        """Write a part of a document; returns its length."""
        shown = data
        if self._is_filtered:
            shown = harmless(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
        with suppress(BrokenPipeError):
            self._unguarded.write(shown.replace(b"##[", rb"#\u0023[") if self._is_log else shown)
        return len(data)

    def flush(self) -> None:
        """Write what is buffered."""
        with suppress(BrokenPipeError):
            self._unguarded.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unguarded, name)


def is_file(stream: IO[str]) -> bool:
    """Whether what is written goes to a regular file."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def guarded() -> Iterator[None]:
    """Filter standard output and standard error."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Guarded(sys.stdout), Guarded(sys.stderr)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
