"""`ltxspec lock force-release`: take a lease from a machine that is gone."""

import sys
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.running.leasing import FoundLease


@click.command(
    "force-release",
    short_help="Release the lease that another machine holds.",
    epilog="Examples: `ltxspec lock force-release night-scenes`, `ltxspec lock force-release night-scenes --yes`.",
)
@click.argument("spec", metavar="SPEC")
@click.option("--shard", metavar="K/N", help="The lease of a shard, which is held by `apply --shard K/N`.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def force_release(
    session: Session, spec: str, shard: str | None, provider: str | None, output_format: str, *, yes: bool
) -> int:
    """Release the lease of a spec (`[store]`) although its holder did not. Says who holds it, and asks first.

    Only for a machine that is gone for certain: a lease that is not renewed ends by itself. A holder that is alive
    after all stops ordering and goes on collecting. What it claimed stays claimed.
    """
    from ltxspec.project.running.leasing import find_lease, refuse_unheld, release_by_force
    from ltxspec.project.running.sharding import shard_of
    from ltxspec.report.results.lock import LockForceRelease
    from ltxspec.report.terminal import clean

    project = session.open_project(provider)
    part = shard_of(shard)
    found = find_lease(project, spec, part)
    if found is None:
        refuse_unheld(project, spec, part)
    shown = spec if part is None else f"shard {part} of {spec}"
    released = found is not None and _agreed(found, yes=yes)
    if found is not None and released:
        release_by_force(project, found)
    if output_format == "json":
        state = found.state if found is not None else None
        session.answer(
            LockForceRelease(
                spec=spec,
                released=released,
                machine=state.holder.machine if state else None,
                command=state.holder.command if state else None,
                since=state.since if state else None,
                expires=state.expires if state else None,
                fence=state.fence if state else None,
            )
        )
    elif found is None:
        click.echo(f"Nobody holds the lease of {shown}.")
    elif released:
        click.echo(clean(f"Released: the lease of {shown}, held by {found.who}."))
    else:
        click.echo("Nothing was changed.")
    return 0 if found is None or released else 4


def _agreed(found: "FoundLease", *, yes: bool) -> bool:
    """Say who holds it, and ask, unless the command line has the answer."""
    from ltxspec.errors import Refused
    from ltxspec.report.terminal import clean

    until = f", until {found.state.expires}" if found.state is not None else ""
    click.echo(clean(f"{found.spec}: held by {found.who}{until}"), err=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Refused("not-approved", "there is no terminal to ask for approval", hint="pass --yes")
    from ltxspec.cli.asking import agreed

    return agreed("Release this lease by force?")
