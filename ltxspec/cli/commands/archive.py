"""`ltxspec archive`: download videos, check them, delete unreferenced ones. `push`, `rescue`: see `cli/stored.py`."""

import sys
from typing import IO, TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.stored import Notes, elsewhere, prune_in_store, push, rescue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ltxspec.engines.media import Work
    from ltxspec.errors import WrongUsage
    from ltxspec.project.archives.gc import Loose, Pruned, Pruning
    from ltxspec.project.archives.verify import Verified
    from ltxspec.project.project import ProjectContext
    from ltxspec.report.results.archive import ArchivedVideo, ArchiveGc, ArchiveVerify

_LOCAL_DAYS = 7.0


@click.group("archive", epilog="Examples: `ltxspec archive pull`, `ltxspec archive verify`.")
def command() -> None:
    """The archive keeps finished videos by content hash under `.ltxspec/archive`, outside git."""


command.add_command(push)
command.add_command(rescue)


@command.command("pull", epilog="Examples: `ltxspec archive pull`, `ltxspec archive pull night-scenes.alley`.")
@click.argument("address", required=False, shell_complete=addresses)
@click.option("--current", "only_current", is_flag=True, help="Leave out superseded takes and retired shots.")
@click.option("--dry-run", is_flag=True, help="Only show what would be downloaded.")
@options.lock_timeout
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def pull(
    session: Session,
    address: str | None,
    provider: str | None,
    lock_timeout: float,
    output_format: str,
    *,
    only_current: bool,
    dry_run: bool,
) -> int:
    """Download every recorded video that is not archived yet. Orders nothing.

    This includes superseded and retired takes: they were paid for, too, and reviews show them. Videos come from the
    store, if there is one, else from the provider. If an address has expired, a new one is requested from the provider,
    which is free but needs the key. Exit 3 if a video is still missing.
    """
    from ltxspec.project.archives.pull import Wanted, pull_missing
    from ltxspec.report.results.archive import ArchivePull

    notes = Notes(quiet=session.quiet)
    project = session.open_project(provider)
    wanted = Wanted(address, only_current=only_current, wait=lock_timeout, dry_run=dry_run)
    pulled = pull_missing(project, wanted, notes.say)
    if output_format == "json":
        session.answer(
            ArchivePull(
                fetched=pulled.fetched,
                from_store=pulled.from_store,
                missing=pulled.missing,
                unreadable=pulled.unread,
                notes=notes.lines,
            )
        )
    else:
        click.echo(f"{pulled.fetched} fetched, {pulled.missing} missing.")
    return 3 if (pulled.missing and not dry_run) or pulled.unread else 0


@command.command("verify", epilog="Examples: `ltxspec archive verify`, `ltxspec archive verify --store --deep`.")
@click.option("--current", "only_current", is_flag=True, help="Leave out superseded takes and retired shots.")
@click.option("--store", "in_store", is_flag=True, help="Check the store: sizes, and the hashes kept with them.")
@click.option("--deep", is_flag=True, help="Check the store by downloading every video and comparing its hash.")
@options.engine("Which machines look: this one, or a Ray cluster (RAY_ADDRESS).")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def verify(
    session: Session,
    provider: str | None,
    output_format: str,
    engine: str,
    *,
    only_current: bool,
    in_store: bool,
    deep: bool,
) -> int:
    """Read every recorded video again and compare its hash. Exit 3 if one is missing or damaged."""
    from ltxspec.project.archives.verify import verify_archive, verify_store
    from ltxspec.report.diagnostics import format_error
    from ltxspec.report.wording import counted

    project = session.open_project(provider)
    work: Work = "download" if deep else "look there" if in_store else "look here"
    with elsewhere(engine, project, work) as spread:
        look = spread.looked if spread is not None else None
        if work == "look here":
            found = verify_archive(project, only_current=only_current, elsewhere=look)
        else:
            found = verify_store(project, only_current=only_current, deep=deep, elsewhere=look)
    code = 3 if found.bad or found.unreadable else 0
    if output_format == "json":
        session.answer(_verified(found))
        return code
    for error in found.unreadable:
        click.echo(format_error(error, session.style(sys.stderr)), nl=False, err=True)
    for line in found.bad:
        click.echo(line)
    click.echo(f"{counted(found.sound, 'video')} verified, {len(found.bad)} damaged or missing.")
    if found.bad and (in_store or deep):
        click.echo("hint: `ltxspec archive push` sends what is missing, or has another size", err=True)
    elif found.bad:
        click.echo("hint: `ltxspec archive pull` fetches what is missing; delete a changed file first", err=True)
    return code


def _verified(found: "Verified") -> "ArchiveVerify":
    from ltxspec.redaction import redact_secrets
    from ltxspec.report.results.archive import ArchiveVerify
    from ltxspec.report.results.errors import problems_of

    return ArchiveVerify(
        sound=found.sound, problems=tuple(map(redact_secrets, found.bad)), diagnostics=problems_of(found.unreadable)
    )


