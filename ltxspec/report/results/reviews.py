"""What `review` and `comment` did, as documents. The review itself is that of `diff`: `review/document.py`."""

from typing import Annotated

from msgspec import Meta

from ltxspec.formats import Place, Text
from ltxspec.plan.document import Problem
from ltxspec.report.results.base import Result


class ReviewFiles(Result, frozen=True, kw_only=True):
    """The files that were written, what they could not show, and the review in one line."""

    headline: str
    files: tuple[str, ...]
    problems: Annotated[tuple[str, ...], Meta(description="videos that could not be shown, one line each")]
    diagnostics: tuple[Problem, ...]


class CommentResult(Result, frozen=True, kw_only=True):
    """The comment on a change; `outcome` says what became of it, `reason` why nothing was written."""

    outcome: Annotated[Text, Meta(description="`dry-run`, `closed`, `skipped`, or what was done with the comment")]
    reason: str | None
    url: str | None
    head: Annotated[str, Meta(description="the reviewed commit")]
    digest: Annotated[str, Meta(description="of the plan that the comment shows")]
    text: Annotated[str, Meta(description="the comment, in Markdown")]


class OrderResult(Result, frozen=True, kw_only=True):
    """An accepted order by comment."""

    number: Annotated[Place, Meta(description="of the pull request")]
    author: str
    branch: Annotated[str, Meta(description="the branch that the lockfiles are pushed to")]
    base: Annotated[str, Meta(description="the target branch")]
    head: Annotated[str, Meta(description="the commit to check out")]
    digest: Annotated[str, Meta(description="of the only plan that may be applied")]
