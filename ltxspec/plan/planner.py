"""Decides what each shot needs: one pass over the spec's shots, one over what is recorded. It spends nothing."""

from collections.abc import Callable, Container, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache, partial

from ltxspec.catalog.models import PROMPT, Catalog
from ltxspec.fingerprint import task_ids
from ltxspec.lock.journal import OpenTask
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import ShotRecord, Take
from ltxspec.plan.actions import SPENDING, Action, Change, FieldChange, Reason
from ltxspec.plan.destinations import destination_of, recorded_digest
from ltxspec.plan.differences import recorded_changes, request_changes, why
from ltxspec.plan.left_over import left_over
from ltxspec.plan.numbering import numbered
from ltxspec.plan.origins import assign_origins, has_answer
from ltxspec.plan.prices import limit_price
from ltxspec.plan.recorded import (
    RecordedState,
    Spare,
    answers,
    is_needless,
    latest,
    next_order,
    open_by_fingerprint,
    preferred,
    record_under,
    spare_takes,
    unused_order,
    without,
)
from ltxspec.plan.selection import Selection
from ltxspec.plan.strays import NOTE, strays
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import Fingerprint, TaskId

_AS_BEFORE = (
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
class _Spec:
    """One spec's planning state, shared by its shots."""

    name: str
    recorded: RecordedState
    context: PlanContext
    wanted: Mapping[str, Request]
    keys: Container[str]  # of the spec, with those of shots that are left out
    origins: Mapping[str, str]  # moves by `moved:`: instance key -> the key its takes are recorded under
    strays: Mapping[str, str]  # the same for retakes under an earlier name of a shot that has takes: see `strays.py`
    spare: Callable[[], Mapping[Fingerprint, Sequence[Spare]]]  # computed on first use
    known: Callable[[], AbstractSet[TaskId]]  # tasks under any key of the lockfile; computed on first use
    claimed: set[TaskId]  # takes and open tasks of other keys already given to a shot of this plan
    under_way: Mapping[Fingerprint, Sequence[OpenTask]]
    task_id: Callable[[str, Fingerprint, int, int], TaskId]  # of (instance, fingerprint, retake, attempt)


def plan_spec(
    rendered: RenderedSpec,
    recorded: RecordedState,
    context: PlanContext,
    elsewhere: Callable[[], AbstractSet[TaskId]] = frozenset,
) -> list[Change]:
    """Compare one spec with what is recorded: one change per shot, in the spec's order, then what is left over.

    All shots are decided even if only some are targets: a run does to a shot what the whole plan says.

    Args:
        rendered: the spec.
        recorded: what is recorded for it.
        context: what else planning needs to know.
        elsewhere: gives the tasks of other specs, which may have come from here: no order gets the id of one of them.
    """
    wanted = {request.address.instance: request for request in rendered.requests}
    seen = without(recorded, rendered.leaves_out) if rendered.left_out else recorded
    keys = rendered.keys(recorded.instances()) if rendered.left_out else wanted.keys()
    moves = assign_origins(seen.lockfile, wanted, context.catalog)
    spec = _Spec(
        name=rendered.name,
        recorded=seen,
        context=context,
        wanted=wanted,
        keys=keys,
        origins=moves,
        strays=strays(seen.lockfile, wanted, keys, context.catalog, moves),
        spare=cache(lambda: spare_takes(seen.lockfile, wanted, context.catalog)),
        known=cache(lambda: recorded_tasks(recorded.lockfile) | elsewhere()),
        claimed=set(),
        under_way=open_by_fingerprint(recorded.journal, context.catalog),
        task_id=task_ids(context.project, context.provider, rendered.name),
    )
    changes = _decided(rendered.requests, spec)
    changes += left_over(rendered.name, recorded, keys, context.catalog, changes)
    return [change for change in changes if context.selection.is_target(change.address, change.labels)]


def _decided(requests: Sequence[Request], spec: _Spec) -> list[Change]:
    """One change per shot, in order. Shots that get their take through `moved:` choose before all others."""
    changes, lockfile, catalog = {}, spec.recorded.lockfile, spec.context.catalog
    for request in requests if spec.origins else ():
        if has_answer(lockfile, spec.origins.get(request.address.instance), request, catalog):
            changes[request.address] = _plan_shot(request, spec)
    return [changes.get(request.address) or _plan_shot(request, spec) for request in requests]


def _plan_shot(request: Request, spec: _Spec) -> Change:
    """Decide on one shot, and number the take that it orders or keeps."""
    lockfile, key = spec.recorded.lockfile, request.address.instance
    records = (lockfile.shots.get(key), lockfile.retired.get(key), record_under(lockfile, spec.origins.get(key)))
    return numbered(_decide(request, spec), [record for record in records if record], spec.recorded)


def _decide(request: Request, spec: _Spec) -> Change:
    """Decide on one shot; each branch names its case."""
    key = request.address.instance
    lockfile, catalog = spec.recorded.lockfile, spec.context.catalog
    record = lockfile.shots.get(key)
    origin = spec.strays.get(key) or spec.origins.get(key)
    given = record_under(lockfile, origin)
    takes = [take for source in (record, lockfile.retired.get(key), given) if source for take in source.takes]
    mine = [take for take in takes if answers(take, request, catalog)]
    is_owned = any(take.status == "succeeded" for take in mine)
    retake = spec.context.selection.wants_retake(request.address)
    spare = None if retake or is_owned else _spare(request, spec)
    if (task := _under_way(request, spec, mine, is_owned=is_owned)) and (spare is None or task.stage != "intent"):
        spec.claimed.add(task.intent.task_id)
        return _resume(request, task, spec)
    if is_owned and not retake:
        return _keep(request, mine, record, origin, spec)
    if spare is not None:  # also instead of an order that may never have arrived: that one is only looked for
        return _move(request, spare, spec)
    return _order(request, spec, takes, mine, origin)


def _under_way(request: Request, spec: _Spec, mine: Sequence[Take], *, is_owned: bool) -> OpenTask | None:
    """A task ordered for exactly this request; if it has no take yet, also one under a name removed from the spec."""
    if not spec.under_way:
        return None
    known = {take.task_id for take in mine}
    for task in (task for each in request.fingerprints for task in spec.under_way.get(each, ())):
        task_id, instance = task.intent.task_id, task.intent.instance
        is_free = not is_owned and instance not in spec.keys and task_id not in spec.claimed
        is_left = task_id not in known or not task.ended  # some of its results may be recorded already
        if is_left and not is_needless(task, mine) and (is_free or instance == request.address.instance):
            return task
    return None


def _spare(request: Request, spec: _Spec) -> Spare | None:
    """A take of exactly this request that its key does not need and that no other shot has claimed."""
    candidates = (spare for each in request.fingerprints for spare in spec.spare().get(each, ()))
    return next((spare for spare in candidates if spare.take.task_id not in spec.claimed), None)


def _keep(request: Request, mine: Sequence[Take], record: ShotRecord | None, origin: str | None, spec: _Spec) -> Change:
    """A take for this request is recorded: nothing to pay, perhaps something to record."""
    good = [take for take in mine if take.status == "succeeded"]
    current = record.current_take if record else None
    if (stray := spec.strays.get(request.address.instance)) and (current is None or not current.is_incomplete):
        return _move(request, Spare(stray, preferred(good)), spec, note=NOTE)
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


def _keep_current(request: Request, current: Take, spec: _Spec) -> Change:
    if current.is_incomplete:  # even if no journal says that some of its results are still to come
        order = (current.retake or 1, current.attempt or 1)
        return _change(request, Action.RESUME, (Reason.UNDER_WAY,), (), spec, task=current.task_id, order=order)
    differences = recorded_changes(current, request, spec.context.catalog.find(current.model))
    action = Action.UPDATE if differences else Action.NO_OP
    reasons = (Reason.RECORDED_FIELDS_CHANGED,) if differences else ()
    is_as_before = current.fingerprint not in request.versions and current.request.get(PROMPT) != request.body[PROMPT]
    note = _AS_BEFORE if is_as_before else None
    return _change(request, action, reasons, differences, spec, task=current.task_id, note=note)


def _move(request: Request, spare: Spare, spec: _Spec, note: str | None = None) -> Change:
    spec.claimed.add(spare.take.task_id)
    changes = recorded_changes(spare.take, request, spec.context.catalog.find(spare.take.model))
    reasons, task = (Reason.SAME_FINGERPRINT_ELSEWHERE,), spare.take.task_id
    return _change(request, Action.MOVE, reasons, changes, spec, task=task, origin=spare.key, note=note)


def _order(request: Request, spec: _Spec, takes: Sequence[Take], mine: Sequence[Take], origin: str | None) -> Change:
    """No take can be used: a new render is needed, unless the last attempt failed permanently."""
    selection = spec.context.selection
    retake = selection.wants_retake(request.address)
    retry = selection.wants_retry(request.address)
    number, attempt = next_order(mine, retake=retake)
    tries = () if retake else mine  # all of these failed, otherwise one would be used
    failed = latest([take for take in tries if (take.retake or 1) == number])
    if failed is not None and not retry and _for_good(failed, attempt, spec.context.max_attempts):
        note = f"{failed.failure.code}: {failed.failure.message}" if failed.failure else None
        reason = Reason.FAILED_FOR_GOOD if _is_permanent(failed) else Reason.ATTEMPTS_USED_UP
        return _change(request, Action.BLOCKED, (reason,), (), spec, task=failed.task_id, note=note)
    base = _current(spec, request) or latest([take for take in takes if take.status == "succeeded"])
    action = Action.CREATE if base is None else Action.REPLACE
    changes = request_changes(base, request, spec.context.catalog.find(request.body["model"]))
    if origin is not None and request.address.instance not in spec.strays:
        reasons: tuple[Reason, ...] = (Reason.MOVED_BY_SPEC, *why(base, request, changes))
    elif retake:
        reasons = (Reason.RETAKE_REQUESTED,)
    elif failed is not None:
        reasons = (Reason.RETRY_REQUESTED if retry else Reason.LAST_ATTEMPT_FAILED,)
    else:
        reasons = why(base, request, changes)
    name = partial(spec.task_id, request.address.instance, request.fingerprint)
    order = unused_order((number, attempt), name, spec.known())
    return _change(request, action, reasons, changes, spec, task=name(*order), origin=origin, order=order)


def _for_good(failed: Take, attempt: int, max_attempts: int) -> bool:
    return _is_permanent(failed) or attempt > max_attempts


def _is_permanent(failed: Take) -> bool:
    """Whether only an edit can help."""
    return failed.failure is None or failed.failure.permanent


def _current(spec: _Spec, request: Request) -> Take | None:
    """The take a shot used so far: its own, that of the key it takes over, or the one it was retired with."""
    key, lockfile = request.address.instance, spec.recorded.lockfile
    records = (lockfile.shots.get(key), record_under(lockfile, spec.origins.get(key)), lockfile.retired.get(key))
    return next((take for record in records if record and (take := record.current_take) is not None), None)


def _resume(request: Request, task: OpenTask, spec: _Spec) -> Change:
    moved = task.intent.instance != request.address.instance
    return _change(
        request,
        Action.RESUME,
        (Reason.OUTCOME_UNKNOWN if task.stage == "intent" else Reason.UNDER_WAY,),
        (),
        spec,
        task=task.intent.task_id,
        origin=task.intent.instance if moved else None,
        order=(task.intent.retake, task.intent.attempt),
        note=None if task.remark is None else f"the provider says: {task.remark}",
    )


def _change(  # noqa: PLR0913  # one constructor for all branches keeps them comparable
    request: Request,
    action: Action,
    reasons: tuple[Reason, ...],
    changes: tuple[FieldChange, ...],
    spec: _Spec,
    *,
    task: TaskId | None,
    origin: str | None = None,
    order: tuple[int, int] = (1, 1),
    note: str | None = None,
) -> Change:
    costs = action in SPENDING or action is Action.RESUME
    model = spec.context.catalog.find(request.body["model"]) if costs else None
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
        request=request,
        source=(request.file, request.line, request.column),
        origin=origin,
        note=note,
        destination=destination_of(request.delivery) if costs else None,
        recorded=recorded_digest(model, request.body) if model is not None else None,
    )
