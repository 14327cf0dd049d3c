"""Carries out a run for a command: signals, output and the exit code."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from ltxspec.cli.context import Session, is_interactive
from ltxspec.cli.log_groups import MOST_SHOTS, log_group
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.run import PreparedRun

if TYPE_CHECKING:
    from ltxspec.apply.events import Emit, RunSummary
    from ltxspec.report.apply.views import RunView

T = TypeVar("T")

_GARBAGE = 20_000  # objects before the garbage collector looks at the young ones
EXIT_INCOMPLETE, EXIT_INTERRUPTED = 3, 130


def announcing(project: ProjectContext, output_format: str) -> ProjectContext:
    """The project; if the output is for programs, a wait for a lock is reported as an event."""
    if output_format != "json":
        return project
    from ltxspec.apply.events import ApplyEvent, EventKind
    from ltxspec.report.apply.views import JsonView

    view = JsonView(sys.stdout)
    return replace(project, on_wait=lambda text: view.emit(ApplyEvent(EventKind.WAITING_FOR_LOCK, text)))


def nothing_to_do(project: ProjectContext, output_format: str, *, ordering: bool) -> int:
    """Tell programs that the run has nothing to do, by the summary of an empty one. Returns the exit code."""
    if output_format == "json":
        from ltxspec.apply.events import NOTHING_DONE
        from ltxspec.report.apply.views import JsonView

        JsonView(sys.stdout).finish(replace(NOTHING_DONE, ordering=ordering, provider=project.provider))
    return 0


def run(prepared: PreparedRun, session: Session, output_format: str) -> int:
    """Carry out a run and show its progress. Returns the exit code."""
    from ltxspec.report.apply.progress import Expected
    from ltxspec.report.apply.views import Loudness, ViewSettings, view_for

    loudness = Loudness.QUIET if session.quiet else Loudness.VERBOSE if session.verbose else Loudness.USUAL
    expected = Expected.of(change for job in prepared.jobs for change in (*job.changes, *job.outside))
    settings = ViewSettings(session.style(sys.stderr), is_interactive(sys.stderr), loudness, expected)
    is_long = output_format == "text" and expected.shots > MOST_SHOTS
    group = log_group(sys.stderr, "progress", "Progress, shot by shot", is_long=is_long)
    with view_for(output_format, sys.stdout, sys.stderr, settings) as view:
        return run_on(prepared, view, group)


def run_on(prepared: PreparedRun, view: "RunView", group: AbstractContextManager[None] | None = None) -> int:
    """Carry out a run, which signals may end early, and show its progress, in a group of the log if one is given.

    Returns the exit code.
    """
    collect_garbage_again()
    with group or contextlib.nullcontext():
        summary = asyncio.run(_with_signals(prepared, _unbreakable(view.emit)))
    _unbreakable(view.finish)(summary)
    return exit_code(summary, by_user=prepared.stop.by_user)


def collect_garbage_again() -> None:
    """A run may take hours, unlike the command that `__main__` puts off garbage collection for: a third of its memory.

    What there is by now (the specs, the plan) is not looked at again.
    """
    if gc.get_threshold()[0] > _GARBAGE:
        gc.freeze()
        gc.set_threshold(_GARBAGE)


def _unbreakable(show: Callable[[T], None]) -> Callable[[T], None]:
    """Continue silently when output is no longer possible (a closed pipe, a lost terminal, a full disk)."""
    deaf = False

    def show_if_possible(what: T) -> None:
        nonlocal deaf
        if not deaf:
            try:
                show(what)
            except (OSError, ValueError):  # ValueError: the stream was closed
                deaf = True

    return show_if_possible


async def _with_signals(prepared: PreparedRun, emit: "Emit") -> "RunSummary":
    loop = asyncio.get_running_loop()
    heard = _once_in_a_turn(loop, lambda: _on_signal(prepared, emit))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, heard)
    return await prepared.carry_out(emit)


def _once_in_a_turn(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> Callable[[], None]:
    """Wrap an action so that several calls within one turn of the loop perform it only once.

    `timeout` and some CI runners send a signal to the process and to its group, so that it arrives twice at once.
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


def _on_signal(run: PreparedRun, emit: "Emit") -> None:
    """First signal: stop ordering, continue collecting. Second: exit at once; the journal has what is in progress."""
    if run.stop.by_user:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(
                f"stopped immediately with {run.in_progress}; `ltxspec collect` continues with what is left\n"
            )
            sys.stderr.flush()
        run.abandon()
        os._exit(EXIT_INTERRUPTED)
    run.interrupt(emit)


def exit_code(summary: "RunSummary", *, by_user: bool) -> int:
    """0 done, 3 something is left to do, 130 interrupted by the user."""
    if by_user:
        return EXIT_INTERRUPTED
    return EXIT_INCOMPLETE if summary.incomplete else 0
