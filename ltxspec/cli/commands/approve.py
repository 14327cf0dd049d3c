"""`ltxspec approve` and `ltxspec reject`: verdicts about takes."""

from typing import TYPE_CHECKING, Any

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses, takes
from ltxspec.cli.context import Session
from ltxspec.project.verdicts import Opinion

if TYPE_CHECKING:
    from collections.abc import Callable

    from ltxspec.project.verdicts import Decided


def _parameters(command: "Callable[..., int]") -> "Callable[..., Any]":
    """The parameters that both commands have."""
    decorated: Any = options.gathered("opinion", Opinion)(command)
    for add in (
        options.provider,
        options.output_format("text", "json"),
        click.option("--by", metavar="NAME", help="Who decides; default: the name that git has."),
        click.option("--at", type=click.FloatRange(min=0), metavar="S", help="The second that the note is about."),
        click.option("--note", metavar="T", help="What to say about it."),
        click.option(
            "--take",
            "number",
            type=int,
            metavar="N",
            shell_complete=takes,
            help="Position in `ltxspec show`; default: current.",
        ),
        click.argument("address", shell_complete=addresses),
    ):
        decorated = add(decorated)
    return click.pass_obj(decorated)


@click.command("approve", epilog="Examples: `ltxspec approve night.alley`, `ltxspec approve night.alley --take 2`.")
@_parameters
def approve(session: Session, address: str, opinion: Opinion, provider: str | None, output_format: str) -> int:
    """Record that a take is approved. Nothing is ordered, and no lockfile changes."""
    from ltxspec.project.verdicts import Verdict, decide
    from ltxspec.values import typed_address

    decided = decide(session.open_project(provider), typed_address(address), Verdict.APPROVED, opinion)
    return _answer(session, decided, output_format)


@click.command(
    "reject",
    epilog="Examples: `ltxspec reject night.alley --note 'the umbrella is black' --at 2.5`, "
    "`ltxspec reject night.alley --needs-work`.",
)
@click.option("--needs-work", is_flag=True, help="The take can be used once something was changed.")
@_parameters
def reject(
    session: Session, address: str, opinion: Opinion, provider: str | None, output_format: str, *, needs_work: bool
) -> int:
    """Record that a take is rejected, or needs work. It stays recorded and is not ordered again by itself."""
    from ltxspec.project.verdicts import Verdict, decide
    from ltxspec.values import typed_address

    verdict = Verdict.NEEDS_WORK if needs_work else Verdict.REJECTED
    decided = decide(session.open_project(provider), typed_address(address), verdict, opinion)
    return _answer(session, decided, output_format)


def _answer(session: Session, decided: "Decided", output_format: str) -> int:
    from ltxspec.report.results.takes import Decision
    from ltxspec.report.takes import remark_text

    if output_format == "json":
        address, remark = str(decided.address), decided.remark
        session.answer(Decision(address=address, take=decided.number, task_id=decided.task, decided=remark))
    else:
        click.echo(f"{decided.address} take {decided.number}: {remark_text(decided.remark)}")
    return 0
