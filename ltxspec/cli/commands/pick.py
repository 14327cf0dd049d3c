"""`ltxspec pick`: make an earlier take current, or another of its outputs. Costs nothing."""

from dataclasses import dataclass

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, takes
from ltxspec.cli.context import Session

_EXAMPLES = "Examples: `ltxspec pick night-scenes.alley --take 1`, `ltxspec pick night-scenes.alley --result 2`."


@dataclass(frozen=True, slots=True)
class Choice:
    """What to make current: a take, and one of its outputs; None: as it is."""

    number: int | None
    result: int | None


@click.command("pick", epilog=_EXAMPLES)
@click.argument("address", shell_complete=addresses)
@click.argument("more", nargs=-1, metavar="")
@click.option(
    "--take",
    "number",
    type=int,
    metavar="N",
    shell_complete=takes,
    help="Position in `ltxspec show ADDRESS`; default: current.",
)
@click.option(
    "--result", type=int, metavar="K", help="Which of the take's outputs, from 1; it is shown and linked first."
)
@options.gathered("choice", Choice)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(
    session: Session,
    address: str,
    more: tuple[str, ...],
    choice: Choice,
    output_format: str,
    provider: str | None,
) -> int:
    """Make take N of a shot the current one. The choice is kept: it applies again when an edit is reverted."""
    from ltxspec.errors import WrongUsage
    from ltxspec.project.pick import aftermath, pick
    from ltxspec.project.remarks import remarks_or_warn
    from ltxspec.report.results.takes import Pick
    from ltxspec.report.takes import remark_text

    if more:
        hint = f"write `--take {more[0]}`" if more[0].isdecimal() else "`ltxspec pick --help` shows its usage"
        raise WrongUsage(f"unexpected `{' '.join(more)}` after the shot", hint=hint)
    number, result = choice.number, choice.result
    if number is None and result is None:
        raise WrongUsage("missing option `--take`", hint="`ltxspec pick --help` shows its usage")
    project = session.open_project(provider)
    picked = pick(project, address, number, result)
    click.echo(aftermath(project, picked), err=True, nl=False)
    decided = remarks_or_warn(project).get(picked.task)
    if decided is not None and decided.is_against:
        click.echo(f"warning: take {picked.number} is decided against: {remark_text(decided)}", err=True)
    elif decided is not None and result is not None:
        words = f"take {picked.number} is approved with all its results: what follows may begin with result {result}"
        click.echo(f"note: {words}", err=True)
    if output_format == "json":
        session.answer(
            Pick(address=str(picked.address), take=picked.number, result=result, task_id=picked.task, verdict=decided)
        )
        return 0
    which = f"result {result} of take {picked.number}" if result is not None else f"take {picked.number}"
    click.echo(f"{picked.address}: {which} is current ({picked.task}).")
    return 0
