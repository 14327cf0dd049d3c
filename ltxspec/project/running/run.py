"""Runs the engine on a project: its adapters, its settings, and one job per spec."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.chains import Replan, no_replan
from ltxspec.apply.claiming import UNCLAIMED, Claiming
from ltxspec.apply.engine import Adapters, Job, RunSettings
from ltxspec.apply.engine import run as run_engine
from ltxspec.apply.events import ApplyEvent, Emit, EventKind, Outcome, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.ports import LocalMedia, SpecState
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import StopSignal
from ltxspec.catalog.latency import expected_seconds
from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.errors import Refused
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import selection
from ltxspec.project.adapters import open_archive, open_provider
from ltxspec.project.locks import LockedSpecs
from ltxspec.project.plan import ProjectPlan
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import Approvals
from ltxspec.project.running.direct import direct_of
from ltxspec.project.running.filling import filling_of
from ltxspec.project.running.rivals import rival_of
from ltxspec.project.running.source_media import SourceVideos
from ltxspec.project.running.storing import Storing
from ltxspec.project.sidecars import Scope, describe
from ltxspec.project.webhook import hints_of
from ltxspec.render.models import Request
from ltxspec.render.references import is_reference_name
from ltxspec.report.wording import counted
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.git import end_remotes
from ltxspec.values import TaskId, dollars


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A run that is ready to start: the locks of its specs are held, and its orders are approved."""

    project: ProjectContext
    jobs: Sequence[Job]
    settings: RunSettings
    budget: RunBudget
    stop: StopSignal = field(default_factory=StopSignal)  # ends the run early: nothing more is ordered
    arriving: set[TaskId] = field(default_factory=set)  # finished tasks whose videos are being downloaded
    replan: Replan = no_replan  # decides on a shot whose sources got their takes in this run
    claiming: Claiming = UNCLAIMED  # what other machines must agree to before an order
    states: Mapping[str, SpecState] = field(default_factory=dict)  # the records of the specs, by name

    async def carry_out(self, emit: Emit) -> RunSummary:
        """Open the adapters, run the jobs, and close the adapters.

        Args:
            emit: called with each event as it happens.

        Raises:
            LtxspecError: nothing was ordered, or the records cannot be written; what is in progress is in the journal.
        """
        labels = {c.task_id: str(c.address) for job in self.jobs for c in job.changes if c.task_id is not None}
        direct = direct_of(self.project)
        provider = open_provider(self.project, labels, fill=filling_of(self.project, direct))
        specs = [job.ledger.spec for job in self.jobs]
        archive = open_archive(self.project, specs, direct.arriving if direct is not None else None)
        if self.settings.submit and any(change.action.spends for job in self.jobs for change in job.changes):
            archive.refuse_unwritable()
        clock, ledgers = SystemClock(), [job.ledger for job in self.jobs]
        storing = Storing(self.project, archive, ledgers, emit, direct)
        storing.open()
        videos = SourceVideos(self.project, archive, clock, ledgers)
        rival = rival_of(self.project, [ledger.spec for ledger in ledgers])
        adapters = Adapters(
            provider, archive, clock, media_loader(self.project), storing.emit, self.arriving, videos,
            _labelled(self.replan, labels), rival,
            Approvals(self.project).__contains__,
            partial(expected_seconds, self.project.catalog),
            self.claiming,
            hints_of(self.project),
        )  # fmt: skip
        try:
            summary = await run_engine(self.jobs, adapters, self.settings, self.budget, self.stop)
            unstored = await storing.finish()
            self._describe(archive, summary)
        finally:
            await provider.close()
        return replace(summary, provider=self.project.provider, ordering=self.settings.submit, unstored=unstored)

    def _describe(self, archive: FolderArchive, summary: RunSummary) -> None:
        """Write the sidecars of what was recorded, and those of these specs that are missing."""
        made = (Outcome.RENDERED, Outcome.COLLECTED)
        tasks = {end.task_id for end in summary.outcomes if end.outcome in made and end.task_id is not None}
        for job in self.jobs:
            shots = {change.address.instance for change in job.changes if change.action is not Action.NO_OP}
            describe(self.project, archive, job.ledger.lockfile, Scope(tasks, shots))

    @property
    def in_progress(self) -> str:
        """A description of what an interrupted run still waits for."""
        count, money = self.budget.open_orders
        parts = []
        if count:
            tasks = f"{counted(count, 'task')} under way for {dollars(money)}"
            billed = "" if self.project.service.free else " and will be billed"
            parts.append(f"{tasks}, which cannot be cancelled at the provider{billed}")
        if self.arriving:
            parts.append(f"{counted(len(self.arriving), 'finished task')} whose video is being downloaded")
        return " and ".join(parts) or "nothing under way"

    @staticmethod
    def abandon() -> None:
        """End the other processes of a run that is left at once."""
        end_remotes()

    def interrupt(self, emit: Emit) -> None:
        """Stop ordering; continue to collect what is in progress."""
        self.stop.stop("interrupted", by_user=True)
        emit(
            ApplyEvent(
                EventKind.STOPPING,
                f"stopping: no more orders; {self.in_progress}; "
                "interrupt again to leave the rest to the next `ltxspec collect`",
                estimate=self.budget.open_orders[1],
            )
        )


