"""What `apply` does between reading its options and its exit code, step by step in the order that protects money."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import click

from ltxspec.apply.budget import Budget
from ltxspec.apply.engine import Job
from ltxspec.cli.context import Session, is_interactive
from ltxspec.cli.running import exit_code, run_jobs
from ltxspec.errors import Refused, WrongUsage
from ltxspec.plan.actions import Change, Plan, Reason
from ltxspec.plan.limits import Limits, left_for_specs, refuse_over_budget, refuse_unknown_prices
from ltxspec.plan.planfile import PlanOptions, SavedPlan, read_plan_file
from ltxspec.plan.policy import refuse_by_policy
from ltxspec.plan.spending import proven_factor
from ltxspec.project.approval import refuse_stale, refuse_unapproved
from ltxspec.project.links import relink
from ltxspec.project.locks import holding_specs
from ltxspec.project.plan import plan_with
from ltxspec.project.project import Project
from ltxspec.project.run import RunOptions, jobs_of
from ltxspec.storage.named import read_named
from ltxspec.values import Usd, format_usd, total_usd

if TYPE_CHECKING:
    from ltxspec.plan.recorded import Owned


@dataclass(frozen=True, slots=True)
class ApplyOptions:
    """What was typed."""

    asked: PlanOptions
    saved: SavedPlan | None = None  # apply PLANFILE
    approved: str | None = None  # --approved DIGEST
    provider: str | None = None
    max_cost: Usd | None = None
    allow_unknown_cost: bool = False
    auto_approve: bool = False
    lock_timeout: float = 0.0
    form: str = "text"
    run: RunOptions = field(default_factory=RunOptions)


def saved_plan(session: Session, paths: Sequence[str]) -> SavedPlan | None:
    """The plan file among the arguments, when there is one: any file that is no YAML. It stands alone."""
    files = [path for path in paths if not path.endswith((".yaml", ".yml")) and not (session.folder / path).is_dir()]
    if not files:
        return None
    if len(paths) > 1:
        raise WrongUsage("a saved plan is applied alone", hint="give either one plan file or spec paths")
    return read_plan_file(read_named(session.folder / files[0], files[0]), files[0])


def apply(session: Session, options: ApplyOptions) -> int:
    """Lock, read again, plan again, check, ask, run. Returns the exit code."""
    project = session.open_project(options.provider or (options.saved.provider if options.saved else None))
    asked, wait = options.asked, options.lock_timeout
    with holding_specs(project, asked.paths, asked.variables, wait=wait, command="apply") as held:
        planned = plan_with(project, asked, held.rendered, held.owned)
        _show(session, planned.plan, options)
        limits = _limits(project, options)
        _refuse(project, planned.plan, options, limits)
        if not planned.plan.pending and not _unfinished(held.owned):
            relink(project, [have.lockfile for have in held.owned.values()])
            return 0
        approved = _ask(project, planned.plan, options)
        jobs = jobs_of(held, planned, asked.retries)
        factor = proven_factor(held.owned.values(), project.catalog)
        budget = Budget(limits.per_apply, limits.per_shot, left_for_specs(planned.plan, limits), factor)
        _tell_factor(budget)
        return _run(session, project, jobs, replace(options, run=replace(options.run, approved=approved)), budget)


def _tell_factor(budget: Budget) -> None:
    """Why shots may be held back although the plan is within its limits."""
    if budget.is_limited and budget.factor > 1:
        times = f"{budget.factor:.2f} times its listed price"
        click.echo(f"warning: the newest take cost {times}; limits reckon with that for every order", err=True)


def _run(session: Session, project: Project, jobs: Sequence[Job], options: ApplyOptions, budget: Budget) -> int:
    from ltxspec.report.apply.views import view_for

    with view_for(
        options.form, sys.stdout, sys.stderr, session.style(sys.stderr), live=is_interactive(sys.stderr)
    ) as view:
        summary, by_user = run_jobs(project, jobs, options.run, budget, view)
    return exit_code(summary, by_user=by_user)


def _show(session: Session, plan: Plan, options: ApplyOptions) -> None:
    """The plan, for people; machines get the events only."""
    if options.form == "text":
        from ltxspec.report.diagnostics import format_diagnostics
        from ltxspec.report.plan.formats import PLAN_FORMATS

        if plan.diagnostics:
            click.echo(format_diagnostics(plan.diagnostics, session.style(sys.stderr)), nl=False, err=True)
        click.echo(PLAN_FORMATS["text"](plan, options.asked, session.style()), nl=False)


def _limits(project: Project, options: ApplyOptions) -> Limits:
    """The tightest of `[budget]` and --max-cost."""
    budget = project.config.budget
    typed = options.max_cost is not None and (budget.per_apply is None or options.max_cost < budget.per_apply)
    cap = options.max_cost if typed else budget.per_apply
    return Limits(cap, budget.per_shot, budget.per_spec, typed=typed)


def _refuse(project: Project, plan: Plan, options: ApplyOptions, limits: Limits) -> None:
    """Everything that may stand between a plan and its first order. Exit 4, nothing spent."""
    if options.saved is not None:
        refuse_stale(options.saved, plan)
    if options.approved is not None:
        refuse_unapproved(project, plan, options.approved)
    refuse_by_policy(plan)
    if not options.allow_unknown_cost:
        refuse_unknown_prices(plan)
    refuse_over_budget(plan, limits)


def _refuse_without_key(project: Project, plan: Plan) -> None:
    """Say that nothing can be ordered before anybody is asked to approve it. Raises ProviderRefused."""
    from ltxspec.project.service import has_key
    from ltxspec.providers.registry import missing_key

    if not has_key(project.service, project.environ) and any(c.action.spends for c in plan.changes):
        raise missing_key(project.service)


def _and_the_key(project: Project) -> str:
    from ltxspec.project.service import has_key

    return "" if has_key(project.service, project.environ) else f"; `{project.service.key}` is not set either"


def _unfinished(owned: "Mapping[str, Owned]") -> bool:
    return any(item.journal.open for item in owned.values())


def _ask(project: Project, plan: Plan, options: ApplyOptions) -> bool:
    """Ask a person before money is spent. A free provider takes none; a saved or approved plan was decided on before.

    Returns:
        Whether orders of an earlier run may be sent again should the provider not know them: that is new money, too.
        Without approval they are only looked for.

    Raises:
        Refused: new orders were not approved.
        ProviderRefused: there is no key to order them with.
    """
    unclear = [change for change in plan.changes if Reason.OUTCOME_UNKNOWN in change.reasons]
    if not options.allow_unknown_cost and any(change.estimate is None for change in unclear):
        click.echo("An earlier order has no known price: without --allow-unknown-cost it is only looked for.", err=True)
        return False
    if options.auto_approve or options.saved is not None or options.approved is not None or project.service.free:
        return True
    new = [change for change in plan.changes if change.action.spends]
    if not new and not unclear:
        return False
    if not sys.stdin.isatty():
        if new:
            raise Refused(
                "not-approved",
                f"this would spend {_money(new)}, and nobody is here to approve it",
                hint=f"pass --auto-approve (with --max-cost), or apply a saved plan{_and_the_key(project)}",
            )
        click.echo(
            f"{_old_orders(unclear)} may not have arrived. To order again would be new money ({_money(unclear)}): "
            "without approval (--auto-approve) the provider is only asked for them.",
            err=True,
        )
        return False
    _refuse_without_key(project, plan)
    again = f", and {_money(unclear)} if {_old_orders(unclear)} did not arrive" if unclear else ""
    question = f"Spend {_money(new)}{again}? Only `yes` is accepted"
    answer = click.prompt(question, default="", show_default=False, err=True)
    if answer.strip() != "yes" and new:
        raise Refused("not-approved", "not approved; nothing was ordered")
    return bool(answer.strip() == "yes")


def _money(changes: Sequence[Change]) -> str:
    usd, unknown = total_usd(change.estimate for change in changes)
    limits, _ = total_usd(change.reckoned for change in changes)
    aside = f" by the project's own prices, ${format_usd(limits)} by ltxspec's" if limits > usd else ""
    return f"${format_usd(usd)}" + (f" plus {unknown} unknown" if unknown else "") + aside


def _old_orders(changes: Sequence[Change]) -> str:
    count = len(changes)
    return f"{count} order{'s' * (count != 1)} of an earlier run"
