"""Orders in a comment: `/ltxspec apply` as a paragraph, from someone with push access, for a review they have seen.

A comment is untrusted until its author's permission has been checked. What is applied is the head and the plan that
our comment showed when the order was written, so that the order buys nothing that was added later.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ltxspec.errors import Refused
from ltxspec.forges.marker import Marker
from ltxspec.forges.port import Comment, Forge, PullRequest
from ltxspec.forges.sticky import ours

_NAME = "/ltxspec"
_ORDER = re.compile(r"/ltxspec[ \t]+apply(?:[ \t]+(?P<digest>sha256:[0-9a-f]{64}))?[ \t]*")


@dataclass(frozen=True, slots=True)
class ApplyOrder:
    """An accepted order: what to check out, and the only plan it may apply."""

    number: int  # number of the change
    head: str  # commit id
    branch: str  # the branch the lockfile is pushed to
    base: str  # the change's target branch
    digest: str  # of the plan
    author: str


@dataclass(frozen=True, slots=True)
class OrderComment:
    """The new comment, from the forge's event."""

    text: str
    author: str
    created_at: str  # RFC 3339


def asks_to_apply(text: str) -> bool:
    """Whether a comment contains an order. A quoted one, one in code or one within a sentence does not count."""
    return any(map(_ORDER.fullmatch, _addressed(text)))


def _addressed(text: str) -> list[str]:
    """The lines of a comment that address ltxspec, orders or not."""
    return [line for line in said(text) if line.startswith(_NAME)] if _NAME in text else []


def _order(text: str) -> re.Match[str]:
    """The only order in a comment. Raises Refused when there is none, or any other line addresses ltxspec."""
    lines = _addressed(text)
    found = [order for order in map(_ORDER.fullmatch, lines) if order]
    if not found:
        raise Refused(
            "no-order",
            "the comment is not an order",
            hint="write `/ltxspec apply` at the start of a line, with empty lines around it and no HTML before",
        )
    if len(lines) > 1:
        raise Refused(
            "two-orders",
            f"the comment has {len(lines)} commands for ltxspec, and only one is allowed",
            hint="write one command",
        )
    return found[0]


def accept(forge: Forge, request: OrderComment, marker: Marker) -> ApplyOrder:
    """Check an order.

    Args:
        forge: the change that the comment belongs to.
        request: the comment.
        marker: any marker of our comment there; its key identifies the comment.

    Raises:
        Refused: the order may not be carried out; the error says why.
        ForgeError: the forge does not answer.
    """
    found = _order(request.text)
    if not forge.may_write(request.author):
        raise Refused("not-allowed", f"`{request.author}` may not push to this repository, so may not order renders")
    change = forge.pull_request()
    _check_change(change)
    shown = ours(forge.comments(), marker)
    if not shown:
        raise Refused("not-seen", "there is no review to approve yet", hint="wait for the plan's comment")
    comment, seen = shown[0]
    if any((mark.head, mark.digest) != (seen.head, seen.digest) for _, mark in shown):
        raise Refused(
            "stale-review", "there are several reviews, of different plans", hint="order again when only one is left"
        )
    _check_seen(seen, comment, change, request)
    if found["digest"] and found["digest"] != seen.digest:
        raise Refused("not-approved", "the digest in the order is not that of the review", hint="review it again")
    return ApplyOrder(change.number, change.head, change.branch, change.base, seen.digest, request.author)


def _check_change(change: PullRequest) -> None:
    if not change.is_open:
        raise Refused("closed", f"pull request {change.number} is not open")
    if change.from_fork:
        raise Refused(
            "fork", "the change comes from a fork, whose specs are never rendered with this repository's key",
            hint="merge it, or push it to a branch of this repository",
        )  # fmt: skip


def _check_seen(seen: Marker, comment: Comment, change: PullRequest, request: OrderComment) -> None:
    """The review must be of the current head, and must not have changed after the order was written."""
    if seen.head != change.head:
        raise Refused(
            "stale-review", "the head has moved on since the review", hint="order again when it is up to date"
        )
    if not seen.digest:
        raise Refused("nothing-to-approve", "the review contains no plan that could be approved")
    if not _earlier(comment.updated_at, request.created_at):
        raise Refused(
            "stale-review", "the review changed after the order was written", hint="look at it and order again"
        )


def _earlier(one: str, other: str) -> bool:
    """Whether a time is before another. Forges report whole seconds, so equal times are ambiguous and do not count."""
    try:
        return datetime.fromisoformat(one) < datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return False


_HTML_COMMENT = re.compile(r"<!--[^<>]*-->\s*")  # one whose end is the same for every HTML parser
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:[\s/>]|\Z)")
_UNUSED = ["inline", "reference"]  # rules: only lines matter, and definitions must not remove any from a paragraph


def said(text: str) -> Iterator[str]:
    """Every one-line paragraph at the top level, as written, up to the first HTML tag.

    Text after a tag may be displayed inside its element, even after blank lines.
    """
    from markdown_it import MarkdownIt  # a tenth of a second that only a comment needs

    lines = re.split(r"\r\n?|\n", text)
    reader = MarkdownIt("commonmark").enable("table").disable(_UNUSED)
    opened = ""
    for token in reader.parse("\n".join(lines)):
        is_tag = _TAG.search(token.content) if token.type == "inline" else token.type == "html_block"
        if is_tag and not _HTML_COMMENT.fullmatch(token.content):
            return
        first, end = token.map or (0, 0)
        if (opened, token.type, token.level, end - first) == ("paragraph_open", "inline", 1, 1):
            yield lines[first]
        opened = token.type
