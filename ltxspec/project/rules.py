"""The rules of a project about what may be bought: its limits and its policies."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.exceeded import Exceeding
from ltxspec.plan.limits import exceeded_limits
from ltxspec.plan.terms import SpendingLimits, Terms
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.config import Config

if TYPE_CHECKING:
    from ltxspec.plan.policy import Rule


def most_orders(
    project: ProjectContext, plan: Plan, rendered: Sequence[RenderedSpec], options: PlanOptions
) -> int | Exceeding | None:
    """What `--limit` allows of a plan: a number of orders, or what is within all limits; None: everything.

    Limits of labels that cannot be counted allow everything: an apply is refused for them.

    Raises:
        WrongUsage: it follows a budget that does not exist.
        LockfileError, StorageError: a record cannot be read.
    """
    if options.limit != "budget":
        return options.limit
    budget, limits = project.config.budget, limits_of(project.config).capped(options.max_cost)
    if limits.per_apply is None and limits.per_spec is None and not budget.spans_project:
        raise WrongUsage(
            "`--limit budget` needs a budget", hint="set `[budget] per_apply`, or give `--max-cost` as well"
        )
    if not budget.spans_project:
        return lambda part: exceeded_limits(part, limits)
    from ltxspec.plan.budgets import exceeded_over_project
    from ltxspec.project.budgets import limits_over_project

    over = limits_over_project(project, plan, rendered, is_whole=not options.paths, strict=False)
    return lambda part: [*exceeded_limits(part, limits), *exceeded_over_project(part, over, limits.per_shot)]


def limits_of(config: Config) -> SpendingLimits:
    """The limits of `[budget]`."""
    return SpendingLimits(config.budget.per_apply, config.budget.per_shot, config.budget.per_spec)


def rules_of(config: Config) -> list["Rule"]:
    """The rules of `[[policy]]`."""
    from ltxspec.plan.policy import Rule

    return [Rule(rule.assertion, rule.message, rule.severity, rule.where) for rule in config.policy]


def terms_of(config: Config) -> Terms:
    """The limits and policies in force."""
    if not config.policy:  # policies are slow to import
        return Terms(limits_of(config))
    from ltxspec.plan.policy import policies_digest

    return Terms(limits_of(config), policies_digest(rules_of(config)))


def with_policies(project: ProjectContext, plan: Plan) -> Plan:
    """The plan with the results of the project's own policies."""
    from ltxspec.plan.policy import Decided, check_policies

    remarks = remarks_of(project)
    decided = Decided(remarks.by_task, remarks.unread)
    found = check_policies(rules_of(project.config), plan, project.catalog, project.files, decided)
    return replace(plan, diagnostics=[*plan.diagnostics, *found])
