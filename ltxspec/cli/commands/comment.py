"""`ltxspec comment`: the single comment on a change, on GitHub or GitLab."""

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.project.comments.comment import Content
from ltxspec.project.comments.forge_access import Place

_EXAMPLES = (
    "Examples: `ltxspec comment --dry-run`, `ltxspec comment --report review.json`, "
    "`ltxspec comment --forge github --repo owner/films --pr 7`."
)


@click.command("comment", epilog=_EXAMPLES)
@click.option("--base", metavar="REV", help="Review from this revision (default: where the branch left its target).")
@click.option("--head", metavar="REV", help="Review up to this revision (default: the change's head).")
@click.option("--report", metavar="FILE", help="A review that `diff BASE HEAD --format json` wrote.")
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="Where the change is (default: from CI).")
@click.option("--repo", "repository", metavar="OWNER/NAME", help="The repository (default: from CI).")
@click.option("--pr", "number", metavar="N", type=click.IntRange(1), help="Pull or merge request (default: from CI).")
@click.option("--api", metavar="URL", help="The forge's API (default: from CI, else the public one).")
@click.option(
    "--key", metavar="NAME", help="Distinguishes several comments on one change (default: the project's folder)."
)
@click.option("--storyboard", metavar="URL", help="Address of the storyboard page.")
@click.option("--sheet", metavar="URL", help="A picture of all shots, before and after.")
@click.option("--pictures", metavar="FILE", help="Each shot's picture: `index.json` of `review --png-dir`.")
@click.option("--pictures-base", metavar="URL", help="Where these pictures are; `{path}` stands for a name.")
@click.option("--report-url", metavar="URL", help="Address of the whole report.")
@click.option("--advice", metavar="MARKDOWN", help="A custom line before the commands.")
@click.option("--dry-run", is_flag=True, help="Print the comment; send nothing.")
@click.option(
    "--accept-order", is_flag=True, help="Check the `/ltxspec apply` of the event and print it; post nothing."
)
@options.gathered("place", Place)
@options.gathered("content", Content)
@options.output_format("text", "json")
@click.pass_obj
def command(
    session: Session, place: Place, content: Content, output_format: str, *, dry_run: bool, accept_order: bool
) -> int:
    """Post on the pull request what changes, how it looks, what it cost and what it will cost.

    One comment is kept up to date: only runs for the current head update it. The token is read from GITHUB_TOKEN, or
    from GITLAB_TOKEN or CI_JOB_TOKEN.
    """
    if accept_order:
        return _accept(session, place)
    from ltxspec.project.comments.comment import comment_result, make_comment, post_comment

    project = session.open_project()
    comment = make_comment(project, place, content)
    posted = None if dry_run else post_comment(project, comment)
    if output_format == "json":
        session.answer(comment_result(comment, posted, dry_run=dry_run))
        return 0
    if dry_run:
        click.echo(comment.text, nl=False)
    elif posted is None:
        head = comment.head[:12]
        click.echo(f"no open pull request has the head {head} any more; nothing to comment on", err=True)
    elif posted.comment is None:
        click.echo(f"nothing written: {posted.reason}", err=True)
    else:
        click.echo(f"comment {posted.outcome}" + (f"; {posted.reason}" if posted.reason else ""), err=True)
        url = posted.comment.url
        click.echo(session.linked(url) if url else str(posted.comment.id))
    return 0


def _accept(session: Session, place: Place) -> int:
    from dataclasses import asdict

    from ltxspec.project.comments.comment import accept_order
    from ltxspec.report.results.reviews import OrderResult

    session.answer(OrderResult(**asdict(accept_order(session.folder, place))))
    return 0
