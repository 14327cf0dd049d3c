"""The rules of a project about what may be bought: its limits and its policies."""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Plan
from ltxspec.plan.terms import SpendingLimits, Terms
from ltxspec.project.project import ProjectContext
from ltxspec.project.remarks import remarks_of
from ltxspec.storage.config import Config
from ltxspec.values import Usd

if TYPE_CHECKING:
    from ltxspec.plan.policy import Rule


def most_orders(project: ProjectContext, limit: int | Literal["budget"], budget: Usd | None) -> int | SpendingLimits:
    """What `--limit` allows. Raises WrongUsage if it follows a budget that does not exist."""
    if limit != "budget":
        return limit
    limits = limits_of(project.config).tightened(SpendingLimits(per_apply=budget))
    if limits.per_apply is None and limits.per_spec is None:
        raise WrongUsage(
            "`--limit budget` needs a budget", hint="set `[budget] per_apply`, or give `--max-cost` as well"
        )
    return limits


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
