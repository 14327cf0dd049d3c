"""`ltxspec approve` and `ltxspec reject`: verdicts about takes."""

from typing import TYPE_CHECKING, Any

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.project.verdicts import Opinion

if TYPE_CHECKING:
    from collections.abc import Callable

    from ltxspec.project.verdicts import Verdict


def _parameters(command: "Callable[..., int]") -> "Callable[..., Any]":
    """The parameters that both commands have."""
    decorated: Any = options.gathered("opinion", Opinion)(command)
    for add in (
        options.provider,
        click.option("--by", metavar="NAME", help="Who decides; default: the name that git has."),
        click.option("--at", type=click.FloatRange(min=0), metavar="S", help="The second that the note is about."),
        click.option("--note", metavar="T", help="What to say about it."),
        click.option("--take", "number", type=int, metavar="N", help="Position in `ltxspec show`; default: current."),
        click.argument("address"),
    ):
        decorated = add(decorated)
    return click.pass_obj(decorated)


@click.command("approve", epilog="Examples: `ltxspec approve night.alley`, `ltxspec approve night.alley --take 2`.")
@_parameters
def approve(session: Session, address: str, opinion: Opinion, provider: str | None) -> int:
    """Record that a take is approved. Nothing is ordered, and no lockfile changes."""
    from ltxspec.project.verdicts import Verdict

    return _decide(session, address, Verdict.APPROVED, opinion, provider)


@click.command(
    "reject",
    epilog="Examples: `ltxspec reject night.alley --note 'the umbrella is black' --at 2.5`, "
    "`ltxspec reject night.alley --needs-work`.",
)
@click.option("--needs-work", is_flag=True, help="The take can be used once something was changed.")
@_parameters
def reject(session: Session, address: str, opinion: Opinion, provider: str | None, *, needs_work: bool) -> int:
    """Record that a take is rejected, or needs work. It stays recorded and is not ordered again by itself."""
    from ltxspec.project.verdicts import Verdict

    verdict = Verdict.NEEDS_WORK if needs_work else Verdict.REJECTED
    return _decide(session, address, verdict, opinion, provider)


def _decide(session: Session, address: str, verdict: "Verdict", opinion: Opinion, provider: str | None) -> int:
    from ltxspec.project.verdicts import decide
    from ltxspec.report.takes import remark_text

    decided = decide(session.open_project(provider), address, verdict, opinion)
    click.echo(f"{decided.address} take {decided.number}: {remark_text(decided.remark)}")
    return 0
