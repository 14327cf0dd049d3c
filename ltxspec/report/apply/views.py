"""Views of a running apply: JSON lines for programs, plain lines for logs, a live view for people at a terminal."""

import contextlib
from collections.abc import Iterator
from typing import IO, Protocol

from ltxspec.apply.events import ApplyEvent, EventKind, RunSummary
from ltxspec.formats import to_json
from ltxspec.report.apply.document import EventDocument, event_document
from ltxspec.report.apply.summary import event_line, summary_line, write_summary
from ltxspec.report.jsontext import encode
from ltxspec.report.terminal import Style

FORMAT_VERSION = "1.0"

_PERCENT_STEP = 25  # percent between two lines of a log


class RunView(Protocol):
    """Shows one run."""

    def emit(self, event: ApplyEvent) -> None:
        """Show an event."""
        ...

    def finish(self, summary: RunSummary) -> None:
        """Show the result."""
        ...


@contextlib.contextmanager
def view_for(form: str, out: IO[str], err: IO[str], style: Style, *, live: bool = False) -> Iterator[RunView]:
    """The view for `--format text|json`; its drawing is removed at the end, also after an error.

    Args:
        form: `json` writes every event to `out`; `text` shows progress on `err` and the result on `out`.
        out: standard output.
        err: standard error.
        style: style of the text on `err`.
        live: whether a person watches `err` in a terminal.
    """
    if form == "json":
        yield JsonView(out)
    elif live:
        from ltxspec.report.apply.live import LiveView

        with LiveView(out, err, style) as view:
            yield view
    else:
        yield PlainView(out, err, style)


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
    """Writes one line per event; for the progress of a render, one line per quarter."""

    def __init__(self, out: IO[str], err: IO[str], style: Style) -> None:
        self._out, self._err, self._style = out, err, style
        self._quarters: dict[str, int] = {}

    def emit(self, event: ApplyEvent) -> None:
        """Write the event's line, unless it adds nothing new."""
        if event.kind is EventKind.SHOT_RUNNING:
            quarter = (event.percent or 0) // _PERCENT_STEP
            if self._quarters.get(str(event.address), -1) >= quarter:
                return
            self._quarters[str(event.address)] = quarter
        self._err.write(event_line(event, self._style) + "\n")
        self._err.flush()

    def finish(self, summary: RunSummary) -> None:
        """Write the result."""
        write_summary(self._out, summary, self._style)
