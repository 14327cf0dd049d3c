"""What `approve` and `reject` have in common: their parameters, and their answer."""

from typing import TYPE_CHECKING, Any

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, takes
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import BOX, POINT
from ltxspec.project.verdicts import Opinion

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ltxspec.project.verdicts import Verdict


def parameters(command: "Callable[..., int]") -> "Callable[..., Any]":
    """The parameters that both commands have."""
    decorated: Any = options.gathered("opinion", Opinion)(command)
    for add in (
        options.provider,
        options.output_format("text", "json"),
        click.option("--by", metavar="NAME", help="Who decides; default: the name that git has."),
        click.option("--point", type=POINT, help="The point of the frame that the note is about."),
        click.option("--box", type=BOX, help="The part of the frame that the note is about."),
        click.option("--until", type=click.FloatRange(min=0), metavar="S", help="The second up to which it goes."),
        click.option("--at", type=click.FloatRange(min=0), metavar="S", help="The second that the note is about."),
        click.option("--note", metavar="T", help="What to say about it."),
        click.option(
            "--take", "number", type=int, metavar="N", shell_complete=takes, help="Position in `ltxspec show ADDRESS`."
        ),
        click.argument("patterns", metavar="ADDRESS...", nargs=-1, required=True, shell_complete=addresses),
    ):
        decorated = add(decorated)
    return click.pass_obj(decorated)


def decide(  # those of the commands
    session: Session,
    patterns: "Sequence[str]",
    verdict: "Verdict",
    opinion: Opinion,
    provider: str | None,
    output_format: str,
) -> int:
    """Record a verdict about each shot, and say so."""
    from ltxspec.project.verdicts import decide as record
    from ltxspec.report.results.takes import DecidedTake, GivenVerdict
    from ltxspec.report.takes import remark_text
    from ltxspec.values import typed_address

    decided = record(session.open_project(provider), [*map(typed_address, patterns)], verdict, opinion)
    if output_format == "json":
        every = [DecidedTake(str(item.address), item.number, item.task, item.remark) for item in decided]
        first = every[0]
        session.answer(
            GivenVerdict(
                address=first.address,
                take=first.take,
                task_id=first.task_id,
                decided=first.decided,
                decisions=tuple(every),
            )
        )
        return 0
    for item in decided:
        click.echo(f"{item.address} take {item.number}: {remark_text(item.remark)}")
    return 0
