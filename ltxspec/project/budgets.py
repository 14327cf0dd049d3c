"""What the limits of a project count: lockfiles and journals of all paid providers, and the labels of all specs."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ltxspec.errors import Diagnostic, Problems, Refused
from ltxspec.lock.by_task import takes_by_id
from ltxspec.lock.merge import recorded_tasks
from ltxspec.plan.actions import Plan, is_open
from ltxspec.plan.budgets import (
    History,
    LabelLimit,
    Order,
    ProjectLimit,
    exceeded_over_project,
    label_limits,
    month_limit,
    order_of_take,
    order_of_task,
)
from ltxspec.plan.exceeded import exceeded_warnings, refuse_exceeded
from ltxspec.plan.heirs import Heirs
from ltxspec.plan.idle_limits import IDLE, idle_limits
from ltxspec.plan.limits import OVER_PROJECT, exceeded_limits
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.load import render_specs
from ltxspec.project.lookup import recorded_names, recorded_state
from ltxspec.project.project import ProjectContext
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.clock import SystemClock
from ltxspec.suggest import shown
from ltxspec.values import ShotAddress, TaskId

_UNREAD = "what the shots with a label have cost is not known: there are specs with problems"


def limits_over_project(
    project: ProjectContext,
    plan: Plan,
    rendered: Sequence[RenderedSpec],
    *,
    is_whole: bool,
    now: datetime | None = None,
    strict: bool = True,
) -> list[ProjectLimit]:
    """`[budget] per_month` and `per_label`, with what counts against each before a plan.

    Args:
        project: the project. On a free provider nothing counts.
        plan: the plan; what it has in progress is left out, because it counts that itself.
        rendered: the specs of the plan.
        is_whole: whether these are all specs of the project.
        now: the present time; None: the system's.
        strict: whether specs with problems are an error; otherwise limits of labels are left out then.

    Raises:
        Refused: a spec with problems may have shots with a label that is limited.
        LockfileError, StorageError: a record cannot be read: it is never taken for an empty one.
    """
    budget = project.config.budget
    if project.service.free or not budget.spans_project:
        return []
    counted = {change.task_id for change in (*plan.changes, *plan.outside) if is_open(change)}
    orders = [order for side in project.paid for order in _orders(side, counted, plan.heirs)]
    found = []
    if budget.per_month is not None:
        month = (now or SystemClock().now()).strftime("%Y-%m")
        found.append(month_limit(budget.per_month, month, orders))
    if budget.per_label:
        labels = _labels(project, rendered, is_whole=is_whole)
        if labels is None and strict:
            raise Refused(
                "unread-spec", _UNREAD, hint="`ltxspec validate` lists them; limits of labels count all specs"
            )
        found += label_limits(_given(project), History(orders, labels), plan.changes) if labels is not None else []
    return found


def _given(project: ProjectContext) -> dict[LabelLimit, str]:
    """The limits of labels, each with its name as it is written."""
    limits = {}
    for name, usd in project.config.budget.per_label.items():
        key, equals, value = name.partition("=")
        limits[LabelLimit(key.strip(), value.strip() if equals else None, usd)] = name
    return limits


def _orders(project: ProjectContext, counted: Collection[TaskId | None], heirs: Heirs) -> Sequence[Order]:
    """Every order with one provider, each task once, without those that are counted elsewhere.

    Takes that a plan moves count for the shots that get them.
    """
    names = recorded_names(project)
    states = {name: recorded_state(project, name) for name in names}
    lockfiles = [state.lockfile for state in states.values()]
    takes = {task: each for task, each in takes_by_id(lockfiles).items() if task not in counted}
    found = [order_of_take(heirs.get(task, address), take, project.catalog) for task, (address, take) in takes.items()]
    known = {task for lockfile in lockfiles for task in recorded_tasks(lockfile)} | set(counted)
    for name, state in states.items():
        for task_id, task in state.journal.open.items():
            if task_id not in known:
                found.append(order_of_task(ShotAddress(name, task.intent.instance), task, project.catalog))
    return found


def _labels(
    project: ProjectContext, rendered: Sequence[RenderedSpec], *, is_whole: bool
) -> dict[ShotAddress, dict[str, str]] | None:
    """The labels of all shots of the project; None if some cannot be read."""
    problems = Problems()
    every = [*([] if is_whole else render_specs(project, (), problems=problems)), *rendered]
    if problems.errors or any(spec.left_out for spec in every):
        return None
    return {request.address: dict(request.labels or {}) for spec in every for request in spec.requests}


def refuse_over_limits(
    project: ProjectContext,
    plan: Plan,
    rendered: Sequence[RenderedSpec],
    limits: SpendingLimits,
    *,
    is_whole: bool,
) -> list[ProjectLimit]:
    """Refuse a plan that exceeds limits, naming all of them. Returns those that count over the whole project.

    Args:
        project: the project. On a free provider nothing counts over the whole project.
        plan: the plan.
        rendered: its specs.
        limits: the limits of the run.
        is_whole: whether these are all specs of the project.

    Raises:
        Refused: as described, or limits of labels cannot be counted.
        LockfileError, StorageError: a record cannot be read.
    """
    found = exceeded_limits(plan, limits)
    try:
        over_project = limits_over_project(project, plan, rendered, is_whole=is_whole)
    except Refused:
        refuse_exceeded(plan, found)
        raise
    refuse_exceeded(plan, [*found, *exceeded_over_project(plan, over_project, limits.per_shot)])
    return over_project


def over_project_warnings(
    project: ProjectContext, plan: Plan, rendered: Sequence[RenderedSpec], *, is_whole: bool
) -> list[Diagnostic]:
    """A warning for each of these limits because of which `apply` would refuse a plan, or that limits nothing."""
    idle = idle_limit_warnings(project, rendered, is_whole=is_whole)
    try:
        limits = limits_over_project(project, plan, rendered, is_whole=is_whole)
    except Refused as refused:
        return [Diagnostic("warning", OVER_PROJECT, refused.summary, hint=refused.hint), *idle]
    found = exceeded_over_project(plan, limits, project.config.budget.per_shot)
    return [*exceeded_warnings(plan, found, OVER_PROJECT), *idle]


def idle_limit_warnings(
    project: ProjectContext, rendered: Sequence[RenderedSpec], *, is_whole: bool
) -> list[Diagnostic]:
    """A warning for each limit of a label that no shot has, on any provider; none unless all shots are known."""
    given = _given(project)
    if not given or not is_whole or any(spec.left_out for spec in rendered):
        return []
    labels = (request.labels or {} for spec in rendered for request in spec.requests)
    return [
        Diagnostic(
            "warning",
            IDLE,
            f"no shot has the label {shown(limit)}, so its limit in `[budget.per_label]` limits nothing",
            project.config.budget.place_of_label(given[limit]),
            hint,
        )
        for limit, hint in idle_limits(given, labels)
    ]
