"""`ltxspec reject`: a take is rejected, or needs work."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli.context import Session
from ltxspec.cli.deciding import decide, parameters

if TYPE_CHECKING:
    from ltxspec.project.verdicts import Opinion


@click.command(
    "reject",
    epilog="Examples: `ltxspec reject night-scenes.alley --note 'the umbrella is black' --at 2.5`, "
    "`ltxspec reject night-scenes.alley --at 1.5 --until 2.5 --box 0.1,0.2,0.3,0.3`, "
    "`ltxspec reject night-scenes.alley --needs-work`.",
)
@click.option("--needs-work", is_flag=True, help="The take can be used once something was changed.")
@parameters
def command(
    session: Session,
    patterns: tuple[str, ...],
    opinion: "Opinion",
    provider: str | None,
    output_format: str,
    *,
    needs_work: bool,
) -> int:
    """Record that a take is rejected, or needs work. It stays recorded and is not ordered again by itself."""
    from ltxspec.project.verdicts import Verdict

    verdict = Verdict.NEEDS_WORK if needs_work else Verdict.REJECTED
    return decide(session, patterns, verdict, opinion, provider, output_format)
