"""`ltxspec lock`: verify, merge and repair lockfiles."""

import shlex
import sys
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.commands import lock_join
from ltxspec.cli.commands.lock_release import force_release
from ltxspec.cli.completing import addresses, takes
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import NEW_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltxspec.errors import LtxspecError
    from ltxspec.project.lockfiles.edit import Forgotten, Renames
    from ltxspec.project.lockfiles.merge import Merged
    from ltxspec.report.results.lock import LockMerge
    from ltxspec.values import ShotAddress


_VERIFY_HINT = (
    "after a merge run `ltxspec lock merge`; what is missing or was changed by hand is restored from git "
    "(`git checkout REVISION -- FILE`): lockfiles are the record of what was paid for"
)


@click.group("lock", epilog="Examples: `ltxspec lock verify`, `ltxspec lock merge`.")
def command() -> None:
    """Lockfiles record what was bought: check them, merge them, never lose a paid task."""


command.add_command(force_release)


@command.command(
    "verify",
    short_help="Check every lockfile, and that nothing paid was lost.",
    epilog="Examples: `ltxspec lock verify`, `ltxspec lock verify --base origin/main`.",
)
@click.option(
    "--base",
    "bases",
    metavar="REF",
    multiple=True,
    help="Also check that no paid task of this git revision is missing or altered.",
)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def verify(session: Session, bases: tuple[str, ...], provider: str | None, output_format: str) -> int:
    """Check every lockfile: format, block digests; with --base, that nothing paid was lost or altered. Exit 1 if not.

    A task counts as kept wherever it is recorded now: lockfiles may be renamed, shots may move to another spec. Filling
    in a value that was unknown, a new address of the same video and a pick are not alterations. After a merge give
    --base twice, for both sides. Paid tasks are checked whichever provider is configured. A task that stands in two
    lockfiles is a warning, and so are lockfiles in a folder that is not read any more.
    """
    from ltxspec.project.lockfiles.twice import recorded_twice
    from ltxspec.project.lockfiles.verify import verified_names, verify_lockfiles
    from ltxspec.project.unread import unread_warnings
    from ltxspec.report.diagnostics import format_diagnostic, format_error, problem_of
    from ltxspec.report.results.errors import problems_of
    from ltxspec.report.results.lock import LockVerify

    project = session.open_project(provider)
    problems = verify_lockfiles(project, bases)
    warnings = [*recorded_twice(project), *unread_warnings(project)]
    if output_format == "json":
        count = 0 if problems else len(verified_names(project))
        found = (*problems_of(problems), *map(problem_of, warnings))
        session.answer(LockVerify(valid=not problems, lockfiles=count, bases=bases, diagnostics=found))
        return 1 if problems else 0
    for problem in problems:
        click.echo(format_error(problem, session.style(sys.stderr)), nl=False, err=True)
    for warning in warnings:
        click.echo(format_diagnostic(warning, session.style(sys.stderr)), err=True)
    if any(problem.hint is None for problem in problems):
        click.echo(f"hint: {_VERIFY_HINT}", err=True)
    if problems:
        return 1
    count = len(verified_names(project))
    against = f"; no paid task of {' and '.join(bases)} is missing" if bases else ""
    click.echo(f"{count} lockfile{'s' * (count != 1)} verified{against}.")
    return 0


