"""Posts the review comment of a change. Its Markdown is always made here, from revisions or a checked JSON report."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.project.comments.forge_access import Place, Target, opened, target_of
from ltxspec.project.project import ProjectContext

if TYPE_CHECKING:
    from ltxspec.forges.orders import ApplyOrder
    from ltxspec.forges.sticky import Posted
    from ltxspec.project.comments.forge_access import AnyForge
    from ltxspec.report.results.reviews import CommentResult
    from ltxspec.report.review.checking import Reader
    from ltxspec.report.review.page import Page
    from ltxspec.review.models import Review

_PUSH_LAG = 30.0  # seconds until a forge shows a push that has just finished
_LOOK_AGAIN = 2.0  # seconds
_MARKER_ROOM = 400  # characters, for the line that `forges.marker` puts before the text
_LARGEST_REPORT = 64 * 1024 * 1024  # bytes; 10,000 changed shots need about a third
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_COMMIT = "0" * 40


class ReportMismatch(LtxspecError):
    """The report is not of the change this run is for."""

    code = "report"


@dataclass(frozen=True, slots=True)
class Content:
    """The content of the comment.

    Attributes:
        base, head: the revisions; None: as reported by CI.
        report: a file written by `diff --format json`, used instead of the revisions.
        storyboard, sheet, report_url, advice: addresses and a line of Markdown that the caller trusts.
        pictures: a file that maps addresses of shots to pictures, before and after side by side.
        pictures_base: where the pictures are that have a name only, see `pictures.picture_url`.
    """

    base: str | None = None
    head: str | None = None
    report: str | None = None
    storyboard: str | None = None
    sheet: str | None = None
    report_url: str | None = None
    advice: str | None = None
    pictures: str | None = None
    pictures_base: str | None = None


@dataclass(frozen=True, slots=True)
class DraftComment:
    """A comment that is ready to post."""

    text: str  # Markdown
    head: str  # the reviewed commit
    digest: str  # of the plan it shows
    target: Target
    reported: bool  # made from a report instead of the revisions


def make_comment(project: ProjectContext, place: Place, content: Content) -> DraftComment:
    """Review a change and format the review as Markdown.

    Args:
        project: the project in whose folder the command runs; a report is checked against it.
        place: where the comment goes; missing values come from CI.
        content: what the comment is about.

    Raises:
        ReportMismatch: the report is of another change, or of a working tree.
        ReviewFileError: the file is not a report.
        PicturesError: the pictures cannot be linked.
        UnknownRevision, StorageError: git does not know a revision, or is missing.
    """
    from ltxspec.project.comments.blob_links import blob_base
    from ltxspec.report.review.markdown import review_markdown

    target = target_of(project.folder, place, project.environ)
    page = _page(project.folder, content, target)  # first, as it may fail, and a review takes seconds
    review, are_rules_known = _review(project, content, target)
    head = _head(review, content, target)
    links = replace(page.links, base=blob_base(project.folder, target, head))
    text = review_markdown(review, replace(page, head=head, links=links, rules_known=are_rules_known))
    return DraftComment(text, head, review.plan_digest, target, content.report is not None)


def post_comment(project: ProjectContext, comment: DraftComment) -> "Posted | None":
    """Post a comment, or update the existing one.

    Returns:
        What was done; None if the commit is no longer the head of any open pull request.

    Raises:
        WrongUsage: it is unknown where the comment goes.
        ForgeError: the forge refuses or does not answer.
    """
    from ltxspec.forges.marker import Marker
    from ltxspec.forges.sticky import post

    target, head = comment.target, comment.head
    with opened(target, head, project.environ) as forge:
        if forge is None:
            return None
        if not comment.reported:
            _wait_for_push(project.folder, forge, head)
        return post(forge, Marker(head, comment.digest, target.change.run, target.key), comment.text)


def comment_result(comment: DraftComment, posted: "Posted | None", *, dry_run: bool) -> "CommentResult":
    """What became of a comment; `posted` is None where nothing was sent."""
    from ltxspec.report.results.reviews import CommentResult

    shown = posted.comment if posted is not None else None
    unsent = "dry-run" if dry_run else "closed"
    return CommentResult(
        outcome=str(posted.outcome) if posted is not None else unsent,
        reason=(posted.reason or None) if posted is not None else None,
        url=(shown.url or None) if shown is not None else None,
        head=comment.head,
        digest=comment.digest,
        text=comment.text,
    )


def accept_order(folder: Path, place: Place, environ: Mapping[str, str] = os.environ) -> "ApplyOrder":
    """Check the order in the comment that started this run.

    Args:
        folder: the project's folder.
        place: where the comment is; missing values come from CI.
        environ: the variables of the CI service, and the forge's token.

    Returns:
        The accepted order.

    Raises:
        Refused: the order is not accepted.
        WrongUsage: this run was not started by a new comment.
        ForgeError: the forge refuses or does not answer.
    """
    from ltxspec.forges.marker import Marker
    from ltxspec.forges.orders import OrderComment, accept

    target = target_of(folder, place, environ)
    note = target.change.note
    if note is None:
        raise WrongUsage("this run was not started by a new comment under a pull request of GitHub")
    with opened(target, "", environ) as forge:
        if forge is None:
            raise WrongUsage("the number of the pull request is unknown")
        return accept(forge, OrderComment(note.text, note.author, note.created_at), Marker(_NO_COMMIT, key=target.key))


def _review(project: ProjectContext, content: Content, target: Target) -> "tuple[Review, bool]":
    """The review of two revisions of this repository, or the one that a job without rights wrote.

    The second value says whether the rule changes in the review are known to be correct.
    """
    if content.report is not None:
        from ltxspec.report.review.checking import checked
        from ltxspec.report.review.reading import read_review
        from ltxspec.storage.named import read_named

        data = read_named(project.folder / content.report, content.report, _LARGEST_REPORT)
        review = read_review(data, content.report)
        reader = _reader(project, review)
        return checked(review, reader, content.report), reader.rules is not None
    from ltxspec.project.review import make_review

    return make_review(project, content.base, content.head or target.change.head or "HEAD"), True


def _reader(project: ProjectContext, review: "Review") -> "Reader":
    """What is known where the command runs: in CI, the target branch of the change or only the packaged models."""
    from ltxspec.project.packaged_models import packaged_catalog
    from ltxspec.project.report_rules import known_rules
    from ltxspec.report.review.checking import Reader

    packaged = packaged_catalog()
    config = project.config
    known = config.project.id if config.file is not None else None
    rules = known_rules(project, review)
    return Reader(project.catalog, packaged, known, config.delivery.parameters(), rules)


def _head(review: "Review", content: Content, target: Target) -> str:
    """The reviewed commit; a report must be of exactly the commit that this run is for."""
    if review.plan_digest and not _DIGEST.fullmatch(review.plan_digest):
        raise ReportMismatch("the plan digest in the report is not a valid digest")
    if review.head != review.head_commit:
        raise ReportMismatch(
            "the report describes a working tree, which nobody else can see",
            hint="make it with `ltxspec diff BASE HEAD --format json`",
        )
    wanted = content.head or target.change.head
    if content.report is not None and wanted and review.head != wanted:
        raise ReportMismatch(f"the report is for {review.head[:12]}, but this run is for {wanted[:12]}")
    return review.head


def _page(folder: Path, content: Content, target: Target) -> "Page":
    """The page without what only the review knows: its head, and with it the address of files."""
    from ltxspec.project.comments.pictures import picture_url, read_missing, read_pictures
    from ltxspec.report.markdown import FORGE_LIMITS
    from ltxspec.report.review.details import Links
    from ltxspec.report.review.page import Page

    pictures = read_pictures(folder, content.pictures, content.pictures_base) if content.pictures else {}
    return Page(
        limit=FORGE_LIMITS[target.forge or "github"] - _MARKER_ROOM,
        key=target.key,
        links=Links(images=pictures, missing=read_missing(folder, content.pictures) if content.pictures else {}),
        sheet=picture_url(content.sheet, content.pictures_base) if content.sheet else None,
        storyboard=content.storyboard,
        report=content.report_url,
        advice=content.advice or "",
        whole=content.report is not None,
    )


def _wait_for_push(folder: Path, forge: "AnyForge", head: str) -> None:
    """Wait while the forge still shows an ancestor of our commit: it may not have processed the push yet."""
    from ltxspec.storage.git import run_git

    looks = int(_PUSH_LAG / _LOOK_AGAIN)
    for _ in range(looks):
        shown = forge.pull_request().head
        if shown == head:
            return
        if run_git(folder, "merge-base", "--is-ancestor", shown, head).returncode != 0:
            return
        time.sleep(_LOOK_AGAIN)
