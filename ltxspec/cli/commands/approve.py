"""`ltxspec approve`: a take is approved."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli.context import Session
from ltxspec.cli.deciding import decide, parameters

if TYPE_CHECKING:
    from ltxspec.project.verdicts import Opinion


@click.command(
    "approve",
    epilog="Examples: `ltxspec approve night-scenes.alley --take 2`, `ltxspec approve 'night-scenes.*'`.",
)
@parameters
def command(
    session: Session, patterns: tuple[str, ...], opinion: "Opinion", provider: str | None, output_format: str
) -> int:
    """Record that the current take of each shot, or one take of a shot, is approved.

    Nothing is ordered, and no lockfile changes.
    """
    from ltxspec.project.verdicts import Verdict

    return decide(session, patterns, Verdict.APPROVED, opinion, provider, output_format)
