"""`ltxspec apply`: render what the plan says, and record it."""

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import Selected
from ltxspec.cli.param_types import PLAN_DIGEST, USD
from ltxspec.errors import WrongUsage

if TYPE_CHECKING:
    from ltxspec import PlanDocument
    from ltxspec.project.apply import Approval
    from ltxspec.project.plan import ProjectPlan
    from ltxspec.values import Usd

_EXAMPLES = "Examples: `ltxspec apply --max-cost 5`, `ltxspec apply plan.json`, `ltxspec apply --shard 2/5`."


@dataclass(frozen=True, slots=True)
class ApplyFlags:
    """The options besides the choice of shots."""

    auto_approve: bool
    max_cost: "Usd | None"
    allow_unknown_cost: bool
    approved: str | None
    parallelism: int | None
    detach: bool
    buy_again: bool
    lock_timeout: float
    engine: str = "local"
    shard: str | None = None


@click.command("apply", epilog=_EXAMPLES)
@click.option("--auto-approve", is_flag=True, help="Do not ask before spending.")
@click.option("--max-cost", type=USD, help="Spend no more than this in this run.")
@click.option("--allow-unknown-cost", is_flag=True, help="Also order shots without a known price.")
@click.option("--approved", metavar="DIGEST", type=PLAN_DIGEST, help="Refuse any plan except the one with this digest.")
@click.option("--parallelism", metavar="N", type=click.IntRange(1, 64), help="Tasks in progress at once.")
@click.option("--detach", is_flag=True, help="Order and exit; `ltxspec collect` archives the videos.")
@click.option("--buy-again", is_flag=True, help="Also order renders that another spec of the project has.")
@options.engine("Where orders are placed: by this machine, or by a Ray cluster (RAY_ADDRESS).")
@options.loudness
@options.lock_timeout
@options.shard
@options.gathered("flags", ApplyFlags)
@options.output_format("text", "json")
@options.selected("[PATH... | PLANFILE]")
@options.provider
@click.pass_obj
def command(session: Session, selected: Selected, flags: ApplyFlags, output_format: str, provider: str | None) -> int:
    """Order exactly the shots in the plan, wait for them, and archive the videos.

    Nothing is paid for before its intent is on disk. Interrupting stops new orders; what is in progress is billed
    anyway and is collected by the next run.
    """
    from ltxspec.cli.running import announcing, nothing_to_do, run
    from ltxspec.project.apply import ApplyOptions, prepare_apply
    from ltxspec.project.running.sharding import shard_of

    saved = _saved_plan(session, selected)
    how = ApplyOptions(
        plan_options=saved.options if saved else selected.plan_options(session.folder, flags.max_cost),
        saved=saved,
        approved=flags.approved,
        max_cost=flags.max_cost,
        allow_unknown_cost=flags.allow_unknown_cost,
        auto_approve=flags.auto_approve,
        lock_timeout=flags.lock_timeout,
        parallelism=flags.parallelism,
        detach=flags.detach,
        buy_again=flags.buy_again,
        shard=shard_of(flags.shard),
    )

    def show(planned: "ProjectPlan") -> None:
        if output_format == "text":  # programs only get the events
            approved = saved is not None or flags.approved is not None
            session.show_plan(planned, "text", only_line=approved and not session.verbose)
        else:
            session.show_diagnostics(planned)

    if saved is not None:
        _refuse_other_provider(saved.provider, provider)
    project = announcing(session.open_project(saved.provider if saved else provider), output_format)
    with prepare_apply(project, how, _approve if sys.stdin.isatty() else None, show) as prepared:
        if prepared is None:
            return nothing_to_do(project, output_format, ordering=True)
        if flags.engine == "ray":
            from ltxspec.engines.ray import spread

            with spread(prepared) as over_there:
                return run(over_there, session, output_format)
        return run(prepared, session, output_format)


def _refuse_other_provider(saved: str, option: str | None) -> None:
    """Raise if the option or the variable names a provider other than that of the saved plan."""
    asked = option or os.environ.get("LTXSPEC_PROVIDER")
    if asked not in (None, "", saved):
        setting = "--provider" if option else "LTXSPEC_PROVIDER"
        raise WrongUsage(
            f"the plan was saved for `{saved}`, but `{setting}` says `{asked}`",
            hint="save a plan for that provider with `ltxspec plan -o FILE`, or apply this one without the setting",
        )


def _approve(approval: "Approval") -> bool:
    from ltxspec.cli.asking import agreed

    return agreed(approval.question)


def _saved_plan(session: Session, selected: Selected) -> "PlanDocument | None":
    """The plan file among the paths, if there is one: any file that is not YAML. It determines what is applied."""
    from ltxspec.project.path_globs import is_pattern
    from ltxspec.project.plan import read_saved_plan

    paths = selected.paths
    if "-" in paths:
        hint = "save the spec as a file: what is ordered must be what is recorded beside it"
        raise WrongUsage("`apply` reads no spec from standard input", hint=hint)
    others = [path for path in paths if not path.endswith((".yaml", ".yml")) and not is_pattern(session.folder, path)]
    files = [path for path in others if not (session.folder / path).is_dir()]
    if not files:
        return None
    if len(paths) > 1:
        raise WrongUsage("a saved plan is applied alone", hint="give either one plan file or spec paths")
    given = {
        "--target": selected.targets,
        "--exclude": selected.excludes,
        "--label": selected.labels,
        "--limit": selected.limit,
        "--retake": selected.retakes,
        "--retry": selected.retries,
        "--var": selected.var,
        "--var-file": selected.var_files,
    }
    saved = read_saved_plan(session.folder / files[0], files[0])
    for option in (name for name, values in given.items() if values):
        hint = "pass it to `ltxspec plan -o FILE`, and apply that plan"
        raise WrongUsage(f"a saved plan is applied as it is, without `{option}`", hint=hint)
    return saved
