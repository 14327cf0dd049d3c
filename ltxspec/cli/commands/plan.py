"""`ltxspec plan`: what would be rendered, and its cost. Offline, without a key, free."""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import Selected
from ltxspec.cli.param_types import USD
from ltxspec.errors import Invalid, WrongUsage

if TYPE_CHECKING:
    from ltxspec.values import Usd

_EXAMPLES = "Examples: `ltxspec plan`, `ltxspec plan -o plan.json`, `ltxspec plan --retake night-scenes.alley`."


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """The options besides the choice of shots."""

    out: str | None
    summary: bool
    detailed_exitcode: bool
    max_cost: "Usd | None"
    shard: str | None

    def check(self, selected: Selected) -> None:
        """Refuse options that do not go together. Raises WrongUsage."""
        from ltxspec.project.spec_files import STDIN

        if self.max_cost is not None and selected.limit != "budget":
            hint = "`ltxspec apply --max-cost` limits what is spent"
            raise WrongUsage("`plan --max-cost` only has a meaning with `--limit budget`", hint=hint)
        if self.out is not None and STDIN in selected.paths:
            hint = "save the spec as a file first: `apply` plans again from files"
            raise WrongUsage("a plan of a spec from standard input cannot be saved", hint=hint)
        if self.out is not None and self.shard is not None:
            hint = "save the whole plan, and apply it on every machine with `ltxspec apply FILE --shard K/N`"
            raise WrongUsage("a shard of a plan is not saved", hint=hint)


@click.command("plan", epilog=_EXAMPLES)
@click.option("-o", "--out", metavar="FILE", help="Save the plan, for `ltxspec apply FILE`.")
@options.output_format("text", "json", "markdown")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 when there are changes.")
@click.option("--summary", is_flag=True, help="Only what changes and why, in groups, and the costs.")
@click.option("--max-cost", type=USD, help="The budget that `--limit budget` follows.")
@options.selected()
@options.loudness
@options.shard
@options.gathered("flags", PlanFlags)
@options.provider
@click.pass_obj
def command(session: Session, selected: Selected, flags: PlanFlags, output_format: str, provider: str | None) -> int:
    """Compare the specs with what was bought, and show what `apply` would do.

    Nothing is sent or spent. `-` as PATH reads a spec from standard input; its files are looked up from here.
    """
    from ltxspec.project.plan import plan_project, with_budget_warning
    from ltxspec.project.running.sharding import part_of, shard_of

    flags.check(selected)
    out, shard = flags.out, shard_of(flags.shard)
    plan_options = selected.plan_options(session.folder, flags.max_cost)
    project = session.open_with_specs(selected.paths, provider)
    try:
        planned = part_of(with_budget_warning(plan_project(project, plan_options)), shard)
    except Invalid as error:
        if output_format != "json":
            raise
        from ltxspec.cli.failures import Answered
        from ltxspec.report.plan.json import failed_plan

        session.answer(failed_plan(project.provider, plan_options, error))
        raise Answered(error) from error
    if out is not None:
        planned.save(session.folder / out)
    session.show_plan(planned, output_format, is_summary=flags.summary)
    if out is not None and output_format == "text":
        here = [] if session.directory == "." else ["-C", session.directory]
        command_line = shlex.join(["ltxspec", *here, "apply", out])
        then = f"To do exactly this: {command_line}" if planned.pending else "There is nothing to do."
        click.echo(f"Saved to {session.as_seen(out)}. {then}", err=True)
    return 2 if flags.detailed_exitcode and planned.pending else 0
