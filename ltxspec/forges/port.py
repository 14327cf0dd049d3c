"""The interface of a forge for the rest of ltxspec: a change with a head commit, and its comments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ltxspec.errors import LtxspecError


class ForgeError(LtxspecError):
    """The forge refused or did not answer; nothing was spent, and the next run posts again."""

    code = "forge"


class Denied(ForgeError):
    """The token lacks the permission."""


class Unsettled(Exception):
    """A write got no clear answer, or was temporarily rejected: read the comments again before the next attempt.

    Args:
        reason: what happened, without secrets.
        wait: seconds to wait as requested by the forge; None if it gave none.
        cure: a hint for the user.
        unwritten: the forge says that it did nothing, as when it limits the rate of requests.
    """

    def __init__(
        self,
        reason: str,
        wait: float | None = None,
        cure: str = "run the command again later",
        *,
        unwritten: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait
        self.cure = cure
        self.unwritten = unwritten


class Gone(Exception):
    """The object to be changed or removed no longer exists: someone else removed it."""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A change under review, in its current state at the forge."""

    number: int
    head: str  # commit id
    branch: str  # the head's branch
    base: str  # the target branch
    is_open: bool
    from_fork: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment in its current state. `by_us`: our token's account wrote it; ids increase with time."""

    id: int
    body: str
    by_us: bool
    author: str = ""
    url: str = ""
    updated_at: str = ""  # RFC 3339


class Forge(Protocol):
    """One change at a forge. Reads are retried internally; writes are sent once and report their outcome."""

    def pull_request(self) -> PullRequest:
        """The current state of the change. Raises ForgeError."""
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
        """Remove a comment; it may already be gone. Raises ForgeError, Unsettled."""
        ...

    def may_write(self, author: str) -> bool:
        """Whether an account may push to the repository. Raises ForgeError."""
        ...
