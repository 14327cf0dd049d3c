"""What the rest of ltxspec knows of a forge: a change with a head commit, and its comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ltxspec.errors import LtxspecError


class ForgeError(LtxspecError):
    """The forge said no, or did not answer; nothing was spent and the next run posts again."""

    code = "forge"


class Denied(ForgeError):
    """The token may not do that."""


class Unsettled(Exception):
    """A write got no clear answer, or was turned away for a while: look at the comments again before the next try.

    Args:
        reason: what happened, without secrets.
        wait: seconds the forge asked to wait; None when it did not say.
        cure: what helps.
    """

    def __init__(self, reason: str, wait: float | None = None, cure: str = "run the command again later") -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.cure = cure


class Gone(Exception):
    """What was to be changed or removed is not there any more: someone else removed it."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A change under review as the forge knows it now."""

    number: int
    head: str  # commit id
    branch: str  # name of the head's branch
    base: str  # name of the branch it goes to
    is_open: bool
    from_fork: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as it stands. `by_us` tells that the account of our token wrote it; ids grow with time."""

    id: int
    body: str
    by_us: bool
    author: str = ""
    url: str = ""
    updated_at: str = ""  # RFC 3339


class Forge(Protocol):
    """One change at a forge. Reads are repeated politely inside; writes are made once and say how they ended."""

    def pull_request(self) -> PullRequest:
        """The change now. Raises ForgeError."""
        ...

    def comments(self) -> Sequence[Comment]:
        """Every comment of the change, all pages, oldest first. Raises ForgeError."""
        ...

    def create(self, body: str) -> Comment:
        """Add a comment. Raises ForgeError, Unsettled."""
        ...

    def update(self, comment: Comment, body: str) -> Comment:
        """Replace a comment's text. Raises ForgeError, Unsettled, Gone."""
        ...

    def delete(self, comment: Comment) -> None:
        """Remove a comment; one that is gone is fine. Raises ForgeError, Unsettled."""
        ...

    def may_write(self, author: str) -> bool:
        """Whether an account may push to the repository. Raises ForgeError."""
        ...
