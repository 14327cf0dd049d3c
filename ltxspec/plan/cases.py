"""What becomes of a shot in each case: its take is kept or moved, its task is resumed, or a new render is ordered."""

import shlex
from collections.abc import Callable, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial

from ltxspec.catalog.models import PROMPT, Catalog
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import KEEPS, SPENDING, Action, Change, FieldChange, Reason
from ltxspec.plan.destinations import destination_of, recorded_digest
from ltxspec.plan.differences import recorded_changes, request_changes, update_reasons, why
from ltxspec.plan.failures import failure_note, is_for_good, is_permanent
from ltxspec.plan.numbering import number_of
from ltxspec.plan.prices import limit_price
from ltxspec.plan.recorded import (
    RecordedState,
    Spare,
    answers,
    latest,
    next_order,
    preferred,
    record_under,
    unused_order,
)
from ltxspec.plan.selection import Selection
from ltxspec.plan.strays import NOTE
from ltxspec.render.models import Request
from ltxspec.values import Fingerprint, ShotAddress, TaskId

_EARLIER_RULE = (
    "its take has the line ends or spaces that an earlier ltxspec gave to this template; an edit of it, or of what "
    "it prints, is a new render"
)


@dataclass(frozen=True, slots=True)
class PlanContext:
    """What planning needs to know besides spec and lockfile."""

    project: str  # [project] id: salts task ids
    provider: str
    catalog: Catalog
    selection: Selection = field(default_factory=Selection)
    max_attempts: int = 3  # attempts at one render after temporary failures


@dataclass(frozen=True, slots=True)
class SpecPlan:
    """One spec's planning state, shared by its shots."""

    name: str
    recorded: RecordedState
    context: PlanContext
    wanted: Mapping[str, Request]
    keys: Container[str]  # of the spec, with those of shots that are left out
    origins: Mapping[str, str]  # moves by `moved:`: instance key -> the key its takes are recorded under
    strays: Mapping[str, str]  # the same for retakes under an earlier name of a shot that has takes: see `strays.py`
    spare: Callable[[], Mapping[Fingerprint, Sequence[Spare]]]  # computed on first use
    failed: Callable[[], Mapping[Fingerprint, Sequence[Spare]]]  # of other keys; computed on first use
    known: Callable[[], AbstractSet[TaskId]]  # tasks under any key of the lockfile; computed on first use
    claimed: set[TaskId]  # takes and open tasks of other keys already given to a shot of this plan
    under_way: Mapping[Fingerprint, Sequence[OpenTask]]
    task_id: Callable[[str, Fingerprint, int, int], TaskId]  # of (instance, fingerprint, retake, attempt)


def kept(
    request: Request, mine: Sequence[Take], record: ShotRecord | None, origin: str | None, spec: SpecPlan
) -> Change:
    """A take for this request is recorded: nothing to pay, perhaps something to record."""
    good = [take for take in mine if take.status == "succeeded"]
    current = record.current_take if record else None
    if (stray := spec.strays.get(request.address.instance)) and (current is None or not current.is_incomplete):
        return moved(request, Spare(stray, preferred(good)), spec, note=NOTE)
    if current is not None and any(take.task_id == current.task_id for take in good):
        return _keep_current(request, current, spec)
    own = [take for take in good if record is not None and record.take(take.task_id)]
    chosen = preferred(own or good)
    if own:
        changes = request_changes(current, request, spec.context.catalog.find(request.body["model"]))
        return _change(request, Action.RESTORE, (Reason.EARLIER_TAKE_MATCHES,), changes, spec, task=chosen.task_id)
    if origin is not None:
        spec.claimed.update(take.task_id for take in good)
        changes = recorded_changes(chosen, request, spec.context.catalog.find(chosen.model))
        return _change(request, Action.MOVE, (Reason.MOVED_BY_SPEC,), changes, spec, task=chosen.task_id, origin=origin)
    return _change(request, Action.RESTORE, (Reason.BACK_IN_SPEC,), (), spec, task=chosen.task_id)


def _keep_current(request: Request, current: Take, spec: SpecPlan) -> Change:
    if current.is_incomplete:  # even if no journal says that some of its results are still to come
        order = (current.retake or 1, current.attempt or 1)
        return _change(request, Action.RESUME, (Reason.UNDER_WAY,), (), spec, task=current.task_id, order=order)
    differences = recorded_changes(current, request, spec.context.catalog.find(current.model))
    action = Action.UPDATE if differences else Action.NO_OP
    reasons = update_reasons(differences)
    is_earlier = current.fingerprint not in request.versions and current.request.get(PROMPT) != request.body.get(PROMPT)
    note = _EARLIER_RULE if is_earlier else None
    return _change(request, action, reasons, differences, spec, task=current.task_id, note=note)


def moved(request: Request, spare: Spare, spec: SpecPlan, note: str | None = None) -> Change:
    """Another key has a take of exactly this request and does not need it."""
    spec.claimed.add(spare.take.task_id)
    changes = recorded_changes(spare.take, request, spec.context.catalog.find(spare.take.model))
    reasons, task = (Reason.SAME_FINGERPRINT_ELSEWHERE,), spare.take.task_id
    return _change(request, Action.MOVE, reasons, changes, spec, task=task, origin=spare.key, note=note)