@command.command(
    "gc",
    short_help="Drop archived videos that nothing refers to any more.",
    epilog="Examples: `ltxspec archive gc --dry-run`, `ltxspec archive gc --min-age 30`, `ltxspec archive gc --store`.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be dropped.")
@click.option(
    "--min-age",
    metavar="DAYS",
    type=click.FloatRange(min=0),
    help="Keep videos archived more recently than this (default: 7, in the store 90).",
)
@click.option("--store", "in_store", is_flag=True, help="Look in the store instead, and drop nothing without --delete.")
@click.option("--delete", is_flag=True, help="With --store: drop what would be dropped.")
@click.option(
    "--heads",
    metavar="FILE",
    type=click.File(encoding="utf-8", errors="replace"),
    help="With --store --delete: the output of `git ls-remote --heads --tags` (`-`: standard input).",
)
@options.lock_timeout
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def gc(
    session: Session,
    min_age: float | None,
    lock_timeout: float,
    output_format: str,
    provider: str | None,
    *,
    dry_run: bool,
    in_store: bool,
    delete: bool,
    heads: IO[str] | None,
) -> int:
    """Delete archived videos that nothing refers to any more, of either provider.

    Videos are kept if any lockfile of a branch, tag, stash, worktree or merge under way names them, including
    superseded and retired takes, or if they are archived but not recorded yet. Nothing is deleted while another command
    works on a spec (exit 5), or when a lockfile or journal cannot be read. Rejected and partial downloads stay, and so
    do videos archived by another project that shares the folder.

    With `--store`, the same is said about the store, of this provider only. There, `--delete` needs a clone that has
    every branch and tag of its remote, which `--heads` shows.
    """
    from ltxspec.project.archives.gc import Pruning, prune

    if not in_store and (delete or heads is not None):
        raise _only_of_the_store("--delete" if delete else "--heads")
    project = session.open_project(provider)
    if in_store:
        from ltxspec.project.archives.store_gc import LEAST_DAYS, StorePruning

        listed = heads.read() if heads is not None else None
        days = LEAST_DAYS if min_age is None else min_age
        how_stored = StorePruning(days, delete=delete and not dry_run, heads=listed, wait=lock_timeout)
        return prune_in_store(session, project, how_stored, output_format)
    how = Pruning(min_days=_LOCAL_DAYS if min_age is None else min_age, dry_run=dry_run, wait=lock_timeout)
    pruned = prune(project, how)
    if output_format == "json":
        session.answer(_pruned(project, pruned, how))
    else:
        if not session.quiet:
            _tell(project, pruned, how)
        click.echo(_summary(pruned, how))
    return 0


def _only_of_the_store(option: str) -> "WrongUsage":
    from ltxspec.errors import WrongUsage

    return WrongUsage(
        f"`{option}` is about the store, and needs `--store`",
        hint="`ltxspec archive gc --store` shows what would be deleted there; without it, only this archive is pruned",
    )


def _tell(project: "ProjectContext", pruned: "Pruned", how: "Pruning") -> None:
    done = "would drop" if how.dry_run else "dropped"
    for item in pruned.dropped:
        about = f"{item.bytes / 1e6:.1f} MB, {item.days:.0f} days old"
        click.echo(f"{done} {project.label(item.path)} ({about}): {pruned.reason}")
    if pruned.young:
        size = sum(item.bytes for item in pruned.young)
        click.echo(f"{len(pruned.young)} more ({size / 1e6:.1f} MB) are kept: younger than {how.min_days:g} days.")
    if pruned.shared:
        size = sum(item.bytes for item in pruned.shared)
        click.echo(
            f"{len(pruned.shared)} more ({size / 1e6:.1f} MB) are kept: other projects may use them. "
            "`projects/` in the archive has a list for each project; remove that of a project that no longer exists."
            + (
                ""
                if project.config.project.id
                else " Without `[project] id`, videos are dropped only from the own archive."
            )
        )


def _summary(pruned: "Pruned", how: "Pruning") -> str:
    size, count = sum(item.bytes for item in pruned.dropped), len(pruned.dropped)
    done = "Would drop" if how.dry_run else "Dropped"
    return f"{done} {count} video{'s' * (count != 1)} ({size / 1e6:.1f} MB)." if count else "Nothing to drop."


def _pruned(project: "ProjectContext", pruned: "Pruned", how: "Pruning") -> "ArchiveGc":
    from ltxspec.report.results.archive import ArchivedVideo, ArchiveGc

    def listed(items: "Iterable[Loose]") -> "tuple[ArchivedVideo, ...]":
        return tuple(
            ArchivedVideo(item.sha256, project.label(item.path), item.bytes, round(item.days, 2)) for item in items
        )

    return ArchiveGc(
        dry_run=how.dry_run,
        reason=pruned.reason,
        dropped=listed(pruned.dropped),
        too_young=listed(pruned.young),
        shared=listed(pruned.shared),
        bytes=sum(item.bytes for item in pruned.dropped),
    )
