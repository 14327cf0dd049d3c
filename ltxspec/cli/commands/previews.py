"""`ltxspec previews`: the pictures that a pull request shows. For CI jobs."""

from pathlib import Path

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.project.comments.forge_access import Place


@click.group(
    "previews",
    epilog="Examples: `ltxspec previews prepare pictures --out ready`, "
    "`ltxspec previews closed 7 --forge github --repo owner/films`.",
)
def command() -> None:
    """Prepare the pictures that a pull request shows, for `ci/publish-previews.sh`."""


@command.command(
    "prepare",
    epilog="Examples: `ltxspec previews prepare pictures --out ready`, "
    "`ltxspec previews prepare pictures --out ready --format json`.",
)
@click.argument("pictures", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The folder to write.")
@options.output_format("text", "json")
@click.pass_obj
def prepare(session: Session, pictures: Path, out: Path, output_format: str) -> int:
    """Make the pictures of `review --png-dir` smaller, as many as `[previews]` allows. Prints where they go."""
    from ltxspec.project.comments.previews import prepare as make
    from ltxspec.project.comments.previews import prepared_result

    project = session.open_project()
    found = make(project, session.folder / pictures, session.folder / out)
    if output_format == "json":
        session.answer(prepared_result(found))
        return 0
    click.echo(found.store if found.store != "branch" else f"branch {found.branch}")
    if found.left:
        click.echo(f"{found.left:,} pictures are left out: `[previews] most` is {found.pictures:,}", err=True)
    return 0


@command.command(
    "upload",
    epilog="Examples: `ltxspec previews upload ready --out where`, "
    "`ltxspec previews upload ready --out where --repo group/films`.",
)
@click.argument("pictures", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Gets their addresses.")
@click.option("--repo", "repository", metavar="GROUP/NAME", help="The project at GitLab (default: from CI).")
@click.option("--api", metavar="URL", help="GitLab's API (default: from CI, else the public one).")
@click.pass_obj
def upload(session: Session, pictures: Path, out: Path, repository: str | None, api: str | None) -> int:
    """Send prepared pictures to GitLab's uploads. Writes `pictures.json`, and `sheet` if there is one."""
    from ltxspec.project.comments.previews import upload as send

    place = Place(repository=repository, forge="gitlab", api=api)
    count = send(session.open_project(), place, session.folder / pictures, session.folder / out)
    click.echo(f"sent {count:,} pictures", err=True)
    return 0


@command.command(
    "store",
    epilog="Examples: `ltxspec previews store ready --out where --number 7 --head $SHA`, "
    "`ltxspec previews store ready --out where --number 7 --head $SHA --key films`.",
)
@click.argument("pictures", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Gets their addresses.")
@click.option("--number", type=click.IntRange(1), required=True, metavar="N", help="The pull request.")
@click.option("--head", required=True, metavar="COMMIT", help="The commit that they show.")
@click.option("--key", default=".", metavar="TEXT", help="Tells several projects in one repository apart.")
@click.option("--run", type=click.IntRange(0), default=0, metavar="N", help="This run; a later one's pictures stay.")
@click.pass_obj
def store(session: Session, pictures: Path, out: Path, *, number: int, head: str, key: str, run: int) -> int:
    """Send prepared pictures to the object store. Writes `pictures.json`, and `sheet` if there is one."""
    from ltxspec.project.comments.stored_previews import PictureRun, store_pictures

    which = PictureRun(number, head, key, run)
    count = store_pictures(session.open_project(), session.folder / pictures, session.folder / out, which)
    click.echo("a later run has sent its pictures" if count is None else f"sent {count:,} pictures", err=True)
    return 0


@command.command(
    "tidy", epilog="Examples: `ltxspec previews tidy`, `ltxspec previews tidy --forge github --repo owner/films`."
)
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="Where the changes are (default: from CI).")
@click.option("--repo", "repository", metavar="OWNER/NAME", help="The repository (default: from CI).")
@click.option("--api", metavar="URL", help="The forge's API (default: from CI, else the public one).")
@click.pass_obj
def tidy(session: Session, forge: str | None, repository: str | None, api: str | None) -> int:
    """Delete the pictures of closed pull requests from the object store. Prints their numbers."""
    from ltxspec.project.comments.stored_previews import prune_pictures

    for number in prune_pictures(session.open_project(), Place(repository=repository, forge=forge, api=api)):
        click.echo(number)
    return 0


@command.command("change", epilog="Examples: `ltxspec previews change HEAD`, `ltxspec previews change $COMMIT`.")
@click.argument("head", metavar="COMMIT")
@click.pass_obj
def change(session: Session, head: str) -> int:
    """Print the number of the pull request that this CI job is for; nothing if COMMIT is no longer its head."""
    from ltxspec.project.comments.previews import change_number

    number = change_number(session.open_project(), Place(), head)
    if number is not None:
        click.echo(number)
    return 0


@command.command(
    "closed",
    epilog="Examples: `ltxspec previews closed 7 --forge github --repo owner/films`, "
    "`ltxspec previews closed 7 --format json`.",
)
@click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="N...")
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="Where the changes are (default: from CI).")
@click.option("--repo", "repository", metavar="OWNER/NAME", help="The repository (default: from CI).")
@click.option("--api", metavar="URL", help="The forge's API (default: from CI, else the public one).")
@options.output_format("text", "json")
@click.pass_obj
def closed(
    session: Session,
    numbers: tuple[int, ...],
    forge: str | None,
    repository: str | None,
    api: str | None,
    output_format: str,
) -> int:
    """Print those of these pull requests that are no longer open: their previews are not needed."""
    from ltxspec.project.comments.previews import closed_changes, closed_result

    project = session.open_project()
    found = closed_changes(project, Place(repository=repository, forge=forge, api=api), numbers)
    if output_format == "json":
        session.answer(closed_result(found))
        return 0
    for number in found:
        click.echo(number)
    return 0
