"""`ltxspec apply`: render what the plan says, and record it."""

from typing import TYPE_CHECKING, Any

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import PLAN_DIGEST, USD

if TYPE_CHECKING:
    from collections.abc import Mapping

_EXAMPLES = "Examples: `ltxspec apply --max-cost 5`, `ltxspec apply plan.json`, `ltxspec apply --provider sandbox`."


@click.command("apply", epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, metavar="[PATH... | PLANFILE]", type=click.Path())
@click.option("--auto-approve", is_flag=True, help="Do not ask before spending.")
@click.option("--max-cost", type=USD, help="Spend no more than this in this run.")
@click.option("--allow-unknown-cost", is_flag=True, help="Also buy what has no known price.")
@click.option("--approved", metavar="DIGEST", type=PLAN_DIGEST, help="Refuse any plan but the one with this digest.")
@click.option("--parallelism", metavar="N", type=click.IntRange(1, 64), help="Tasks under way at once.")
@click.option("--detach", is_flag=True, help="Order and leave; `ltxspec collect` brings the videos home.")
@click.option(
    "--lock-timeout", metavar="S", type=click.FloatRange(min=0), default=0.0, help="Wait S seconds for another apply."
)
@options.output_format("text", "json")
@options.selectors
@options.variables
@options.provider
@click.pass_obj
def command(session: Session, /, **typed: Any) -> int:
    """Order exactly the shots the plan says, wait for them, and bring the videos home.

    Nothing is paid for before its intent is on disk. Interrupting stops new orders; what is under way is billed all the
    same and is collected by the next run.
    """
    from ltxspec.cli.applying import ApplyOptions, apply, saved_plan
    from ltxspec.cli.options import options_of
    from ltxspec.project.run import RunOptions

    saved = saved_plan(session, typed["paths"])
    if saved is not None:
        _refuse_second_thoughts(typed)
    return apply(
        session,
        ApplyOptions(
            asked=saved.options if saved else options_of(session, typed),
            saved=saved,
            approved=typed["approved"],
            provider=typed["provider"],
            max_cost=typed["max_cost"],
            allow_unknown_cost=typed["allow_unknown_cost"],
            auto_approve=typed["auto_approve"],
            lock_timeout=typed["lock_timeout"],
            form=typed["form"],
            run=RunOptions(parallelism=typed["parallelism"], detach=typed["detach"]),
        ),
    )


def _refuse_second_thoughts(typed: "Mapping[str, Any]") -> None:
    """A saved plan says itself which shots it is about."""
    names = {
        "targets": "--target",
        "retakes": "--retake",
        "retries": "--retry",
        "var": "--var",
        "var_files": "--var-file",
    }
    given = [option for name, option in names.items() if typed[name]]
    if given:
        from ltxspec.errors import WrongUsage

        hint = "give it to `ltxspec plan -o FILE`, and apply that"
        raise WrongUsage(f"a saved plan is applied as it is, without `{given[0]}`", hint=hint)
