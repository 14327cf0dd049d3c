"""Posts the one comment of a change: its Markdown is always made here, from revisions or from a checked JSON report."""

import re
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import click

from ltxspec.cli.context import Session
from ltxspec.cli.forge_access import Target, Typed, opened, target_of
from ltxspec.errors import LtxspecError, WrongUsage

if TYPE_CHECKING:
    from ltxspec.cli.forge_access import AnyForge
    from ltxspec.report.review.checking import Reader
    from ltxspec.report.review.markdown import Page
    from ltxspec.review.models import Review

_PUSH_LAG = 30.0  # seconds in which a forge learns of a push that just ended
_LOOK_AGAIN = 2.0  # seconds
_MARKER_ROOM = 400  # characters, for the line that `forges.marker` puts before the text
_LARGEST_REPORT = 64 * 1024 * 1024  # bytes; 10,000 changed shots take about a third
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_COMMIT = "0" * 40


class ReportMismatch(LtxspecError):
    """The report is not of the change this run is for."""

    code = "report"


@dataclass(frozen=True, slots=True)
class CommentOptions:
    """What was typed. `report` is a file that `diff --format json` wrote; the URLs and the advice are vouched for."""

    typed: Typed = field(default_factory=Typed)
    base: str | None = None
    head: str | None = None
    report: str | None = None
    storyboard: str | None = None
    sheet: str | None = None
    report_url: str | None = None
    advice: str | None = None
    dry_run: bool = False


def comment(session: Session, options: CommentOptions) -> int:
    """Make the review and post it. Returns the exit code.

    Raises:
        ReportMismatch: the report is of another change, or of a working tree.
        ReviewFileError: it is no report at all.
        WrongUsage: the place of the comment is not known.
        ForgeError: the forge refuses or does not answer.
    """
    from ltxspec.report.review.markdown import review_markdown

    target = target_of(session.folder, options.typed)
    review = _review(session, options, target)
    head = _head(review, options, target)
    text = review_markdown(review, _page(options, target, head))
    if options.dry_run:
        click.echo(text, nl=False)
        return 0
    with opened(target, head) as forge:
        if forge is None:
            click.echo(f"no open pull request has the head {head[:12]} any more; nothing to comment on", err=True)
            return 0
        if options.report is None:
            _wait_for_push(session, forge, head)
        return _post(forge, target, head, review.plan_digest, text)


def accept_order(session: Session, options: CommentOptions) -> int:
    """Check the order in the comment that started this run, and print what may be carried out, as JSON.

    Raises:
        Refused: it may not.
        WrongUsage: this run was not started by a new comment.
        ForgeError: the forge refuses or does not answer.
    """
    import orjson

    from ltxspec.forges.marker import Marker
    from ltxspec.forges.orders import Request, accept

    target = target_of(session.folder, options.typed)
    note = target.change.note
    if note is None:
        raise WrongUsage("this run was not started by a new comment under a pull request of GitHub")
    with opened(target, "") as forge:
        if forge is None:
            raise WrongUsage("which pull request is meant is not known")
        order = accept(forge, Request(note.text, note.author, note.created_at), Marker(_NO_COMMIT, key=target.key))
    click.echo(orjson.dumps(asdict(order)).decode())
    return 0


def _review(session: Session, options: CommentOptions, target: Target) -> "Review":
    """The review: of two revisions of this repository, or as a job without rights wrote it."""
    if options.report is not None:
        from ltxspec.report.review.checking import checked
        from ltxspec.report.review.reading import read_review
        from ltxspec.storage.named import read_named

        data = read_named(session.folder / options.report, options.report, _LARGEST_REPORT)
        return checked(read_review(data, options.report), _reader(session), options.report)
    from ltxspec.project.review import make_review

    return make_review(session.open_project(), options.base, options.head or target.change.head or "HEAD")


def _reader(session: Session) -> "Reader":
    """What is known where the command runs: in CI the branch a change goes to, or nothing but the packaged models."""
    from ltxspec.catalog.models import load_catalog
    from ltxspec.report.review.checking import Reader
    from ltxspec.storage.packaged import read_model_documents

    project = session.open_project()
    packaged = load_catalog(read_model_documents())
    config = project.config
    known = config.project.id if config.file is not None else None
    return Reader(project.catalog, packaged, known, config.delivery.parameters())


def _head(review: "Review", options: CommentOptions, target: Target) -> str:
    """The commit the review is of; a report must be of the very commit this run is for."""
    if review.plan_digest and not _DIGEST.fullmatch(review.plan_digest):
        raise ReportMismatch("the report names a plan by something that is no digest")
    if review.head != review.head_commit:
        raise ReportMismatch(
            "the report is of a working tree, which nobody else can see",
            hint="make it with `ltxspec diff BASE HEAD --format json`",
        )
    wanted = options.head or target.change.head
    if options.report is not None and wanted and review.head != wanted:
        raise ReportMismatch(f"the report is of {review.head[:12]}, and this run is for {wanted[:12]}")
    return review.head


def _page(options: CommentOptions, target: Target, head: str) -> "Page":
    from ltxspec.report.review.details import Links
    from ltxspec.report.review.markdown import Page
    from ltxspec.report.sized import FORGE_LIMITS

    server, blob = target.change.server, "-/blob" if target.forge == "gitlab" else "blob"
    return Page(
        limit=FORGE_LIMITS[target.forge or "github"] - _MARKER_ROOM,
        key=target.key,
        head=head,
        links=Links(f"{server}/{blob}/{head}/{target.folder}" if server else ""),
        sheet=options.sheet,
        storyboard=options.storyboard,
        report=options.report_url,
        advice=options.advice or "",
        whole=options.report is not None,
    )


def _wait_for_push(session: Session, forge: "AnyForge", head: str) -> None:
    """Wait while the forge still shows a commit that ours was made on: it may not know of our push yet."""
    from ltxspec.storage.git import run_git

    looks = int(_PUSH_LAG / _LOOK_AGAIN)
    for _ in range(looks):
        shown = forge.pull_request().head
        if shown == head:
            return
        if run_git(session.folder, "merge-base", "--is-ancestor", shown, head).returncode != 0:
            return
        time.sleep(_LOOK_AGAIN)


def _post(forge: "AnyForge", target: Target, head: str, digest: str, text: str) -> int:
    from ltxspec.forges.marker import Marker
    from ltxspec.forges.sticky import post

    posted = post(forge, Marker(head, digest, target.change.run, target.key), text)
    if posted.comment is None:
        click.echo(f"nothing written: {posted.reason}", err=True)
        return 0
    click.echo(f"comment {posted.outcome}", err=True)
    click.echo(posted.comment.url or str(posted.comment.id))
    return 0
