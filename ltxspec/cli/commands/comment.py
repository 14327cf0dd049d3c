"""`ltxspec comment`: the one comment of a change, on GitHub or GitLab."""

from typing import Any

import click

from ltxspec.cli.context import Session

_EXAMPLES = (
    "Examples: `ltxspec comment --dry-run`, `ltxspec comment --report review.json`, "
    "`ltxspec comment --forge github --repo studio/films --pr 12`."
)


@click.command("comment", epilog=_EXAMPLES)
@click.option("--base", metavar="REV", help="Review from this revision (default: where the branch left its target).")
@click.option("--head", metavar="REV", help="Review up to this revision (default: the change's head).")
@click.option("--report", metavar="FILE", help="Tell this review, written by `diff BASE HEAD --format json`.")
@click.option("--forge", type=click.Choice(["github", "gitlab"]), help="Where the change is (default: from CI).")
@click.option("--repo", "repository", metavar="OWNER/NAME", help="The repository (default: from CI).")
@click.option("--pr", "number", metavar="N", type=click.IntRange(1), help="Pull or merge request (default: from CI).")
@click.option("--api", metavar="URL", help="The forge's API (default: from CI, else the public one).")
@click.option(
    "--key", metavar="NAME", help="Tells several comments on one change apart (default: the project's folder)."
)
@click.option("--storyboard", metavar="URL", help="Where the storyboard page is.")
@click.option("--sheet", metavar="URL", help="A picture of all shots, before and after.")
@click.option("--report-url", metavar="URL", help="Where the whole report is.")
@click.option("--advice", metavar="MARKDOWN", help="A line of your own, before the commands.")
@click.option("--dry-run", is_flag=True, help="Print the comment; send nothing.")
@click.option(
    "--accept-order", is_flag=True, help="Check the `/ltxspec apply` of the event and print it; post nothing."
)
@click.pass_obj
def command(session: Session, /, **typed: Any) -> int:
    """Say on the pull request what changes, how it looks, what it cost and what it will cost.

    One comment is kept up to date: it is written anew only by runs for the present head. The token is read from
    GITHUB_TOKEN, or from GITLAB_TOKEN or CI_JOB_TOKEN.
    """
    from ltxspec.cli.commenting import CommentOptions, accept_order, comment
    from ltxspec.cli.forge_access import Typed

    place = Typed(typed["number"], typed["repository"], typed["forge"], typed["api"], typed["key"])
    names = ("base", "head", "report", "storyboard", "sheet", "report_url", "advice", "dry_run")
    options = CommentOptions(place, **{name: typed[name] for name in names})
    return accept_order(session, options) if typed["accept_order"] else comment(session, options)
