"""The limits of one run: the tightest of everything that was said, and the account against which its orders count."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ltxspec.apply.budget import RunBudget
from ltxspec.plan.actions import Change, reckoning
from ltxspec.plan.document import PlanDocument
from ltxspec.plan.limits import left_for_specs
from ltxspec.plan.planfile import terms_of
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.shards import Shard
from ltxspec.plan.spending import proven_factor
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.plan import ProjectPlan
from ltxspec.project.project import ProjectContext
from ltxspec.project.rules import limits_of
from ltxspec.project.sharding import sharing_of
from ltxspec.values import Usd


def run_limits(project: ProjectContext, saved: PlanDocument | None, cap: Usd | None) -> SpendingLimits:
    """The tightest of `[budget]`, the limits of a saved plan, and `--max-cost`."""
    limits = limits_of(project.config)
    if saved is not None and (terms := terms_of(saved.limits)) is not None:
        limits = limits.tightened(terms.limits)
    if cap is None or (limits.per_apply is not None and cap >= limits.per_apply):
        return limits
    return replace(limits, per_apply=cap, typed=True, saved=limits.saved - {"per_apply"})


def run_budget(
    planned: ProjectPlan, limits: SpendingLimits, recorded: Mapping[str, RecordedState], shard: Shard | None
) -> RunBudget:
    """The account of a run. A shard may spend its own part of every limit that is shared.

    Args:
        planned: the whole plan, which is within the limits.
        limits: the limits of the whole plan.
        recorded: what is recorded for its specs.
        shard: the shard that the run applies; None: the whole.
    """
    project, plan = planned.project, planned.plan
    limit, per_spec = limits.per_apply, left_for_specs(plan, limits)
    sharing = sharing_of(planned, shard, limits.per_shot)
    if sharing is not None:
        aside = reckoning(plan.outside)  # it counts against the limit, and no shard counts it
        kept = aside.under_way + (limits.per_shot or Usd(0)) * aside.under_way_unknown
        limit = None if limit is None else sharing.of(limit - kept)
        per_spec = {spec: sharing.of(usd, partial(_is_of, spec)) for spec, usd in per_spec.items()}
    budget = RunBudget(limit, limits.per_shot, per_spec, proven_factor(recorded.values(), project.catalog))
    if budget.is_limited and budget.factor > 1:
        times = f"{budget.factor:.2f} times its listed price"
        project.warn(f"the newest take cost {times}; limits use that for every order")
    return budget


def _is_of(spec: str, change: Change) -> bool:
    return change.address.spec == spec
