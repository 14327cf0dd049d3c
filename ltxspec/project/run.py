"""Runs the engine on a project: its adapters, its settings, and one job a spec."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.apply.budget import Budget
from ltxspec.apply.engine import Job, RunSettings, World
from ltxspec.apply.engine import run as run_engine
from ltxspec.apply.events import Emit, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia
from ltxspec.apply.recovery import Limits
from ltxspec.apply.task import StopSignal
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.errors import Refused
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.selection import selection
from ltxspec.project.adapters import open_archive, open_provider
from ltxspec.project.locks import Held
from ltxspec.project.plan import Planned
from ltxspec.project.project import Project
from ltxspec.storage.clock import SystemClock
from ltxspec.values import TaskId


@dataclass(frozen=True, slots=True)
class Run:
    """One run, as whoever started it sees it and stops it."""

    budget: Budget
    emit: Emit
    stop: StopSignal = field(default_factory=StopSignal)
    arriving: set[TaskId] = field(default_factory=set)  # finished tasks whose videos are on their way


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line says about a run."""

    parallelism: int | None = None
    detach: bool = False
    submit: bool = True
    approved: bool = True  # orders of an earlier run that the provider does not know may be sent again


async def carry_out(project: Project, jobs: Sequence[Job], settings: RunSettings, run: Run) -> RunSummary:
    """Open the adapters, do the jobs, and close the adapters again. The caller holds the locks of their specs."""
    labels = {c.task_id: str(c.address) for job in jobs for c in job.changes if c.task_id is not None}
    provider = open_provider(project, labels)
    archive = open_archive(project, [job.ledger.spec for job in jobs])
    if settings.submit and any(change.action.spends for job in jobs for change in job.changes):
        archive.refuse_unwritable()
    world = World(provider, archive, SystemClock(), media_loader(project), run.emit, run.arriving)
    try:
        summary = await run_engine(jobs, world, settings, run.budget, run.stop)
    finally:
        await provider.close()
    return replace(summary, provider=project.provider, ordering=settings.submit)


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
    config, own = project.service_config, project.service.polling
    quick = not project.service.address  # nobody is burdened by looking more often
    return RunSettings(
        parallelism=options.parallelism or project.config.provider.parallelism,
        poll_interval=min(config.poll_interval, own.interval) if quick else config.poll_interval,
        poll_max=min(config.poll_max, own.longest) if quick else config.poll_max,
        limits=Limits(grace=config.grace, task_timeout=config.task_timeout),
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
