"""`ltxspec lock`: verify, merge and repair lockfiles."""

import sys
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import NEW_ADDRESS

if TYPE_CHECKING:
    from ltxspec.project.lock_edit import Forgotten, Renames
    from ltxspec.values import ShotAddress


_VERIFY_HINT = (
    "after a merge run `ltxspec lock merge`; what is missing or was changed by hand is restored from git "
    "(`git checkout REVISION -- FILE`): lockfiles are the record of what was paid for"
)


@click.group("lock")
def command() -> None:
    """Lockfiles record what was bought: check them, merge them, never lose a paid task."""


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
@options.provider
@click.pass_obj
def verify(session: Session, bases: tuple[str, ...], provider: str | None) -> int:
    """Check every lockfile: format, block digests; with --base, that nothing paid was lost or altered. Exit 1 if not.

    A task counts as kept wherever it is recorded now: lockfiles may be renamed, shots may move to another spec. Filling
    in a value that was unknown, a new address of the same video and a pick are not alterations. After a merge give
    --base twice, for both sides. Paid tasks are checked whichever provider is configured.
    """
    from ltxspec.project.lock_verify import verified_names, verify_lockfiles
    from ltxspec.report.diagnostics import format_error

    project = session.open_project(provider)
    problems = verify_lockfiles(project, bases)
    for problem in problems:
        click.echo(format_error(problem, session.style(sys.stderr)), nl=False, err=True)
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
    epilog="Examples: `ltxspec lock merge`, then `git add lockfiles` and continue the merge.",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--driver", is_flag=True, help="Run as git's merge driver: merge BASE OURS THEIRS [NAME] into OURS.")
@options.provider
@click.pass_obj
def merge(session: Session, paths: tuple[str, ...], provider: str | None, *, driver: bool) -> int:
    """Merge conflicted lockfiles: the result has the takes of both sides, and nothing paid is lost.

    The result is written and checked; run `git add` yourself. `ltxspec init` sets this up as git's merge driver for
    lockfiles, so that most merges need no manual steps.
    """
    if driver:
        return _drive(session, paths)
    from ltxspec.project.lock_merge import Merged, merge_conflicts
    from ltxspec.report.diagnostics import format_error

    code, done = 0, []
    for result in merge_conflicts(session.open_project(provider), paths):
        if isinstance(result, Merged):
            done.append(result.path)
            click.echo(f"{result.path}: {result.tasks} tasks ({result.source})")
        else:
            code = code or result.exit_code
            click.echo(format_error(result, session.style(sys.stderr)), nl=False, err=True)
    if done:
        click.echo(f"Merged. Now: git add {' '.join(done)}")
    elif not code:
        click.echo("No lockfile is in conflict.")
    return code


def _drive(session: Session, paths: tuple[str, ...]) -> int:
    from ltxspec.errors import WrongUsage
    from ltxspec.project.lock_merge import merge_driver

    if len(paths) not in (3, 4):
        raise WrongUsage("--driver takes BASE OURS THEIRS, and optionally the file's name", hint="in git: %O %A %B %P")
    base, ours, theirs = (session.folder / path for path in paths[:3])
    merge_driver(base, ours, theirs, paths[3] if len(paths) > 3 else paths[1])  # noqa: PLR2004  # the name is the fourth
    return 0


@command.command("migrate", epilog="Example: `ltxspec lock migrate`.")
@options.provider
@click.pass_obj
def migrate(session: Session, provider: str | None) -> int:
    """Write lockfiles of older versions in the current format. Reads all of them, changes only where necessary."""
    from ltxspec.project.lock_edit import FORMAT_VERSION
    from ltxspec.project.lock_edit import migrate as migrate_all

    written, count = migrate_all(session.open_project(provider))
    for name in written:
        click.echo(f"rewritten: {name}")
    left = count - len(written)
    click.echo(f"{left} lockfile{'s' * (left != 1)} already in version {FORMAT_VERSION}, {len(written)} rewritten.")
    return 0


@command.command(
    "mv",
    epilog="Examples: `ltxspec lock mv night.alley day.alley`, `ltxspec lock mv night dusk`, "
    "`ltxspec lock mv 'night.shot[storm-*]' 'day.shot[storm-*]' --dry-run`.",
)
@click.argument("origin", metavar="SPEC|SPEC.SHOT")
@click.argument("target", metavar="SPEC|SPEC.SHOT")
@click.option("--dry-run", is_flag=True, help="Only show what would be moved.")
@options.provider
@click.pass_obj
def mv(session: Session, origin: str, target: str, provider: str | None, *, dry_run: bool) -> int:
    """Move takes to other names, also in another spec. Costs nothing and loses nothing.

    A name may have the wildcards * and ?, with the same ones in the new name, or be that of a whole spec. On a terminal
    more than one shot is moved only after a question.
    """
    from ltxspec.project.lock_edit import move, planned_moves
    from ltxspec.report.terminal import clean

    project = session.open_project(provider)
    if dry_run:
        for old, new in planned_moves(project, origin, target):
            click.echo(clean(f"{old} would be {new}."))
        return 0
    for old, new in move(project, origin, target, _agreed_to_move):
        click.echo(clean(f"{old} is now {new}."))
    return 0


def _agreed_to_move(pairs: "Renames") -> bool:
    from ltxspec.report.terminal import clean

    if len(pairs) == 1 or not sys.stdin.isatty():
        return True
    for old, new in pairs:
        click.echo(clean(f"{old} -> {new}"), err=True)
    return click.confirm(f"Move the takes of {len(pairs)} shots?", err=True)


@command.command("rm", epilog="Examples: `ltxspec lock rm night.alley --take 1`, `ltxspec lock rm night.alley --yes`.")
@click.argument("address", metavar="SPEC.SHOT", type=NEW_ADDRESS)
@click.option("--take", "number", type=int, metavar="N", help="Only this take, as `ltxspec show` counts.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.provider
@click.pass_obj
def rm(session: Session, address: "ShotAddress", number: int | None, provider: str | None, *, yes: bool) -> int:
    """Forget a shot, or one take of it, on purpose. Shows what it is and what it cost, and asks first.

    The money stays spent: rendering it again must be paid again, unless the provider still has it. Git still has
    the record, and so do other branches: merging one that has it brings it back.
    """
    from ltxspec.project.lock_edit import forget

    project = session.open_project(provider)
    gone = forget(project, address, number, lambda found: _agreed(found, yes=yes))
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
    answer: str = click.prompt(
        f"Permanently remove this record ({found.money})? Only `yes` is accepted",
        default="",
        show_default=False,
        err=True,
    )
    return answer.strip() == "yes"


@command.command("textconv", hidden=True)
@click.argument("file", type=click.Path())
@click.pass_obj
def textconv(session: Session, file: str) -> int:
    """Print a lockfile as text, for git's `diff.ltxspec.textconv`."""
    from ltxspec.project.lock_text import textconv as as_text

    click.echo(as_text(session.folder / file), nl=False)
    return 0
