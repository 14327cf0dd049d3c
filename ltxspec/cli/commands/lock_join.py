"""`ltxspec lock join`: what the shards of a plan recorded, in one place."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

_EXAMPLES = "Examples: `ltxspec lock join shards/*`, `ltxspec lock join shards/1 shards/2 --base HEAD`."


@click.command("join", short_help="Join what the shards of a plan recorded.", epilog=_EXAMPLES)
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path())
@click.option(
    "--base", metavar="REF", help="The git revision that the shards began from (default: what is checked out)."
)
@options.lock_timeout
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(  # the options of one command
    session: Session,
    folders: tuple[str, ...],
    base: str | None,
    lock_timeout: float,
    output_format: str,
    provider: str | None,
) -> int:
    """Join the lockfiles that shards left in FOLDERs, such as the artifacts of CI jobs, and write them here.

    A FOLDER holds lockfiles, or a copy of a project with lockfiles in it. Journals in it are joined as well, so that
    `ltxspec collect` finds what a machine that died had ordered. Nothing is lost, and joining again changes nothing.
    All folders are checked before anything is written; one that is another project's, or cannot be read, is refused.
    """
    from ltxspec.project.lockfiles.join import join_folders
    from ltxspec.report.results.lock import JoinedLockfile, LockJoin
    from ltxspec.report.terminal import clean
    from ltxspec.report.wording import counted

    joined = join_folders(session.open_project(provider), folders, base=base, wait=lock_timeout)
    if output_format == "json":
        session.answer(
            LockJoin(joined=tuple(JoinedLockfile(one.file, one.tasks, one.added, one.opened) for one in joined))
        )
        return 0
    for one in joined:
        opened = f", {one.opened:,} in progress" if one.opened else ""
        click.echo(clean(f"{one.file}: {counted(one.tasks, 'task')}, {one.added:,} new{opened}"))
    if any(one.opened for one in joined):
        session.hint("`ltxspec collect` fetches what is in progress")
    return 0
