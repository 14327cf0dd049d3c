"""Posts the one comment of a change: its Markdown is always made here, from revisions or from a checked JSON report."""

import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ltxspec.errors import LtxspecError, WrongUsage
from ltxspec.project.forge_access import Place, Target, opened, target_of
from ltxspec.project.project import Project

if TYPE_CHECKING:
    from ltxspec.forges.orders import ApplyOrder
    from ltxspec.forges.sticky import Posted
    from ltxspec.project.forge_access import AnyForge
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
class Content:
    """What the comment is of, and what it says besides.

    Attributes:
        base, head: the revisions; None: as CI says.
        report: a file that `diff --format json` wrote, in the place of the revisions.
        storyboard, sheet, report_url, advice: addresses and a line of Markdown that the caller vouches for.
    """

    base: str | None = None
    head: str | None = None
    report: str | None = None
    storyboard: str | None = None
    sheet: str | None = None
    report_url: str | None = None
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class DraftComment:
    """A comment that may be posted."""

    text: str  # Markdown
    head: str  # the commit it is of
    digest: str  # of the plan it shows
    target: Target
    reported: bool  # made from a report, and not from the revisions


def make_comment(project: Project, place: Place, content: Content) -> DraftComment:
    """Make the review of a change and put it into Markdown.

    Args:
        project: in whose folder the command runs; with a report it is what the report is checked against.
        place: where the comment goes; what is missing comes from CI.
        content: what it is of.

    Raises:
        ReportMismatch: the report is of another change, or of a working tree.
        ReviewFileError: it is no report at all.
        UnknownRevision, StorageError: git does not know a revision, or is missing.
    """
    from ltxspec.report.review.markdown import review_markdown

    target = target_of(project.folder, place, project.environ)
    review, are_rules_known = _review(project, content, target)
    head = _head(review, content, target)
    text = review_markdown(review, replace(_page(content, target, head), rules_known=are_rules_known))
    return DraftComment(text, head, review.plan_digest, target, content.report is not None)


def post_comment(project: Project, comment: DraftComment) -> "Posted | None":
    """Post a comment, or update the one that is there.

    Returns:
        What was done; None when no open pull request has the commit as its head any more.

    Raises:
        WrongUsage: the place of the comment is not known.
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


def accept_order(folder: Path, place: Place, environ: Mapping[str, str] = os.environ) -> "ApplyOrder":
    """Check the order in the comment that started this run.

    Args:
        folder: of the project.
        place: where the comment is; what is missing comes from CI.
        environ: what the CI service says, and the forge's token.

    Returns:
        What may be carried out.

    Raises:
        Refused: it may not.
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
            raise WrongUsage("which pull request is meant is not known")
        return accept(forge, OrderComment(note.text, note.author, note.created_at), Marker(_NO_COMMIT, key=target.key))


def _review(project: Project, content: Content, target: Target) -> "tuple[Review, bool]":
    """The review: of two revisions of this repository, or as a job without rights wrote it.

    With it whether the rules that it says have changed are known to be those that did.
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


def _reader(project: Project, review: "Review") -> "Reader":
    """What is known where the command runs: in CI the branch a change goes to, or nothing but the packaged models."""
    from ltxspec.catalog.models import load_catalog
    from ltxspec.project.report_rules import known_rules
    from ltxspec.report.review.checking import Reader
    from ltxspec.storage.packaged import read_model_documents

    packaged = load_catalog(read_model_documents())
    config = project.config
    known = config.project.id if config.file is not None else None
    rules = known_rules(project, review)
    return Reader(project.catalog, packaged, known, config.delivery.parameters(), rules)


def _head(review: "Review", content: Content, target: Target) -> str:
    """The commit the review is of; a report must be of the very commit this run is for."""
    if review.plan_digest and not _DIGEST.fullmatch(review.plan_digest):
        raise ReportMismatch("the report names a plan by something that is no digest")
    if review.head != review.head_commit:
        raise ReportMismatch(
            "the report is of a working tree, which nobody else can see",
            hint="make it with `ltxspec diff BASE HEAD --format json`",
        )
    wanted = content.head or target.change.head
    if content.report is not None and wanted and review.head != wanted:
        raise ReportMismatch(f"the report is of {review.head[:12]}, and this run is for {wanted[:12]}")
    return review.head


def _page(content: Content, target: Target, head: str) -> "Page":
    from ltxspec.report.review.details import Links
    from ltxspec.report.review.markdown import Page
    from ltxspec.report.sized import FORGE_LIMITS

    server, blob = target.change.server, "-/blob" if target.forge == "gitlab" else "blob"
    return Page(
        limit=FORGE_LIMITS[target.forge or "github"] - _MARKER_ROOM,
        key=target.key,
        head=head,
        links=Links(f"{server}/{blob}/{head}/{target.folder}" if server else ""),
        sheet=content.sheet,
        storyboard=content.storyboard,
        report=content.report_url,
        advice=content.advice or "",
        whole=content.report is not None,
    )


def _wait_for_push(folder: Path, forge: "AnyForge", head: str) -> None:
    """Wait while the forge still shows a commit that ours was made on: it may not know of our push yet."""
    from ltxspec.storage.git import run_git

    looks = int(_PUSH_LAG / _LOOK_AGAIN)
    for _ in range(looks):
        shown = forge.pull_request().head
        if shown == head:
            return
        if run_git(folder, "merge-base", "--is-ancestor", shown, head).returncode != 0:
            return
        time.sleep(_LOOK_AGAIN)