def ordered(
    request: Request, spec: SpecPlan, takes: Sequence[Take], mine: Sequence[Take], origin: str | None
) -> Change:
    """No take can be used: a new render is needed, unless the last attempt failed permanently."""
    selection = spec.context.selection
    retake = selection.wants_retake(request.address)
    retry = selection.wants_retry(request.address)
    elsewhere = spec.failed()
    failures = [one for each in request.fingerprints for one in elsewhere.get(each, ())] if elsewhere else []
    inherited = [one for one in failures if not _goes_to_another(one, request, spec)]
    tried = [*mine, *(one.take for one in inherited)]
    number, attempt = next_order(tried, retake=retake)
    tries = () if retake else tried  # all of these failed, otherwise one would be used
    failed = latest([take for take in tries if (take.retake or 1) == number])
    if failed is not None and not retry and is_for_good(failed, attempt, spec.context.max_attempts):
        note = failure_note(failed, inherited if failed not in takes else ())
        reason = (Reason.FAILED_FOR_GOOD if is_permanent(failed) else Reason.ATTEMPTS_USED_UP,)
        return _change(request, Action.BLOCKED, reason, (), spec, task=failed.task_id, origin=origin, note=note)
    succeeded = [take for take in takes if take.status == "succeeded"]
    base = (_current(spec, request) or latest(succeeded)) if takes else None
    action = Action.CREATE if base is None else Action.REPLACE
    changes = request_changes(base, request, spec.context.catalog.find(request.body["model"]))
    reasons = why(base, request, changes)
    if retake or failed is not None:
        again = Reason.RETRY_REQUESTED if retry else Reason.LAST_ATTEMPT_FAILED
        reasons = (Reason.RETAKE_REQUESTED if retake else again,)
    if origin is not None and request.address.instance not in spec.strays:
        reasons = (Reason.MOVED_BY_SPEC, *reasons)
    if request.fingerprint is None:  # another shot comes first: the task is known after that
        return _change(request, action, reasons, changes, spec, task=None, origin=origin)
    name = partial(spec.task_id, request.address.instance, request.fingerprint)
    task, *order = unused_order((number, attempt), name, spec.known())
    return _change(request, action, reasons, changes, spec, task=task, origin=origin, order=(order[0], order[1]))


def _current(spec: SpecPlan, request: Request) -> Take | None:
    """The take a shot used so far: its own, that of the key it takes over, or the one it was retired with."""
    key, lockfile = request.address.instance, spec.recorded.lockfile
    records = (lockfile.shots.get(key), record_under(lockfile, spec.origins.get(key)), lockfile.retired.get(key))
    return next((take for record in records if record and (take := record.current_take) is not None), None)


def _goes_to_another(failure: Spare, request: Request, spec: SpecPlan) -> bool:
    """Whether what failed under a name moves to another shot, by its `moved:`, which requests the same render."""
    heir = next((key for key, name in spec.origins.items() if name == failure.key), request.address.instance)
    is_own = heir == request.address.instance
    return not is_own and heir in spec.wanted and answers(failure.take, spec.wanted[heir], spec.context.catalog)


def resumed(request: Request, task: OpenTask, spec: SpecPlan) -> Change:
    """A task for this request is under way, or may be."""
    is_moved = task.intent.instance != request.address.instance
    return _change(
        request,
        Action.RESUME,
        _state_of(task),
        (),
        spec,
        task=task.intent.task_id,
        origin=task.intent.instance if is_moved else None,
        order=(task.intent.retake, task.intent.attempt),
        note=_note_on(task, request.address),
    )


def _state_of(task: OpenTask) -> tuple[Reason, ...]:
    if task.claimed_by is not None:
        return Reason.CLAIMED_ELSEWHERE, Reason.OUTCOME_UNKNOWN
    return (Reason.OUTCOME_UNKNOWN if task.stage == "intent" else Reason.UNDER_WAY,)


def _note_on(task: OpenTask, address: ShotAddress) -> str | None:
    if task.claimed_by is not None:
        return claimed_elsewhere(address, task.claimed_by)
    return None if task.remark is None else f"the provider says: {task.remark}"


def claimed_elsewhere(address: ShotAddress, who: str) -> str:
    """What is said of a task that another machine has claimed, with the cure here and there."""
    retry = f"`ltxspec apply --retry {shlex.quote(str(address))}`"
    return (
        f"{who} claimed this task and may have ordered it: `ltxspec collect` there goes on; once it is certain that "
        f"nothing was ordered, {retry} here takes it over"
    )


def _change(  # noqa: PLR0913  # one constructor for all branches keeps them comparable
    request: Request,
    action: Action,
    reasons: tuple[Reason, ...],
    changes: tuple[FieldChange, ...],
    spec: SpecPlan,
    *,
    task: TaskId | None,
    origin: str | None = None,
    order: tuple[int, int] = (1, 1),
    note: str | None = None,
) -> Change:
    costs = action in SPENDING or action is Action.RESUME
    lockfile, key = spec.recorded.lockfile, request.address.instance
    records = (record_under(lockfile, key), record_under(lockfile, origin or spec.origins.get(key)))
    model = spec.context.catalog.find(request.body["model"]) if costs else None
    current = _current(spec, request) if action not in KEEPS else None
    return Change(
        address=request.address,
        action=action,
        reasons=reasons,
        changes=changes,
        fingerprint=request.fingerprint,
        task_id=task,
        estimate=request.estimate if costs else None,
        limit_price=limit_price(spec.context.catalog, request.body, request.estimate) if costs else None,
        retake=order[0],
        attempt=order[1],
        number=None if origin in spec.keys else number_of(action, task, key, records, spec.recorded),
        request=request,
        source=(request.file, request.line, request.column),
        origin=origin,
        note=note,
        current=None if current is None else current.task_id,
        destination=destination_of(request.delivery) if costs else None,
        recorded=recorded_digest(model, request.body) if model is not None else None,
    )
