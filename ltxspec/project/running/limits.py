"""The limits of one run: the tightest of everything that was said, and the account against which its orders count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from ltxspec.apply.budget import RunBudget
from ltxspec.plan.actions import Change, Plan, reckoning
from ltxspec.plan.budgets import ProjectLimit
from ltxspec.plan.document import PlanDocument
from ltxspec.plan.limits import left_for_specs
from ltxspec.plan.planfile import terms_of
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.shards import Shard
from ltxspec.plan.shares import Sharing
from ltxspec.plan.spending import proven_factor
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.plan import ProjectPlan
from ltxspec.project.project import ProjectContext
from ltxspec.project.rules import limits_of
from ltxspec.project.running.sharding import sharing_of
from ltxspec.project.running.since_commit import since_commit
from ltxspec.values import ShotAddress, Usd


def run_limits(project: ProjectContext, saved: PlanDocument | None, cap: Usd | None) -> SpendingLimits:
    """The tightest of `[budget]`, the limits of a saved plan, and `--max-cost`."""
    limits = limits_of(project.config)
    if saved is not None and (terms := terms_of(saved.limits)) is not None:
        limits = limits.tightened(terms.limits)
    return limits.capped(cap)


def run_budget(
    planned: ProjectPlan,
    limits: SpendingLimits,
    recorded: Mapping[str, RecordedState],
    shard: Shard | None,
    over_project: Sequence[ProjectLimit] = (),
) -> RunBudget:
    """The account of a run. A shard may spend its own part of every limit that is shared.

    Args:
        planned: the whole plan, which is within the limits.
        limits: the limits of the whole plan.
        recorded: what is recorded for its specs.
        shard: the shard that the run applies; None: the whole.
        over_project: the limits that count over the whole project.
    """
    project, plan = planned.project, planned.plan
    months = [one.left(limits.per_shot) for one in over_project if one.label is None]
    runs = [limits.per_apply] if limits.per_apply is not None else []
    per_spec = left_for_specs(plan, limits)
    per_label = {one.name: one.left(limits.per_shot) for one in over_project if one.label is not None}
    before = since_commit(project, plan.changes, recorded, limits.per_shot) if shard is not None else []
    sharing = sharing_of(planned, shard, limits.per_shot, before)
    if sharing is not None:
        outside = plan.outside
        in_progress = _in_progress(outside, limits.per_shot)
        months = [sharing.left_of(usd - in_progress) for usd in months]
        runs = [sharing.of(usd - in_progress) for usd in runs]
        per_spec = {spec: _share(sharing, usd, outside, partial(_is_of, spec)) for spec, usd in per_spec.items()}
        per_label = {
            one.name: _share(sharing, per_label[one.name], outside, one.counts) for one in over_project if one.label
        }
    labels = _labels(plan, over_project) if per_label else {}
    limit = min([*months, *runs], default=None)
    factor = proven_factor(recorded.values(), project.catalog)
    budget = RunBudget(limit, limits.per_shot, per_spec, per_label, labels, factor)
    if budget.is_limited and budget.factor > 1:
        times = f"{budget.factor:.2f} times its listed price"
        project.warn(f"the newest take cost {times}; limits use that for every order")
    return budget


def _share(sharing: Sharing, usd: Usd, outside: Iterable[Change], counts: Callable[[Change], bool]) -> Usd:
    """A shard's part of a limit of some shots."""
    return sharing.left_of(usd - _in_progress(filter(counts, outside), sharing.assumed), counts)


def _in_progress(outside: Iterable[Change], assumed: Usd | None) -> Usd:
    """What is under way outside the selection: it counts against the limits, and no shard counts it."""
    sums = reckoning(outside)
    return sums.under_way + (assumed or Usd(0)) * sums.under_way_unknown


def _is_of(spec: str, change: Change) -> bool:
    return change.address.spec == spec


def _labels(plan: Plan, over_project: Sequence[ProjectLimit]) -> dict[ShotAddress, tuple[str, ...]]:
    """The names of the limits of labels that each shot of a plan counts against."""
    named = [one for one in over_project if one.label is not None]
    every = (*plan.changes, *plan.outside)
    return {change.address: tuple(one.name for one in named if one.counts(change)) for change in every}
