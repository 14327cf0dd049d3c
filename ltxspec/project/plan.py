"""From options to a plan: the same steps for `plan`, `apply`, `collect` and `why`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.errors import Diagnostic, Refused
from ltxspec.plan.actions import Plan
from ltxspec.plan.limits import Limits, refuse_over_budget
from ltxspec.plan.planfile import PlanOptions
from ltxspec.plan.recorded import Owned
from ltxspec.plan.selection import selection
from ltxspec.project.adapters import make_plan
from ltxspec.project.load import render_specs
from ltxspec.project.project import Project
from ltxspec.render.models import RenderedSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with the requests it was made from."""

    plan: Plan
    rendered: Sequence[RenderedSpec]


def plan_with(
    project: Project,
    options: PlanOptions,
    rendered: Sequence[RenderedSpec] | None = None,
    holdings: Mapping[str, Owned] | None = None,
) -> Planned:
    """Render (unless done) and plan what `options` asks for."""
    specs = rendered if rendered is not None else render_specs(project, options.paths, options.variables)
    wanted = selection(options.targets, options.retakes, options.retries)
    return Planned(make_plan(project, specs, wanted, holdings), specs)


def with_budget_warning(plan: Plan, project: Project) -> Plan:
    """The plan with a warning where `apply` would refuse it for a limit of `[budget]`, in the words of the refusal."""
    budget = project.config.budget
    try:
        refuse_over_budget(plan, Limits(budget.per_apply, budget.per_shot, budget.per_spec))
    except Refused as refused:
        warning = Diagnostic("warning", refused.code, refused.summary, hint=refused.hint)
        return replace(plan, diagnostics=[*plan.diagnostics, warning])
    return plan