def _labelled(replan: Replan, labels: dict[TaskId, str]) -> Replan:
    """Notes the names of tasks that are known only when the sources of their shots have takes."""

    def decide(request: Request, recorded: RecordedState) -> Change:
        change = replan(request, recorded)
        if change.task_id is not None:
            labels[change.task_id] = str(change.address)
        return change

    return decide


def media_loader(project: ProjectContext) -> Callable[[Change], list[LocalMedia]]:
    """A function that reads a request's local images and refuses those that changed since planning."""

    def load(change: Change) -> list[LocalMedia]:
        from ltxspec.canonical import sha256_hex

        request = change.request
        model = project.catalog.find(str(request.body["model"])) if request else None
        if request is None or model is None:
            return []
        found = []
        for path, value in media_values(model, request.body):
            if not is_local_file(value) or is_reference_name(value):
                continue
            content = project.files.read_bytes(value, beside=request.file)
            digest = f"sha256:{sha256_hex(content)}"
            if digest != request.inputs.get(value):
                raise Refused("stale-plan", f"`{value}` changed while the plan was being applied", hint="apply again")
            found.append(LocalMedia(tuple(path), digest, value, content))
        return found

    return load


def settings_of(
    project: ProjectContext,
    *,
    parallelism: int | None = None,
    detach: bool = False,
    submit: bool = True,
    approved: bool = True,
) -> RunSettings:
    """The settings of a run.

    Args:
        project: its configuration provides everything else.
        parallelism: tasks in progress at once; None: as configured.
        detach: order only, without waiting for videos.
        submit: whether anything may be ordered.
        approved: whether orders of an earlier run that the provider does not know may be sent again.
    """
    config, own = project.service_config, project.service.polling
    quick = not project.service.address  # it runs in this process
    return RunSettings(
        parallelism=parallelism or project.config.provider.parallelism,
        poll_interval=min(config.poll_interval, own.interval) if quick else config.poll_interval,
        poll_max=min(config.poll_max, own.longest) if quick else config.poll_max,
        limits=RecoveryLimits(config.grace, config.task_timeout, patient=not config.timeout_set),
        detach=detach,
        submit=submit,
        approved=approved,
    )


def jobs_of(held: LockedSpecs, planned: ProjectPlan, *, only_open: bool = False) -> list[Job]:
    """One job per spec. With `only_open`, only tasks that are already in progress are touched."""
    clock = SystemClock()
    retried = selection(retries=planned.options.retries)
    jobs = []
    for spec in planned.rendered:
        if only_open and spec.is_context:
            continue
        keys = spec.keys(held.recorded[spec.name].instances())
        ledger = Ledger(spec.name, held.states[spec.name], clock, keys)
        changes = [change for change in planned.plan.changes if change.address.spec == spec.name]
        if only_open:
            changes = [change for change in changes if change.action in (Action.RESUME, Action.NO_OP)]
        consent = frozenset(change.address for change in changes if retried.wants_retry(change.address))
        outside = [change for change in planned.plan.outside if change.address.spec == spec.name]
        only_planned = spec.is_context or planned.plan.part is not None
        jobs.append(Job(ledger, changes, consent, outside, only_planned, spec.requests))
    return jobs
