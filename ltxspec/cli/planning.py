"""From options to a plan: the same steps for `plan`, `apply`, `collect` and `why`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ltxspec.cli.project import Project
from ltxspec.cli.session import Session
from ltxspec.cli.specs import render_specs
from ltxspec.cli.variables import read_variables
from ltxspec.cli.wiring import make_plan
from ltxspec.plan.actions import Plan
from ltxspec.plan.owned import Owned
from ltxspec.plan.planfile import PlanOptions
from ltxspec.plan.selection import selection
from ltxspec.render.models import RenderedSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with the requests it was made from."""

    plan: Plan
    rendered: Sequence[RenderedSpec]


def options_of(session: Session, typed: Mapping[str, Any]) -> PlanOptions:
    """What was asked for, from click's parameters of a command with paths, selectors and variables."""
    variables = read_variables(typed["var"], typed["var_files"], session.folder)
    return PlanOptions(typed["paths"], typed["targets"], typed["retakes"], typed["retries"], variables)


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
