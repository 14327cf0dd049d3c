"""`ltxspec archive`: bring videos home, check them, drop what no take refers to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.session import Session

if TYPE_CHECKING:
    from ltxspec.cli.holdings import Holding
    from ltxspec.cli.project import Project
    from ltxspec.lock.models import Output, Take


@click.group("archive")
def command() -> None:
    """The archive keeps finished videos by content hash under `.ltxspec/archive`, outside git."""


@command.command("pull", epilog="Examples: `ltxspec archive pull`, `ltxspec archive pull night-scenes.alley`.")
@click.argument("address", required=False)
@click.option("--current", "only_current", is_flag=True, help="Leave out superseded takes and retired shots.")
@options.lock_timeout
@options.provider
@click.pass_obj
def pull(
    session: Session, address: str | None, provider: str | None, lock_timeout: float, *, only_current: bool
) -> int:
    """Download every recorded video that is not archived yet. Orders nothing.

    Superseded and retired takes were paid for, too, and reviews show them. Where an address has expired, the provider
    is asked for a new one, which is free and takes the key. Exit 3 when a video is still missing.
    """
    import asyncio

    from ltxspec.cli.project import open_project
    from ltxspec.cli.pulling import Wanted, pull_missing

    project = open_project(session, provider)
    wanted = Wanted(address, only_current=only_current, wait=lock_timeout)
    pulled = asyncio.run(pull_missing(project, wanted, lambda line: click.echo(line, err=True)))
    click.echo(f"{pulled.fetched} fetched, {pulled.missing} missing.")
    return 3 if pulled.missing or pulled.unread else 0


@command.command("verify", epilog="Example: `ltxspec archive verify`.")
@click.option("--current", "only_current", is_flag=True, help="Leave out superseded takes and retired shots.")
@options.provider
@click.pass_obj
def verify(session: Session, provider: str | None, *, only_current: bool) -> int:
    """Read every recorded video again: present, right hash. Exit 3 when one is not."""
    from ltxspec.cli.holdings import holdings, readable_lockfiles
    from ltxspec.cli.project import open_project
    from ltxspec.cli.pulling import takes_of
    from ltxspec.cli.wiring import open_archive
    from ltxspec.errors import LtxspecError

    project = open_project(session, provider)
    archive = open_archive(project)
    lockfiles, problems = readable_lockfiles(project)
    for error in problems:
        click.echo(f"error[{error.code}]: {error.summary}", err=True)
    bad = good = 0
    for holding, number, take, current in takes_of(holdings(lockfiles)):
        for output in take.outputs if current or not only_current else ():
            try:
                problem = archive.problem_with(output.sha256) if output.sha256 else "never archived"
            except LtxspecError as error:
                problem = error.summary
            if problem is None:
                good += 1
            else:
                bad += 1
                click.echo(f"{holding.address}{'' if current else f' take {number}'}: {problem}")
    click.echo(f"{good} videos verified, {bad} not.")
    return 3 if bad or problems else 0


@command.command("gc", epilog="Example: `ltxspec archive gc --dry-run`.")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@options.provider
@click.pass_obj
def gc(session: Session, provider: str | None, *, dry_run: bool) -> int:
    """Drop archived videos that no take in any lockfile refers to. Takes that were superseded or retired are kept."""
    from ltxspec.cli.project import open_project
    from ltxspec.cli.wiring import open_archive

    project = open_project(session, provider)
    archive = open_archive(project)
    kept = referenced(project)
    loose = {sha256: path for sha256, path in archive.contents().items() if sha256 not in kept}
    size = 0
    for sha256, path in sorted(loose.items()):
        size += path.stat().st_size
        click.echo(f"{'would drop' if dry_run else 'dropped'} {project.label(path)}")
        if not dry_run:
            archive.remove(sha256)
    click.echo(f"{len(loose)} videos, {size / 1e6:.1f} MB.")
    return 0


def current_outputs(found: "list[Holding]") -> "Iterator[tuple[Holding, Take, Output]]":
    """Every output of every current take that still has a shot."""
    for holding in found:
        take = holding.record.current_take
        if take is not None and not holding.retired:
            for output in take.outputs:
                yield holding, take, output


def referenced(project: "Project") -> set[str]:
    """Hashes that any take refers to, in the lockfiles of both providers: the archive is shared."""
    from dataclasses import replace

    from ltxspec.cli.holdings import all_lockfiles, holdings

    kept: set[str] = set()
    for provider in ("runware", "sandbox"):
        lockfiles = all_lockfiles(replace(project, provider=provider))
        for holding in holdings(lockfiles):
            kept |= {o.sha256 for take in holding.record.takes for o in take.outputs if o.sha256}
    return kept
