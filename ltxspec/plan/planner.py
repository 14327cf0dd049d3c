"""Decides what each shot needs: one pass over what a spec wants, one over what is owned. It spends nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ltxspec.catalog.models import Catalog
from ltxspec.fingerprint import task_ids
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import SPENDING, Action, Change, FieldChange, Reason
from ltxspec.plan.comparison import recorded_changes, request_changes, why
from ltxspec.plan.owned import Owned, answers, latest, next_order, open_by_fingerprint, spare_takes
from ltxspec.plan.selection import Selection
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId, Usd, quick_maker, total_usd

_make_change = quick_maker(Change)


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What planning needs to know besides spec and lockfile."""

    project: str  # [project] id: salts task ids
    provider: str
    catalog: Catalog
    selection: Selection = field(default_factory=Selection)
    max_attempts: int = 3  # tries of one render after failures that may pass


@dataclass(frozen=True, slots=True)
class _Spec:
    """One spec's planning state, shared by its shots."""

    name: str
    owned: Owned
    context: PlanContext
    wanted: Mapping[str, Request]
    spare: Callable[[], Mapping[Fingerprint, str]]  # found when first asked for
    under_way: Mapping[Fingerprint, Sequence[OpenTask]]
    task_id: Callable[[str, Fingerprint, int, int], TaskId]  # of (instance, fingerprint, retake, attempt)


def plan_spec(rendered: RenderedSpec, owned: Owned, context: PlanContext) -> list[Change]:
    """Compare what one spec wants with what is owned: a change a shot, in the spec's order, then what is left over."""
    wanted = {request.address.instance: request for request in rendered.requests}
    spec = _Spec(
        name=rendered.name,
        owned=owned,
        context=context,
        wanted=wanted,
        spare=cache(lambda: spare_takes(owned.lockfile, wanted)),
        under_way=open_by_fingerprint(owned.journal),
        task_id=task_ids(context.project, context.provider, rendered.name),
    )
    targets = [request for request in rendered.requests if context.selection.is_target(request.address)]
    changes = [_plan_quickly(request, spec) or _plan_shot(request, spec) for request in targets]
    return changes + _left_over(spec, changes)


def spent(owned: Owned) -> tuple[Usd, int]:
    """What all takes of a lockfile cost: (known sum, number of takes that did not say). Shared takes count once."""
    costs: dict[TaskId, Usd | None] = {}
    for record in [*owned.lockfile.shots.values(), *owned.lockfile.retired.values()]:
        costs.update((take.task_id, take.cost) for take in record.takes)
    return total_usd(costs.values())


def _plan_quickly(request: Request, spec: _Spec) -> Change | None:
    """What `_plan_shot` decides for the two most common shots: the new one and the one up to date. None for others."""
    fingerprint, lockfile = request.fingerprint, spec.owned.lockfile
    if fingerprint in spec.under_way or spec.context.selection.retakes:
        return None
    key = request.address.instance
    record = lockfile.shots.get(key)
    if record is not None:
        take = record.current_take
        if take is None or take.fingerprint != fingerprint or take.status != "succeeded":
            return None
        return _keep_current(request, take)
    if key in lockfile.retired or request.moved is not None or fingerprint in spec.spare():
        return None
    task = spec.task_id(key, fingerprint, 1, 1)
    return _change(request, Action.CREATE, (Reason.NEW,), (), task=task)


def _plan_shot(request: Request, spec: _Spec) -> Change:
    """The one decision a shot needs; each branch names its case."""
    key = request.address.instance
    lockfile = spec.owned.lockfile
    record = lockfile.shots.get(key)
    retired = lockfile.retired.get(key)
    origin = _origin(request, spec)
    takes = [take for source in (record, retired, _record(spec, origin)) if source for take in source.takes]
    mine = [take for take in takes if answers(take, request, spec.context.catalog)]
    if (task := _under_way(request, spec, mine)) is not None:
        return _resume(request, task)
    retake = spec.context.selection.wants_retake(request.address)
    if any(take.status == "succeeded" for take in mine) and not retake:
        return _keep(request, mine, record, origin)
    if not mine and not retake and (holder := spec.spare().get(request.fingerprint)) is not None and holder != key:
        return _move(request, holder, spec)
    return _order(request, spec, takes, mine, origin)


