"""`ltxspec archive push`, `rescue` and `gc --store`: what the commands of the archive do with the store."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.engines.media import Spread, Work
    from ltxspec.project.archives.store_gc import LooseObject, StorePruning
    from ltxspec.project.project import ProjectContext
    from ltxspec.report.results.archive import ArchivedVideo

_REASON = "no lockfile of any branch, tag, stash or worktree of this clone and no journal names it"


class Notes:
    """The lines of a command about single videos: shown at once, and kept for a document.

    Args:
        quiet: show only those that are about problems.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.lines: tuple[str, ...] = ()
        self._is_quiet = quiet

    def say(self, line: str) -> None:
        """Show a line on standard error."""
        from ltxspec.project.archives.pull import Good
        from ltxspec.redaction import redact_secrets

        self.lines += (redact_secrets(line),)
        if not (self._is_quiet and isinstance(line, Good)):
            click.echo(line, err=True)


@contextlib.contextmanager
def elsewhere(engine: str, project: "ProjectContext", work: "Work") -> "Iterator[Spread | None]":
    """The machines of an engine for work on videos; None: this process does it."""
    if engine == "local":
        yield None
        return
    from ltxspec.engines.media import spread_media

    with spread_media(project, work) as spread:
        yield spread


@click.command("push", epilog="Examples: `ltxspec archive push`, `ltxspec archive push --dry-run`.")
@click.option("--dry-run", is_flag=True, help="Only show what would be sent.")
@options.engine("Which machines send: this one, or a Ray cluster on machines that see the archive.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def push(session: Session, provider: str | None, output_format: str, engine: str, *, dry_run: bool) -> int:
    """Send every recorded video that is archived here to the store (`[store] url`), except what it has already.

    A video that was cut short is sent anew; a finished one is never sent twice. Exit 3 if one could not be sent.
    """
    from ltxspec.project.archives.push import push_videos
    from ltxspec.report.results.archive import ArchivePush
    from ltxspec.report.wording import counted

    notes = Notes(quiet=session.quiet)
    project = session.open_project(provider)
    with elsewhere("local" if dry_run else engine, project, "send") as spread:
        pushed = push_videos(project, notes.say, dry_run=dry_run, elsewhere=spread.sent if spread else None)
    if output_format == "json":
        session.answer(
            ArchivePush(
                dry_run=dry_run,
                store=project.config.store.url or "",
                sent=pushed.sent,
                bytes=pushed.bytes,
                present=pushed.present,
                absent=pushed.absent,
                failed=pushed.failed,
                unreadable=pushed.unread,
                notes=notes.lines,
            )
        )
    else:
        done = f"{'would be ' if dry_run else ''}sent ({pushed.bytes / 1e6:.1f} MB)"
        click.echo(f"{counted(pushed.sent, 'video')} {done}, {pushed.present} there already, {pushed.failed} failed.")
        if pushed.absent:
            where = "neither there nor on this machine"
            click.echo(f"hint: {counted(pushed.absent, 'video')} {where}; `ltxspec archive rescue` looks", err=True)
    return 3 if pushed.failed or pushed.unread else 0


@click.command("rescue", epilog="Examples: `ltxspec archive rescue`, `ltxspec archive rescue --dry-run`.")
@click.option("--dry-run", is_flag=True, help="Only show what would be downloaded.")
@options.lock_timeout
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def rescue(session: Session, provider: str | None, lock_timeout: float, output_format: str, *, dry_run: bool) -> int:
    """Download what only the provider has: videos that are neither archived here nor in the store. Orders nothing.

    What expires first comes first. With a store, it is sent there as well. Exit 3 if a video is still at the provider
    alone, or could not be sent.
    """
    from ltxspec.project.archives.rescue import rescue as save
    from ltxspec.report.results.archive import ArchiveRescue

    notes = Notes(quiet=session.quiet)
    found = save(session.open_project(provider), notes.say, dry_run=dry_run, wait=lock_timeout)
    sent, failed = (found.pushed.sent, found.pushed.failed) if found.pushed is not None else (0, 0)
    if output_format == "json":
        session.answer(
            ArchiveRescue(
                dry_run=dry_run,
                fetched=found.pulled.fetched,
                missing=found.pulled.missing,
                sent=sent,
                failed=failed,
                unreadable=found.pulled.unread,
                notes=notes.lines,
            )
        )
    else:
        click.echo(f"{found.pulled.fetched} rescued, {found.pulled.missing} at the provider alone, {sent} sent.")
    return 3 if (found.pulled.missing and not dry_run) or found.pulled.unread or failed else 0


def prune_in_store(session: Session, project: "ProjectContext", how: "StorePruning", output_format: str) -> int:
    """`archive gc --store`: say what nothing refers to, and delete it if asked. Returns the exit code."""
    from ltxspec.project.archives.store_gc import prune_store
    from ltxspec.report.results.archive import ArchiveGc

    pruned = prune_store(project, how)
    size = sum(item.bytes for item in pruned.dropped)
    if output_format == "json":
        session.answer(
            ArchiveGc(
                dry_run=not how.delete,
                reason=_REASON,
                dropped=_listed(project, pruned.dropped),
                too_young=_listed(project, pruned.young),
                shared=(),
                bytes=size,
            )
        )
        return 0
    for item in () if session.quiet else pruned.dropped:
        done = "dropped" if how.delete else "would drop"
        click.echo(f"{done} {item.sha256} ({item.bytes / 1e6:.1f} MB, {item.days:.0f} days old): {_REASON}")
    if pruned.young and not session.quiet:
        click.echo(f"{len(pruned.young)} more are kept: younger than {how.min_days:g} days.")
    done = "Dropped" if how.delete else "Would drop"
    count = len(pruned.dropped)
    what = f"{done} {count} video{'s' * (count != 1)} ({size / 1e6:.1f} MB)" if count else "Nothing to drop"
    click.echo(f"{what}; {pruned.named} in the store are named by takes.")
    return 0


def _listed(project: "ProjectContext", items: "Iterable[LooseObject]") -> "tuple[ArchivedVideo, ...]":
    from ltxspec.report.results.archive import ArchivedVideo

    place = project.config.store.url
    return tuple(ArchivedVideo(one.sha256, f"{place}/{one.key}", one.bytes, round(one.days, 2)) for one in items)
