"""Shows what `watch` sees: JSON for programs, lines for logs; in a terminal, an error goes once it is mended."""

import contextlib
from types import TracebackType
from typing import IO, Protocol, Self

from ltxspec.plan.edits import Broken, Planned
from ltxspec.report.diagnostics import format_diagnostics
from ltxspec.report.results.base import result_json
from ltxspec.report.results.watch import broken_event, planned_event
from ltxspec.report.terminal import Style
from ltxspec.report.watch.text import broken_text, planned_text


class WatchView(Protocol):
    """Shows one session of watching."""

    def show(self, seen: Planned | Broken) -> None:
        """Show a plan after a change, or why there is none."""
        ...


class JsonWatch:
    """Writes one document a line, flushed at once; `page` is the address of the previews."""

    def __init__(self, out: IO[str], page: str | None = None) -> None:
        self._out, self._page = out, page

    def show(self, seen: Planned | Broken) -> None:
        """Write the document."""
        event = planned_event(seen, self._page) if isinstance(seen, Planned) else broken_event(seen, self._page)
        self._out.write(result_json(event, indent=False) + "\n")
        self._out.flush()


class TextWatch:
    """Writes plans to standard output, warnings and errors to standard error.

    Args:
        out: standard output.
        err: standard error.
        style: of the text on `out`.
        err_style: of the text on `err`.
    """

    def __init__(self, out: IO[str], err: IO[str], style: Style, err_style: Style) -> None:
        self._out, self._err, self._style, self._err_style = out, err, style, err_style

    def show(self, seen: Planned | Broken) -> None:
        """Write the edit with new warnings, or the error."""
        if isinstance(seen, Broken):
            self._show_error(broken_text(seen, self._err_style))
            return
        warnings = format_diagnostics(seen.warnings, self._err_style)
        self._err.write(f"{warnings}\n" if warnings else "")
        self._err.flush()
        self._out.write(planned_text(seen, self._style) + "\n")
        self._out.flush()
        if seen.edit is None and not seen.is_mended:
            self._err.write("Watching for changes; Ctrl-C ends it.\n\n")
            self._err.flush()

    def _show_error(self, text: str) -> None:
        self._err.write(f"{text}\n")
        self._err.flush()


class LiveWatch(TextWatch):
    """As `TextWatch` in a terminal: an error is shown until the next plan, and then removed, as at the end."""

    def __init__(self, out: IO[str], err: IO[str], style: Style, err_style: Style) -> None:
        super().__init__(out, err, style, err_style)
        from rich.console import Console
        from rich.live import Live

        terminal = getattr(err, "unguarded", err)  # drawing needs control characters, which texts may not contain
        console = Console(
            file=terminal, force_terminal=True, no_color=not err_style.color, highlight=False, width=err_style.width
        )
        self._live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clear()

    def show(self, seen: Planned | Broken) -> None:
        """Remove an error that is shown; write the plan, or show the error."""
        if isinstance(seen, Planned):
            self._clear()
        super().show(seen)

    def _show_error(self, text: str) -> None:
        from rich.text import Text

        self._live.start()
        self._live.update(Text.from_ansi(text.rstrip("\n")), refresh=True)

    def _clear(self) -> None:
        with contextlib.suppress(OSError):  # a closed terminal needs no cleanup
            self._live.stop()