def _under_way(request: Request, spec: _Spec, mine: Sequence[Take]) -> OpenTask | None:
    """A task ordered for this very request, perhaps under a name that has left the spec since."""
    recorded = {take.task_id for take in mine}
    for task in spec.under_way.get(request.fingerprint, ()):
        instance = task.intent.instance
        is_left = task.intent.task_id not in recorded or not task.ended  # some of its results may be recorded already
        if is_left and (instance == request.address.instance or instance not in spec.wanted):
            return task
    return None


def _origin(request: Request, spec: _Spec) -> str | None:
    """The key named by `moved:`, when it really has takes to give and no shot of its own any more."""
    if request.moved is None:
        return None
    key = request.address.instance
    candidates = [request.moved]
    if "[" in key and "[" not in request.moved:
        candidates.insert(0, request.moved + key[key.index("[") :])
    for candidate in candidates:
        if candidate not in spec.wanted and _record(spec, candidate) is not None:
            return candidate
    return None


def _record(spec: _Spec, key: str | None) -> ShotRecord | None:
    if key is None:
        return None
    return spec.owned.lockfile.shots.get(key) or spec.owned.lockfile.retired.get(key)


def _keep(request: Request, mine: Sequence[Take], record: ShotRecord | None, origin: str | None) -> Change:
    """A take for this request is owned: nothing to pay, perhaps something to write down."""
    good = [take for take in mine if take.status == "succeeded"]
    current = record.current_take if record else None
    if current is not None and any(take.task_id == current.task_id for take in good):
        return _keep_current(request, current)
    chosen = latest(good)
    task = chosen.task_id if chosen else None
    if record is not None and chosen is not None and record.take(chosen.task_id):
        changes = request_changes(current, request)
        return _change(request, Action.RESTORE, (Reason.EARLIER_TAKE_MATCHES,), changes, task=task)
    if origin is not None:
        return _change(request, Action.MOVE, (Reason.MOVED_BY_SPEC,), (), task=task, origin=origin)
    return _change(request, Action.RESTORE, (Reason.BACK_IN_SPEC,), (), task=task)


def _keep_current(request: Request, current: Take) -> Change:
    differences = recorded_changes(current, request)
    action = Action.UPDATE if differences else Action.NO_OP
    reasons = (Reason.RECORDED_FIELDS_CHANGED,) if differences else ()
    return _change(request, action, reasons, differences, task=current.task_id)


def _move(request: Request, holder: str, spec: _Spec) -> Change:
    record = _record(spec, holder)
    found = [take for take in record.takes if take.fingerprint == request.fingerprint] if record else []
    chosen = latest([take for take in found if take.status == "succeeded"])
    task = chosen.task_id if chosen else None
    return _change(request, Action.MOVE, (Reason.SAME_FINGERPRINT_ELSEWHERE,), (), task=task, origin=holder)


