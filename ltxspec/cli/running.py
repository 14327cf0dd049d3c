"""Runs the engine for a command: locks, signals, adapters, and the summary's exit code."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from ltxspec.apply.budget import Budget
from ltxspec.apply.engine import Job, RunSettings, World, run
from ltxspec.apply.events import ApplyEvent, Emit, Kind, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia
from ltxspec.apply.recovery import Limits
from ltxspec.apply.story import StopSignal
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.cli.holding import Held
from ltxspec.cli.planning import Planned
from ltxspec.cli.project import Project
from ltxspec.cli.wiring import open_archive, open_provider
from ltxspec.errors import Refused
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.selection import selection
from ltxspec.storage.clock import SystemClock
from ltxspec.values import TaskId, format_usd

T = TypeVar("T")

EXIT_INCOMPLETE, EXIT_INTERRUPTED = 3, 130
_QUICK_POLL = 0.1  # seconds


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says about a run."""

    parallelism: int | None = None
    detach: bool = False
    submit: bool = True
    approved: bool = True  # orders of an earlier run that the provider does not know may be sent again


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
    stop = StopSignal()
    settings = settings_of(project, options)
    summary = asyncio.run(_with_signals(project, jobs, settings, budget, _unbreakable(view.emit), stop))
    summary = replace(summary, free=project.provider == "sandbox", ordering=options.submit)
    _unbreakable(view.finish)(summary)
    return summary, stop.by_user


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


async def _with_signals(
    project: Project, jobs: Sequence[Job], settings: RunSettings, budget: Budget, emit: Emit, stop: StopSignal
) -> RunSummary:
    loop, arriving = asyncio.get_running_loop(), set[TaskId]()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, _on_signal, stop, budget, arriving, emit)
    labels = {c.task_id: str(c.address) for job in jobs for c in job.changes if c.task_id is not None}
    provider = open_provider(project, labels)
    archive = open_archive(project, [job.ledger.spec for job in jobs])
    world = World(provider, archive, SystemClock(), media_loader(project), emit, arriving)
    try:
        return await run(jobs, world, settings, budget, stop)
    finally:
        await provider.close()


def _on_signal(stop: StopSignal, budget: Budget, arriving: Collection[TaskId], emit: Emit) -> None:
    """First signal: no more orders, go on collecting. Second: leave at once; the journal knows what is under way."""
    left = _in_progress(budget, arriving)
    if stop.by_user:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"left at once with {left}; `ltxspec collect` goes on with what is left\n")
            sys.stderr.flush()
        os._exit(EXIT_INTERRUPTED)
    stop.stop("interrupted", by_user=True)
    emit(
        ApplyEvent(
            Kind.STOPPING,
            f"stopping: no more orders; {left}; interrupt again to leave the rest to the next `ltxspec collect`",
            estimate=budget.open_orders[1],
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


def media_loader(project: Project) -> Callable[[Change], list[LocalMedia]]:
    """Reads a request's local images, and refuses one that is not the file that was planned."""

    def load(change: Change) -> list[LocalMedia]:
        from ltxspec.canonical import sha256_hex

        request = change.request
        model = project.catalog.find(str(request.body["model"])) if request else None
        if request is None or model is None:
            return []
        found = []
        for path, value in media_values(model, request.body):
            if not is_local_file(value):
                continue
            content = project.files.read_bytes(value, beside=request.file)
            digest = f"sha256:{sha256_hex(content)}"
            if digest != request.inputs.get(value):
                raise Refused("stale-plan", f"`{value}` changed while the plan was being applied", hint="apply again")
            found.append(LocalMedia(tuple(path), digest, value, content))
        return found

    return load


def settings_of(project: Project, options: RunOptions) -> RunSettings:
    """A run's settings from the configuration and the command line."""
    runware = project.config.runware
    quick = project.provider == "sandbox"  # nobody is burdened by looking more often
    return RunSettings(
        parallelism=options.parallelism or project.config.provider.parallelism,
        poll_interval=min(runware.poll_interval, _QUICK_POLL) if quick else runware.poll_interval,
        poll_max=min(runware.poll_max, 10 * _QUICK_POLL) if quick else runware.poll_max,
        limits=Limits(grace=runware.grace, task_timeout=runware.task_timeout),
        detach=options.detach,
        submit=options.submit,
        approved=options.approved,
    )


def jobs_of(held: Held, planned: Planned, retries: Sequence[str], *, only_open: bool = False) -> list[Job]:
    """One job a spec. With `only_open`, nothing but what is under way already is touched."""
    clock = SystemClock()
    retried = selection(retries=retries)
    jobs = []
    for spec in planned.rendered:
        ledger = Ledger(spec.name, held.states[spec.name], clock, {r.address.instance for r in spec.requests})
        changes = [change for change in planned.plan.changes if change.address.spec == spec.name]
        if only_open:
            changes = [change for change in changes if change.action in (Action.RESUME, Action.NO_OP)]
        consent = frozenset(change.address for change in changes if retried.wants_retry(change.address))
        outside = [change for change in planned.plan.outside if change.address.spec == spec.name]
        jobs.append(Job(ledger, changes, consent, outside))
    return jobs


def exit_code(summary: RunSummary, *, by_user: bool) -> int:
    """0 done, 3 something is left, 130 interrupted by the user."""
    if by_user:
        return EXIT_INTERRUPTED
    return EXIT_INCOMPLETE if summary.incomplete else 0
