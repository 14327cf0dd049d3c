"""The live view of an apply: one line for each render in progress; finished ones scroll by above."""

import contextlib
from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from ltxspec.apply.events import ApplyEvent, EventKind, RunSummary
from ltxspec.report.apply.progress import ENDS, Expected, RunProgress
from ltxspec.report.apply.summary import event_line, write_summary
from ltxspec.report.terminal import Style, clean, fit

_MOST_LINES = 12  # renders shown at once; the others are only counted
_LONGEST_ADDRESS = 40
_LONGEST_STATE = 24

_MOST_FINISHED = 20  # finished renders that scroll by; of a longer run they are only counted
_COUNTED = {EventKind.SHOT_RECORDED, EventKind.RUN_FINISHED}


class LiveView:
    """Draws on a terminal between `__enter__` and `__exit__`; only the finished lines remain."""

    def __init__(self, out: IO[str], err: IO[str], style: Style, expected: Expected | None = None) -> None:
        self._out, self._style = out, style
        terminal = getattr(err, "unguarded", err)  # drawing needs control characters, which texts may not contain
        console = Console(
            file=terminal, force_terminal=True, no_color=not style.color, highlight=False, width=style.width
        )
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),  # addresses contain brackets
            TextColumn("{task.fields[state]}", markup=False, style="dim"),
            BarColumn(bar_width=20),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._under_way: dict[str, TaskID] = {}
        expected = expected or Expected()
        self._run, self._is_short = RunProgress(expected), expected.shots <= _MOST_FINISHED
        self._overall = self._progress.add_task("", total=None, state="")
        self._count()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):  # a closed terminal needs no cleanup
            self._progress.stop()

    def emit(self, event: ApplyEvent) -> None:
        """Update the shot's line; print what a reader must not miss."""
        is_finished = event.kind is EventKind.SHOT_COMMITTED and self._is_short
        if self._run.is_notable(event) or is_finished:
            self._progress.console.print(Text.from_ansi(event_line(event, self._style)), soft_wrap=True)
        if event.address is not None and event.kind not in _COUNTED:
            self._follow(event, clean(str(event.address)))
        self._run.count(event)
        self._count()

    def finish(self, summary: RunSummary) -> None:
        """Stop drawing and write the result."""
        for line in self._run.repeated():
            self._progress.console.print(Text(line), soft_wrap=True)
        self._progress.stop()
        write_summary(self._out, summary, self._style)

    def _follow(self, event: ApplyEvent, address: str) -> None:
        if event.kind in ENDS:
            task = self._under_way.pop(address, None)
            if task is not None:
                self._progress.remove_task(task)
            return
        if address not in self._under_way:
            name = fit(address, _LONGEST_ADDRESS)
            visible = len(self._under_way) < _MOST_LINES
            self._under_way[address] = self._progress.add_task(name, total=None, state="", visible=visible)
        state = fit(clean(event.message), _LONGEST_STATE)
        task = self._under_way[address]
        if event.percent is None:
            self._progress.update(task, state=state)
        else:
            self._progress.update(task, state=state, total=100, completed=event.percent)

    def _count(self) -> None:
        for task in list(self._under_way.values())[:_MOST_LINES]:
            self._progress.update(task, visible=True)
        self._progress.update(self._overall, description="all", state=self._run.line())
