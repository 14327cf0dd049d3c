"""`ltxspec init`: a working project to start from, empty or made of earlier requests or of a table."""

import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.migrating.migrate import Migrated
    from ltxspec.project.migrating.start import Source
    from ltxspec.project.plan import ProjectPlan
    from ltxspec.project.scaffold.files import Scaffolded
    from ltxspec.report.results.setup import Init
    from ltxspec.report.terminal import Style

_FROM = "`ltxspec init --from shots.csv`, `ltxspec init --from requests --no-download`"


@dataclass(frozen=True, slots=True)
class Given:
    """The options, besides those that every command has."""

    name: str | None
    service: str | None
    source: str | None
    encoding: str | None
    download: bool

    def check(self) -> None:
        """Refuse options that need another one. Raises WrongUsage."""
        from ltxspec.errors import WrongUsage

        if self.source is None and (self.encoding is not None or not self.download):
            raise WrongUsage("`--encoding` and `--no-download` are for `--from`", hint=f"such as {_FROM}")


@click.command("init", epilog=f"Examples: `ltxspec init`, `ltxspec init campaign --name autumn`, {_FROM}.")
@click.argument("directory", required=False, default=".", metavar="[DIR]", type=click.Path())
@click.option("--name", help="Name of the new spec (default: the folder's name; with --from, that of the source).")
@click.option(
    "--ci", "service", type=click.Choice(["github", "gitlab", "none"]), help="CI files to write (default: detected)."
)
@click.option("--from", "source", metavar="PATH", help="Earlier requests and replies (a folder, a file), or a table.")
@click.option("--encoding", metavar="NAME", help="With --from: encoding of the table.")
@click.option("--no-download", "download", flag_value=False, default=True, help="With --from: fetch no videos now.")
@options.gathered("given", Given)
@options.provider
@options.output_format("text", "json")
@click.pass_obj
def command(session: Session, directory: str, given: Given, provider: str | None, output_format: str) -> int:
    """Write configuration, an example spec, ignore rules, CI files and the editor schema.

    With --from, the spec is made of earlier requests, and what they rendered is recorded; or of a table (.csv, .tsv).
    The first plan is shown. Nothing is ordered.

    Existing files stay as they are; `.gitignore` and `.gitattributes` only get the lines that are missing. In a folder
    of a larger repository, the CI files are written to its root and name the folder.
    """
    from ltxspec.project.scaffold.files import scaffold

    given.check()
    folder: Path = session.folder / directory
    source = _read(session, folder, given)
    done = scaffold(folder, given.name, given.service, example=source is None)
    drivers, problem = _set_drivers(folder)
    is_text = output_format == "text"
    if is_text and not session.quiet:
        _tell(done, is_known=source is not None)
    if is_text and drivers and not session.quiet:
        click.echo("set   git's merge and diff drivers for lockfiles (each clone needs this once)")
    elif is_text and problem:
        click.echo(problem, err=True)
    answer = _answer(folder, done, drivers, problem)
    if source is not None:
        return _migrate(replace(session, directory=str(folder)), source, given, provider, None if is_text else answer)
    if not is_text:
        session.answer(answer)
    elif not session.quiet:
        click.echo(f"\nNext: {_way(folder, directory)}ltxspec plan --provider sandbox")
    return 0


def _way(folder: Path, directory: str) -> str:
    from ltxspec.redaction import redact_secrets

    return "" if folder == Path.cwd() else str(redact_secrets(f"cd {shlex.quote(directory)} && "))


def _answer(folder: Path, done: "Scaffolded", drivers: bool, problem: str | None) -> "Init":  # noqa: FBT001  # a result
    from ltxspec.redaction import redact_secrets
    from ltxspec.report.results.setup import Init

    return Init(
        folder=str(folder),
        written=tuple(done.written),
        added=tuple(done.added),
        kept=tuple(done.kept),
        drivers=drivers,
        notes=(*map(redact_secrets, done.notes), *([problem] if problem else [])),
    )


