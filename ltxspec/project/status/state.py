"""Finds the state of a project: what is up to date, to buy, in progress, failed, expiring or not archived."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ltxspec.errors import Problems
from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Remark
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.limits import left_for_specs
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.status import Expiry, Kept, ProjectStatus, ShotStatus, state_of
from ltxspec.plan.unmet import UNMET
from ltxspec.project.adapters import open_archive
from ltxspec.project.budgets import idle_limit_warnings, limits_over_project
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import recorded_state
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.project.rules import limits_of
from ltxspec.project.status.check import check_status
from ltxspec.project.status.store import unsent_of
from ltxspec.project.unclaimed import UNCLAIMED_ORDER
from ltxspec.project.unread import unread_warnings
from ltxspec.render.concern import NO_SHOT
from ltxspec.storage.clock import SystemClock
from ltxspec.values import ShotAddress, TaskId

_TOLD = (UNMET, UNCLAIMED_ORDER, Reason.OWNED_ELSEWHERE.value)  # codes of a plan's warnings that a status has as well
_SOON = timedelta(days=7)


def project_status(
    project: ProjectContext, paths: Sequence[str] = (), *, check: bool = False, now: datetime | None = None
) -> ProjectStatus:
    """The state of a project. Changes nothing; without `check`, it is offline.

    Args:
        project: the project, with its provider.
        paths: only these specs.
        check: ask the provider and read the archive.
        now: the present time; by default the system's.

    Shots and specs with errors are left out, and named.

    Raises:
        Invalid: no spec can be read.
        LockfileError: a lockfile or a journal cannot be trusted.
    """
    problems = Problems()
    rendered = render_specs(project, paths, problems=problems, selected=NO_SHOT, with_context=True)
    if not rendered:
        problems.raise_if_errors()
    recorded = {spec.name: recorded_state(project, spec.name) for spec in rendered}
    plan = plan_project(project, PlanOptions(tuple(paths)), rendered, recorded).plan
    archived = open_archive(project).contents().keys()
    moment = now or SystemClock().now()
    remarks = remarks_of(project)
    shots = [
        _decided(_status(change, recorded[change.address.spec], archived, moment), remarks.by_task)
        for change in plan.changes
    ]
    unsent = unsent_of(project, shots)
    shots = [replace(shot, unsent=unsent.get(shot.address, 0)) if unsent else shot for shot in shots]
    limits = limits_of(project.config)
    given = [spec for spec in rendered if not spec.is_context]
    broken = [ShotAddress(spec.name, key) for spec in given for key in sorted(spec.left_out)]
    unread = [] if project.service.free else unread_warnings(project)
    shown = [*(problems.diagnostics if broken or problems.errors else []), *remarks.warnings, *unread]
    shown += [found for found in plan.diagnostics if found.code in _TOLD]
    is_whole = not paths and not problems.errors  # the labels of a spec with errors are not known
    over = limits_over_project(project, plan, rendered, is_whole=is_whole, now=moment, strict=False)
    shown += idle_limit_warnings(project, rendered, is_whole=is_whole)
    status = ProjectStatus(
        plan, shots, limits, left_for_specs(plan, limits), broken=broken, diagnostics=shown, over_project=over
    )
    if not check:
        return status
    return replace(status, findings=check_status(project, status), checked=True)


def _status(change: Change, recorded: RecordedState, archived: Container[str], now: datetime) -> ShotStatus:
    record = recorded.lockfile.shots.get(change.address.instance)
    take = record.current_take if record is not None else None
    expires = take.expires_at if take is not None else None
    return ShotStatus(
        address=change.address,
        state=state_of(change),
        change=change,
        take=take,
        kept=_kept(take, archived) if take is not None else None,
        expires_at=expires,
        expiry=_expiry(expires, now),
        note=_note(change, recorded),
    )


def _decided(shot: ShotStatus, remarks: Mapping[TaskId, Remark]) -> ShotStatus:
    remark = remarks.get(shot.take.task_id) if shot.take is not None else None
    return shot if remark is None else replace(shot, remark=remark)


def _kept(take: Take, archived: Container[str]) -> Kept:
    hashes = [output.sha256 for output in take.outputs]
    if None in hashes:
        return Kept.NEVER
    return Kept.HERE if all(sha256 in archived for sha256 in hashes) else Kept.ELSEWHERE


def _expiry(expires: str | None, now: datetime) -> Expiry | None:
    try:
        end = datetime.fromisoformat(expires) if expires else None
    except ValueError:
        return None
    if end is None or end.tzinfo is None or end > now + _SOON:
        return None
    return Expiry.PAST if end <= now else Expiry.SOON


def _note(change: Change, recorded: RecordedState) -> str | None:
    if change.action is Action.RESUME:
        task = recorded.journal.open.get(change.task_id) if change.task_id is not None else None
        return change.note if task is None or task.claimed_by is not None else f"ordered {task.intent.at}"
    if Reason.LAST_ATTEMPT_FAILED not in change.reasons:
        return change.note
    failed = [
        take
        for records in (recorded.lockfile.shots, recorded.lockfile.retired)
        for record in records.values()  # it may have failed under another name
        for take in record.takes
        if take.status == "failed" and take.fingerprint == change.fingerprint
    ]
    last = max(failed, key=lambda take: take.sort_key, default=None)
    return f"{last.failure.code}: {last.failure.message}" if last is not None and last.failure else None
