"""Runs jobs for a command: signals, what is shown, and the exit code."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from typing import Protocol, TypeVar

from ltxspec.apply.budget import Budget
from ltxspec.apply.engine import Job, RunSettings
from ltxspec.apply.events import ApplyEvent, Kind, RunSummary
from ltxspec.project.project import Project
from ltxspec.project.run import Run, RunOptions, carry_out, settings_of
from ltxspec.values import TaskId, format_usd

T = TypeVar("T")

EXIT_INCOMPLETE, EXIT_INTERRUPTED = 3, 130


class Shows(Protocol):
    """What a run is shown on."""

    def emit(self, event: ApplyEvent) -> None:
        """Show what happened."""
        ...

    def finish(self, summary: RunSummary) -> None:
        """Show how it ended."""
        ...


def run_jobs(
    project: Project, jobs: Sequence[Job], options: RunOptions, budget: Budget, view: Shows
) -> tuple[RunSummary, bool]:
    """Carry out the jobs and show it. Returns the summary and whether the user interrupted."""
    run = Run(budget, _unbreakable(view.emit))
    summary = asyncio.run(_with_signals(project, jobs, settings_of(project, options), run))
    _unbreakable(view.finish)(summary)
    return summary, run.stop.by_user


def _unbreakable(show: Callable[[T], None]) -> Callable[[T], None]:
    """Go on in silence when nobody can be told any more (a closed pipe, a lost terminal, a full disk behind it)."""
    deaf = False

    def tell(what: T) -> None:
        nonlocal deaf
        if not deaf:
            try:
                show(what)
            except (OSError, ValueError):  # ValueError: the stream was closed
                deaf = True

    return tell


async def _with_signals(project: Project, jobs: Sequence[Job], settings: RunSettings, run: Run) -> RunSummary:
    loop = asyncio.get_running_loop()
    heard = _once_in_a_turn(loop, lambda: _on_signal(run))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, heard)
    return await carry_out(project, jobs, settings, run)


def _once_in_a_turn(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> Callable[[], None]:
    """An act that is done once however often it is called within one turn of the loop.

    `timeout` and some CI runners send a signal to the process and to its group, so that one arrives twice at once.
    """
    done = False

    def forget() -> None:
        nonlocal done
        done = False

    def once() -> None:
        nonlocal done
        if not done:
            done = True
            loop.call_soon(forget)
            act()

    return once


def _on_signal(run: Run) -> None:
    """First signal: no more orders, go on collecting. Second: leave at once; the journal knows what is under way."""
    left = _in_progress(run.budget, run.arriving)
    if run.stop.by_user:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"left at once with {left}; `ltxspec collect` goes on with what is left\n")
            sys.stderr.flush()
        os._exit(EXIT_INTERRUPTED)
    run.stop.stop("interrupted", by_user=True)
    run.emit(
        ApplyEvent(
            Kind.STOPPING,
            f"stopping: no more orders; {left}; interrupt again to leave the rest to the next `ltxspec collect`",
            estimate=run.budget.open_orders[1],
        )
    )


def _in_progress(budget: Budget, arriving: Collection[TaskId]) -> str:
    """What an interrupted run still waits for, in words."""
    count, money = budget.open_orders
    parts = []
    if count:
        tasks = f"{count} task{'s' * (count != 1)} under way for ${format_usd(money)}"
        parts.append(f"{tasks}, which cannot be cancelled at the provider and is billed all the same")
    if arriving:
        parts.append(f"{len(arriving)} finished task{'s' * (len(arriving) != 1)} whose video is being downloaded")
    return " and ".join(parts) or "nothing under way"


def exit_code(summary: RunSummary, *, by_user: bool) -> int:
    """0 done, 3 something is left, 130 interrupted by the user."""
    if by_user:
        return EXIT_INTERRUPTED
    return EXIT_INCOMPLETE if summary.incomplete else 0
