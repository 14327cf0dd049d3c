"""Views of a running apply: JSON lines for programs, plain lines for logs, a live view for people at a terminal."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import IO, Protocol

from ltxspec.apply.events import ApplyEvent, EventKind, RunSummary
from ltxspec.formats import to_json
from ltxspec.report.apply.document import EventDocument, event_document
from ltxspec.report.apply.progress import TROUBLE, Expected, RunProgress
from ltxspec.report.apply.summary import event_line, summary_line, write_summary
from ltxspec.report.jsontext import encode
from ltxspec.report.terminal import Style

FORMAT_VERSION = "1.0"

_PERCENT_STEP = 25  # percent between two lines of a log
_SECONDS = 15.0  # between two lines about the progress of a run


class Loudness(Enum):
    """Which events become a line."""

    QUIET = "quiet"  # failures only
    USUAL = "usual"  # what must not be missed, and the progress now and then
    VERBOSE = "verbose"  # all


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """How a run is shown.

    Attributes:
        style: style of the text on standard error.
        live: whether a person watches standard error in a terminal.
        loudness: which events are shown as text.
        expected: what the run is going to do.
    """

    style: Style
    live: bool = False
    loudness: Loudness = Loudness.USUAL
    expected: Expected = field(default_factory=Expected)


class RunView(Protocol):
    """Shows one run."""

    def emit(self, event: ApplyEvent) -> None:
        """Show an event."""
        ...

    def finish(self, summary: RunSummary) -> None:
        """Show the result."""
        ...


@contextlib.contextmanager
def view_for(form: str, out: IO[str], err: IO[str], settings: ViewSettings) -> Iterator[RunView]:
    """The view for `--format text|json`; its drawing is removed at the end, also after an error.

    Args:
        form: `json` writes every event to `out`; `text` shows progress on `err` and the result on `out`.
        out: standard output.
        err: standard error.
        settings: how much is shown, and how.
    """
    if form == "json":
        yield JsonView(out)
    elif settings.loudness is not Loudness.USUAL:
        yield EventView(out, err, settings.style, quiet=settings.loudness is Loudness.QUIET)
    elif settings.live:
        from ltxspec.report.apply.live import LiveView

        with LiveView(out, err, settings.style, settings.expected) as view:
            yield view
    else:
        yield PlainView(out, err, settings.style, settings.expected)


class JsonView:
    """Writes one JSON document per line, flushed at once; the last is of type `run-finished` with the summary."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out

    def emit(self, event: ApplyEvent) -> None:
        """Write the event."""
        self._write(event_document(event))

    def finish(self, summary: RunSummary) -> None:
        """Write the summary."""
        event = ApplyEvent(EventKind.RUN_FINISHED, summary_line(summary))
        self._write(event_document(event, summary))

    def _write(self, document: EventDocument) -> None:
        self._out.write(encode(to_json(document)).decode() + "\n")
        self._out.flush()


class PlainView:
    """Writes what must not be missed at once, and now and then a line about the whole run.

    Args:
        out: standard output, for the result.
        err: standard error, for the progress.
        style: style of the text on `err`.
        expected: what the run is going to do.
        now: the time in seconds.
    """

    def __init__(
        self,
        out: IO[str],
        err: IO[str],
        style: Style,
        expected: Expected | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out, self._err, self._style, self._now = out, err, style, now
        self._progress = RunProgress(expected or Expected())
        self._due = now() + _SECONDS
        self._last = ""  # line about the whole run

    def emit(self, event: ApplyEvent) -> None:
        """Write the event's line if it must not be missed, and the progress if it is due."""
        self._progress.count(event)
        if self._progress.is_notable(event):
            self._write(event_line(event, self._style))
        now = self._now()
        if now >= self._due:
            self._due = now + _SECONDS
            self._last = self._progress.line()
            self._write(self._last)

    def finish(self, summary: RunSummary) -> None:
        """Write what was not shown one by one, the final state, and the result."""
        for line in self._progress.repeated():
            self._write(line)
        if self._progress.ended and self._progress.line() != self._last:
            self._write(self._progress.line())
        write_summary(self._out, summary, self._style)

    def _write(self, line: str) -> None:
        self._err.write(line + "\n")
        self._err.flush()


class EventView:
    """Writes one line per event, or with `quiet` only failures; for the progress of a render, one line per quarter."""

    def __init__(self, out: IO[str], err: IO[str], style: Style, *, quiet: bool = False) -> None:
        self._out, self._err, self._style, self._is_quiet = out, err, style, quiet
        self._quarters: dict[str, int] = {}

    def emit(self, event: ApplyEvent) -> None:
        """Write the event's line, unless it adds nothing new."""
        if self._is_quiet and event.kind not in TROUBLE:
            return
        if event.kind is EventKind.SHOT_RUNNING:
            quarter = (event.percent or 0) // _PERCENT_STEP
            if self._quarters.get(str(event.address), -1) >= quarter:
                return
            self._quarters[str(event.address)] = quarter
        self._err.write(event_line(event, self._style) + "\n")
        self._err.flush()

    def finish(self, summary: RunSummary) -> None:
        """Write the result; with `quiet`, only its last line."""
        if self._is_quiet:
            self._out.write(summary_line(summary) + "\n")
            self._out.flush()
        else:
            write_summary(self._out, summary, self._style)