def _order(request: Request, spec: _Spec, takes: Sequence[Take], mine: Sequence[Take], origin: str | None) -> Change:
    """No take can be used: a new render is needed, unless the last try failed for good."""
    selection = spec.context.selection
    retake = selection.wants_retake(request.address)
    retry = selection.wants_retry(request.address)
    number, attempt = next_order(mine, retake=retake)
    failed = latest([take for take in mine if take.status == "failed" and (take.retake or 1) == number])
    if failed is not None and not retry and not retake and _for_good(failed, attempt, spec.context.max_attempts):
        note = f"{failed.failure.code}: {failed.failure.message}" if failed.failure else None
        return _change(request, Action.BLOCKED, (Reason.FAILED_FOR_GOOD,), (), task=failed.task_id, note=note)
    base = latest([take for take in takes if take.status == "succeeded"])
    base = _current(spec, request) or base
    action = Action.CREATE if base is None else Action.REPLACE
    changes = request_changes(base, request)
    if origin is not None:
        reasons: tuple[Reason, ...] = (Reason.MOVED_BY_SPEC, *why(base, request, changes))
    elif retake:
        reasons = (Reason.RETAKE_REQUESTED,)
    elif failed is not None:
        reasons = (Reason.RETRY_REQUESTED if retry else Reason.LAST_ATTEMPT_FAILED,)
    else:
        reasons = why(base, request, changes)
    task = spec.task_id(request.address.instance, request.fingerprint, number, attempt)
    return _change(request, action, reasons, changes, task=task, origin=origin, order=(number, attempt))


def _for_good(failed: Take, attempt: int, max_attempts: int) -> bool:
    return failed.failure is None or failed.failure.permanent or attempt > max_attempts


def _current(spec: _Spec, request: Request) -> Take | None:
    record = spec.owned.lockfile.shots.get(request.address.instance)
    return record.current_take if record else None


def _resume(request: Request, task: OpenTask) -> Change:
    unclear = task.stage == "intent"
    moved = task.intent.instance != request.address.instance
    return _change(
        request,
        Action.RESUME,
        (Reason.OUTCOME_UNKNOWN if unclear else Reason.UNDER_WAY,),
        (),
        task=task.intent.task_id,
        origin=task.intent.instance if moved else None,
        order=(task.intent.retake, task.intent.attempt),
    )


def _change(  # noqa: PLR0913  # one constructor for all branches keeps them comparable
    request: Request,
    action: Action,
    reasons: tuple[Reason, ...],
    changes: tuple[FieldChange, ...],
    *,
    task: TaskId | None,
    origin: str | None = None,
    order: tuple[int, int] = (1, 1),
    note: str | None = None,
) -> Change:
    return _make_change(
        address=request.address,
        action=action,
        reasons=reasons,
        changes=changes,
        fingerprint=request.fingerprint,
        task_id=task,
        estimate=request.estimate if action in SPENDING or action is Action.RESUME else None,
        retake=order[0],
        attempt=order[1],
        request=request,
        source=(request.file, request.line, request.column),
        origin=origin,
        note=note,
    )


def _left_over(spec: _Spec, changes: Sequence[Change]) -> list[Change]:
    """Shots gone from the spec, and tasks under way that no shot wants any more (they are collected all the same)."""
    taken = {change.origin for change in changes if change.action is not Action.RESUME}
    resumed = {change.task_id for change in changes if change.action is Action.RESUME}
    left = [
        Change(
            ShotAddress(spec.name, key), Action.RETIRE, (Reason.NOT_IN_SPEC,), task_id=record.current,
            fingerprint=record.current_take.fingerprint if record.current_take else None,
        )
        for key, record in spec.owned.lockfile.shots.items()
        if key not in spec.wanted and key not in taken
    ]  # fmt: skip
    left += [
        Change(
            ShotAddress(spec.name, task.intent.instance), Action.RESUME, (Reason.UNDER_WAY,),
            fingerprint=task.intent.fingerprint, task_id=task_key, estimate=task.intent.estimate,
            retake=task.intent.retake, attempt=task.intent.attempt,
            note="ordered for an earlier version of the spec; it is collected and kept as a take",
        )
        for task_key, task in spec.owned.journal.open.items()
        if task_key not in resumed and not _is_recorded(spec, task)
    ]  # fmt: skip
    return [change for change in left if spec.context.selection.is_target(change.address)]


def _is_recorded(spec: _Spec, task: OpenTask) -> bool:
    """Whether the take stands in the lockfile already and only its video is missing in the archive."""
    if not task.ended:
        return False
    record = _record(spec, task.intent.instance)
    return record is not None and record.take(task.intent.task_id) is not None
