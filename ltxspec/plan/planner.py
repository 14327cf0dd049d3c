"""Decides what each shot needs: one pass over the spec's shots, one over what is recorded. It spends nothing."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from ltxspec.catalog.models import PROMPT
from ltxspec.fingerprint import task_ids
from ltxspec.lock.journal import Intent, OpenTask
from ltxspec.lock.merge import recorded_tasks
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Change
from ltxspec.plan.cases import PlanContext, SpecPlan, kept, moved, ordered, resumed
from ltxspec.plan.failures import left_failures
from ltxspec.plan.left_over import left_over
from ltxspec.plan.origins import assign_origins, has_answer, joined
from ltxspec.plan.recorded import (
    RecordedState,
    Spare,
    answers,
    every_fingerprint,
    is_needless,
    open_by_fingerprint,
    record_under,
    spare_takes,
    without,
)
from ltxspec.plan.strays import strays
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import TaskId


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
    spec = SpecPlan(
        name=rendered.name,
        recorded=seen,
        context=context,
        wanted=wanted,
        keys=keys,
        origins=moves,
        strays=strays(seen.lockfile, wanted, keys, context.catalog, moves),
        spare=cache(lambda: spare_takes(seen.lockfile, wanted, context.catalog)),
        failed=cache(lambda: left_failures(seen, wanted, context.catalog)),
        known=cache(lambda: recorded_tasks(recorded.lockfile) | elsewhere()),
        claimed=set(),
        under_way=open_by_fingerprint(recorded.journal, context.catalog),
        task_id=task_ids(context.project, context.provider, rendered.name),
    )
    changes = joined(_decided(rendered.requests, spec), spec.origins, seen.lockfile)
    changes += left_over(rendered.name, recorded, keys, context.catalog, changes)
    return [change for change in changes if context.selection.is_target(change.address, change.labels)]


def plan_again(request: Request, recorded: RecordedState, context: PlanContext, known: AbstractSet[TaskId]) -> Change:
    """Decide on one shot once the takes of its sources are recorded; everything that moves was moved before.

    Args:
        request: the request, completed.
        recorded: what is recorded for its spec now.
        context: what else planning needs to know.
        known: the tasks of other specs.
    """
    key = request.address.instance
    spec = SpecPlan(
        name=request.address.spec,
        recorded=recorded,
        context=context,
        wanted={key: request},
        keys={key, *recorded.instances()},
        origins={},
        strays={},
        spare=dict,
        failed=dict,
        known=lambda: recorded_tasks(recorded.lockfile) | known,
        claimed=set(),
        under_way=open_by_fingerprint(recorded.journal, context.catalog),
        task_id=task_ids(context.project, context.provider, request.address.spec),
    )
    return _plan_shot(request, spec)


def _decided(requests: Sequence[Request], spec: SpecPlan) -> list[Change]:
    """One change per shot, in order. Shots that get their take through `moved:` choose before all others."""
    changes, lockfile, catalog = {}, spec.recorded.lockfile, spec.context.catalog
    for request in requests if spec.origins else ():
        if has_answer(lockfile, spec.origins.get(request.address.instance), request, catalog):
            changes[request.address] = _plan_shot(request, spec)
    return [changes.get(request.address) or _plan_shot(request, spec) for request in requests]


def _plan_shot(request: Request, spec: SpecPlan) -> Change:
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
        return resumed(request, task, spec)
    if is_owned and not retake:
        return kept(request, mine, record, origin, spec)
    if spare is not None:  # also instead of an order that may never have arrived: that one is only looked for
        return moved(request, spare, spec)
    return ordered(request, spec, takes, mine, origin)


def _under_way(request: Request, spec: SpecPlan, mine: Sequence[Take], *, is_owned: bool) -> OpenTask | None:
    """A task ordered for exactly this request, the shot's own one first.

    If the shot has no take yet, also one under a name that is gone, or whose shot asks for another render now. Not one
    of whose results some are recorded and another take was picked since: that one stays in use.
    """
    if not spec.under_way:
        return None
    known = {take.task_id for take in mine}
    record = spec.recorded.lockfile.shots.get(request.address.instance)
    is_kept = (
        record is not None and record.current in known and not spec.context.selection.wants_retake(request.address)
    )
    in_use = record.current if record is not None and is_kept else None
    elsewhere = None
    for task in (task for each in request.fingerprints for task in spec.under_way.get(each, ())):
        task_id = task.intent.task_id
        is_left = task_id not in known or (not task.ended and in_use in (task_id, None))
        if not is_left or is_needless(task, mine):
            continue
        if task.intent.instance == request.address.instance:
            return task
        if elsewhere is None and not is_owned and task_id not in spec.claimed and _is_free(task.intent, spec):
            elsewhere = task
    return elsewhere


def _is_free(order: Intent, spec: SpecPlan) -> bool:
    """Whether the shot that an order was placed for is gone, or asks for another render now."""
    if order.instance not in spec.keys:
        return True
    own = spec.wanted.get(order.instance)  # None: left out, so what it asks for is not known
    if own is None or own.fingerprint is None:  # it depends on another shot, but never on another prompt
        return own is not None and own.body.get(PROMPT) != order.request.get(PROMPT)
    return every_fingerprint(order, spec.context.catalog).isdisjoint(own.fingerprints)


def _spare(request: Request, spec: SpecPlan) -> Spare | None:
    """A take of exactly this request that its key does not need and that no other shot has claimed."""
    candidates = (spare for each in request.fingerprints for spare in spec.spare().get(each, ()))
    return next((spare for spare in candidates if spare.take.task_id not in spec.claimed), None)