def _read(session: Session, folder: Path, given: Given) -> "Source | None":
    from ltxspec.project.migrating.start import read_source

    if given.source is None:
        return None
    return read_source(folder, session.folder / given.source, given.source, given.name, given.encoding)


def _migrate(session: Session, source: "Source", given: Given, provider: str | None, answer: "Init | None") -> int:
    """Write the spec, record what was rendered, and show the first plan; as one document if there is an answer."""
    from ltxspec.project.migrating.start import first_plan, migrate, side_of
    from ltxspec.report.diagnostics import format_diagnostics

    project = side_of(session.open_project(provider), source, is_named=provider is not None)

    def say(line: str) -> None:
        if not session.quiet:
            click.echo(line, err=True)

    done = migrate(project, source, say, download=given.download)
    if answer is not None:
        session.answer(_with_migration(answer, done, first_plan(project)))
        return 0
    click.echo(format_diagnostics(done.warnings, session.style(sys.stderr)), err=True, nl=False)
    if not session.quiet:
        _tell_migrated(done, session.style())
    session.show_plan(first_plan(project), "text")
    return 0


def _tell_migrated(done: "Migrated", style: "Style") -> None:
    from ltxspec.redaction import redact_secrets
    from ltxspec.report.terminal import clean, hanging
    from ltxspec.report.wording import counted

    if done.spec is not None:
        click.echo(f"wrote {done.spec}: {counted(done.shots, 'shot')}")
    if done.takes or done.known:
        before = f" ({done.known} recorded before)" if done.known else ""
        click.echo(f"recorded {counted(done.takes, 'earlier render')}{before}; nothing was ordered")
    if done.videos or done.missing:
        missing = f", {done.missing} not here: `ltxspec archive pull` fetches them" if done.missing else ""
        click.echo(f"archived {counted(done.videos, 'video')}{missing}")
    for note in done.notes:
        click.echo("\n".join(hanging("note  ", clean(redact_secrets(note)), style)))
    click.echo("")


def _with_migration(answer: "Init", done: "Migrated", planned: "ProjectPlan") -> "Init":
    import msgspec

    from ltxspec.redaction import redact_secrets
    from ltxspec.report.results.setup import Migration

    migration = Migration(
        spec=done.spec,
        shots=done.shots,
        recorded=done.takes,
        recorded_before=done.known,
        videos=done.videos,
        videos_missing=done.missing,
        to_order=sum(change.action.spends for change in planned.changes),
        estimate=planned.estimate.usd,
    )
    warnings = [
        f"{warning.where}: {warning.message}" if warning.where else warning.message for warning in done.warnings
    ]
    notes = (*answer.notes, *map(redact_secrets, [*done.notes, *warnings]))
    return msgspec.structs.replace(answer, notes=notes, migration=migration)


def _tell(done: "Scaffolded", *, is_known: bool) -> None:
    """Show what was done; `is_known`: in short where a project was there already."""
    from ltxspec.redaction import redact_secrets

    if is_known and not done.written and not done.added:
        click.echo(f"kept  all {len(done.kept)} files of the project's set-up (they exist)")
        return
    for path in done.written:
        click.echo(f"wrote {path}")
    for path in done.added:
        click.echo(f"added to {path}")
    for path in done.kept:
        click.echo(f"kept  {path} (exists)")
    for note in done.notes:
        click.echo(f"to do {redact_secrets(note)}")


def _set_drivers(folder: Path) -> tuple[bool, str | None]:
    """Set git's drivers. Returns whether they are set, and if not, why."""
    from ltxspec.errors import StorageError
    from ltxspec.project.scaffold.files import has_drivers, install_drivers

    try:
        if install_drivers(folder):
            return True, None
        if has_drivers(folder) is None:
            again = "run `git init`, and `ltxspec init` again"
            return False, f"warning: this is not a git repository, and lockfiles belong in one: {again}"
    except StorageError as error:
        return False, f"left  git's merge and diff drivers for lockfiles as they are: {error.line}"
    return False, None