@command.command(
    "merge",
    short_help="Merge conflicted lockfiles: the takes of both sides.",
    epilog="Examples: `ltxspec lock merge`, `ltxspec lock merge lockfiles/night-scenes.lock.json`.",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--driver", is_flag=True, help="Run as git's merge driver: merge BASE OURS THEIRS [NAME] into OURS.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def merge(session: Session, paths: tuple[str, ...], provider: str | None, output_format: str, *, driver: bool) -> int:
    """Merge conflicted lockfiles: the result has the takes of both sides, and nothing paid is lost.

    Run `git add` yourself, and continue the merge. With `ltxspec init`, git does all this by itself in most cases.
    """
    if driver:
        return _drive(session, paths)
    from ltxspec.project.lockfiles.merge import Merged, merge_conflicts
    from ltxspec.report.diagnostics import format_error
    from ltxspec.report.terminal import clean

    text = output_format == "text"
    merged: list[Merged] = []
    failed: list[LtxspecError] = []
    for result in merge_conflicts(session.open_project(provider), paths):
        if isinstance(result, Merged):
            merged.append(result)
            click.echo(clean(f"{result.path}: {result.tasks} tasks ({result.source})"), err=not text)
        else:
            failed.append(result)
            click.echo(format_error(result, session.style(sys.stderr)), nl=False, err=True)
    if not text:
        session.answer(_merged(merged, failed))
    elif merged:
        click.echo(f"Merged. Now: git add {shlex.join(item.path for item in merged)}")
    elif not failed:
        click.echo("No lockfile is in conflict.")
    return failed[0].exit_code if failed else 0


def _merged(merged: "Sequence[Merged]", failed: "Sequence[LtxspecError]") -> "LockMerge":
    from ltxspec.report.results.errors import problems_of
    from ltxspec.report.results.lock import LockMerge, MergedLockfile

    files = tuple(MergedLockfile(item.path, item.tasks, item.source) for item in merged)
    return LockMerge(merged=files, diagnostics=problems_of(failed))


def _drive(session: Session, paths: tuple[str, ...]) -> int:
    from ltxspec.errors import WrongUsage
    from ltxspec.project.lockfiles.merge import merge_driver

    if len(paths) not in (3, 4):
        raise WrongUsage("--driver takes BASE OURS THEIRS, and optionally the file's name", hint="in git: %O %A %B %P")
    base, ours, theirs = (session.folder / path for path in paths[:3])
    merge_driver(base, ours, theirs, paths[3] if len(paths) > 3 else paths[1])  # noqa: PLR2004  # the name is the fourth
    return 0


@command.command("migrate", epilog="Examples: `ltxspec lock migrate`, `ltxspec lock migrate --format json`.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def migrate(session: Session, provider: str | None, output_format: str) -> int:
    """Write lockfiles of older versions in the current format. Reads all of them, changes only where necessary."""
    from ltxspec.project.lockfiles.edit import FORMAT_VERSION
    from ltxspec.project.lockfiles.edit import migrate as migrate_all
    from ltxspec.report.results.lock import LockMigrate

    written, count = migrate_all(session.open_project(provider))
    left = count - len(written)
    if output_format == "json":
        session.answer(LockMigrate(lockfile_version=FORMAT_VERSION, rewritten=tuple(written), unchanged=left))
        return 0
    for name in written:
        click.echo(f"rewritten: {name}")
    click.echo(f"{left} lockfile{'s' * (left != 1)} already in version {FORMAT_VERSION}, {len(written)} rewritten.")
    return 0


@command.command(
    "mv",
    epilog="Examples: `ltxspec lock mv night-scenes.alley day.alley`, `ltxspec lock mv night-scenes dusk`, "
    "`ltxspec lock mv 'night-scenes.*' 'day.*' --dry-run`.",
)
@click.argument("origin", metavar="SPEC|SPEC.SHOT", shell_complete=addresses)
@click.argument("target", metavar="SPEC|SPEC.SHOT", shell_complete=addresses)
@click.option("--dry-run", is_flag=True, help="Only show what would be moved.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def mv(session: Session, origin: str, target: str, provider: str | None, output_format: str, *, dry_run: bool) -> int:
    """Move takes to other names, also in another spec. Costs nothing and loses nothing.

    A name may have the wildcards * and ?, with the same ones in the new name, or be that of a whole spec. On a terminal
    more than one shot, or a shot onto another that has takes, is moved only after a question.
    """
    from ltxspec.project.lockfiles.edit import joined_takes, move, planned_moves
    from ltxspec.project.unclaimed import without_spec
    from ltxspec.report.diagnostics import format_diagnostic, problem_of
    from ltxspec.report.results.lock import LockMv, Renamed
    from ltxspec.report.terminal import clean
    from ltxspec.report.wording import counted
    from ltxspec.values import typed_address

    project, origin, target = session.open_project(provider), typed_address(origin), typed_address(target)
    wanted = planned_moves(project, origin, target)
    joined = joined_takes(project, wanted)
    for address, count in joined.items():
        note = f"warning: {address} already has {counted(count, 'take')}; the takes of both are one list then"
        click.echo(clean(note), err=True)
    nowhere = without_spec(project, (new.spec for old, new in wanted if old.spec != new.spec))
    for item in nowhere:
        click.echo(format_diagnostic(item, session.style(sys.stderr)), err=True)
    moved = wanted if dry_run else move(project, origin, target, lambda pairs: _agreed_to_move(pairs, bool(joined)))
    if output_format == "json":
        shown = tuple(Renamed(str(old), str(new)) for old, new in moved)
        session.answer(LockMv(moved=shown, dry_run=dry_run, diagnostics=tuple(map(problem_of, nowhere))))
        return 0
    for old, new in moved:
        click.echo(clean(f"{old} {'would be' if dry_run else 'is now'} {new}."))
    return 0


def _agreed_to_move(pairs: "Renames", is_joining: bool) -> bool:  # noqa: FBT001  # one question for both reasons
    from ltxspec.report.terminal import clean

    if (len(pairs) == 1 and not is_joining) or not sys.stdin.isatty():
        return True
    for old, new in pairs:
        click.echo(clean(f"{old} -> {new}"), err=True)
    return click.confirm(f"Move the takes of {len(pairs)} shot{'s' * (len(pairs) != 1)}?", err=True)


@command.command(
    "rm",
    epilog="Examples: `ltxspec lock rm night-scenes.alley --take 1 --yes`, `ltxspec lock rm night-scenes.alley --yes`.",
)
@click.argument("address", metavar="SPEC.SHOT", type=NEW_ADDRESS, shell_complete=addresses)
@click.option("--take", "number", type=int, metavar="N", shell_complete=takes, help="Only this one, as `show` counts.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def rm(
    session: Session,
    address: "ShotAddress",
    number: int | None,
    provider: str | None,
    output_format: str,
    *,
    yes: bool,
) -> int:
    """Forget a shot, or one take of it, on purpose. Shows what it is and what it cost, and asks first.

    The money stays spent: rendering it again must be paid again, unless the provider still has it. Git still has
    the record, and so do other branches: merging one that has it brings it back.
    """
    from ltxspec.project.lockfiles.edit import forget
    from ltxspec.report.results.lock import LockRm, RemovedTake

    project = session.open_project(provider)
    gone = forget(project, address, number, lambda found: _agreed(found, yes=yes))
    if output_format == "json":
        removed = tuple(
            RemovedTake(place, take.task_id, take.status, take.cost, take.submitted_at) for place, take in gone.takes
        )
        session.answer(LockRm(address=str(gone.address), removed=removed))
        return 0
    count = len(gone.takes)
    click.echo(f"Removed: {count} take{'s' * (count != 1)} of {gone.address}, {gone.money}.")
    return 0


def _agreed(found: "Forgotten", *, yes: bool) -> bool:
    """Show what would be removed; ask the user, unless the command line has the answer."""
    from ltxspec.errors import Refused
    from ltxspec.report.terminal import clean
    from ltxspec.values import money_text

    for number, take in found.takes:
        when = take.submitted_at or "imported"
        line = f"{found.address} take {number}  {take.status}  {money_text(take.cost)}  {when}  {take.task_id}"
        click.echo(clean(line), err=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise Refused(
            "not-approved",
            f"this removes the record of {found.money}, and there is no terminal to ask for approval",
            hint="pass --yes",
        )
    from ltxspec.cli.asking import agreed

    return agreed(f"Permanently remove this record ({found.money})?")


@command.command("textconv", hidden=True)
@click.argument("file", type=click.Path())
@click.pass_obj
def textconv(session: Session, file: str) -> int:
    """Print a lockfile as text, for git's `diff.ltxspec.textconv`."""
    from ltxspec.project.lockfiles.text import textconv as as_text

    click.echo(as_text(session.folder / file), nl=False)
    return 0


command.add_command(lock_join.command)
