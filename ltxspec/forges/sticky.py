"""Maintains our single comment on a change: created, updated, never duplicated, never reverted by an older run.

No forge supports "write only if unchanged", so concurrent runs must reach the same result in whatever order their
requests arrive. Each run reads again after it has written: our oldest comment stays and gets the newest text, and the
others are removed. A run whose commit is no longer the head stops. A write without a clear answer is never repeated
blindly: the comments are read first. If they do not show what was written, it is written once more, and no third time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ltxspec.forges.http import LONGEST_WAIT, ForgePace
from ltxspec.forges.marker import Marker
from ltxspec.forges.port import Comment, Forge, ForgeError, Gone, Unsettled

ROUNDS = 8  # maximum number of times the comments are read
_TRIES = 2  # of a write that the forge does not show
_UNSEEN = "the forge does not show yet what was written"
_UNKNOWN = "the forge does not show the comment as ours: the next run may write another one; check whose token it is"
_SETTLE = 1.0  # seconds after a write in which another run's request may still arrive
_FIRST_WAIT = 2.0  # seconds after an unclear write; doubled each time
_MOST_WAIT = 30.0  # seconds, if the forge gives no time


class PostOutcome(StrEnum):
    """How a posting ended."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"  # the head has moved, or a newer run has commented: nothing to do


@dataclass(frozen=True, slots=True)
class Posted:
    """The outcome, and the current comment (None when superseded)."""

    outcome: PostOutcome
    comment: Comment | None = None
    reason: str = ""


def post(forge: Forge, marker: Marker, text: str, pace: ForgePace | None = None) -> Posted:
    """Make `text` (Markdown, without a marker) the content of our comment.

    Raises:
        ForgeError: the forge refuses, or the comment is not in place after `ROUNDS` rounds.
    """
    return _Posting(forge, marker, f"{marker.line()}\n{text}", pace or ForgePace()).run()


def ours(comments: Sequence[Comment], marker: Marker) -> list[tuple[Comment, Marker]]:
    """Our comments with their markers, oldest first."""
    found = [(comment, Marker.read(comment.body)) for comment in comments if comment.by_us]
    return [(comment, mark) for comment, mark in found if mark is not None and mark.same_comment(marker)]


class _Unseen(Exception):
    """What was written does not appear, so it must not be written again."""


class _Posting:
    def __init__(self, forge: Forge, marker: Marker, body: str, pace: ForgePace) -> None:
        self._forge = forge
        self._marker = marker
        self._body = body
        self._pace = pace
        self._outcome = PostOutcome.UNCHANGED
        self._wait = _FIRST_WAIT
        self._trouble, self._cure = "", "run the command again later"
        self._doubted = False
        self._created: Comment | None = None
        self._creations = 0
        self._updates: dict[tuple[int, str], int] = {}  # (comment, its text before) -> how often it was updated
        self._unknown = False  # the forge shows our new comment as somebody else's

    def run(self) -> Posted:
        for _ in range(ROUNDS):
            head = self._forge.pull_request().head
            if head != self._marker.head:
                return Posted(PostOutcome.SUPERSEDED, reason=f"the head is now {head[:12]}")
            try:
                posted = self._round()
            except Unsettled as trouble:
                self._rest(trouble)
                continue
            except _Unseen:
                break
            except Gone:
                self._created = None
                continue
            if posted is not None:
                return posted
            self._pace.sleep(_SETTLE)
        tries = f"{_TRIES} attempts" if self._creations == _TRIES else f"{ROUNDS} rounds"
        raise ForgeError(f"the comment could not be settled after {tries}{self._trouble}", hint=self._cure)

    def _round(self) -> Posted | None:
        """One read, and at most one kind of write. None means: written, read again."""
        found = ours(self._listed(), self._marker)
        if not found:
            self._create()
            return None
        if self._in_doubt(found):
            return None
        newest = max((mark.run for _, mark in found if mark.head == self._marker.head), default=(0, 0))
        superseded = self._marker.run != (0, 0) and newest > self._marker.run
        wanted = self._text_of(found, newest) if superseded else self._body
        keeper, mark = found[0]
        if not _same(keeper.body, wanted):
            if (
                self._outcome is not PostOutcome.UNCHANGED
                and mark.run == self._marker.run
                and mark.head == self._marker.head
            ):
                return Posted(PostOutcome.SUPERSEDED, reason="another run with the same number has written the comment")
            return self._update(keeper, wanted)
        for comment, _ in found[1:]:
            self._created = None
            self._forge.delete(comment)
        if superseded:
            return Posted(PostOutcome.SUPERSEDED, reason="a newer run has written the comment")
        return Posted(self._outcome, keeper, _UNKNOWN if self._unknown else "")

    def _create(self) -> None:
        """Add the comment. Raises _Unseen when it was tried before, and no comment of ours has appeared."""
        if self._creations == _TRIES:
            raise _Unseen
        self._creations += 1
        self._outcome = PostOutcome.CREATED
        try:
            self._created = replace(self._forge.create(self._body), by_us=True)
        except Unsettled as trouble:
            self._creations -= trouble.unwritten
            raise

    def _update(self, keeper: Comment, wanted: str) -> Posted | None:
        """Replace the text; one that the forge goes on to show as before is replaced once more, and then believed."""
        self._outcome = PostOutcome.UPDATED if self._outcome is PostOutcome.UNCHANGED else self._outcome
        tries = self._updates.get((keeper.id, keeper.body), 0)
        if tries == _TRIES:
            return Posted(self._outcome, keeper, _UNSEEN)
        self._forge.update(keeper, wanted)
        self._updates[keeper.id, keeper.body] = tries + 1
        return None

    def _listed(self) -> Sequence[Comment]:
        """The comments, including one just created: the forge's list may lag, and no second one may be created."""
        listed = self._forge.comments()
        made = self._created
        if made is None:
            return listed
        shown = next((item for item in listed if item.id == made.id), None)
        if shown is None:
            return [*listed, made]
        self._unknown = not shown.by_us
        return [replace(item, by_us=True) if item.id == made.id else item for item in listed]

    def _in_doubt(self, found: Sequence[tuple[Comment, Marker]]) -> bool:
        """Whether a newer run used another head, so that the head we read may be stale; false on the second read."""
        newer = any(mark.run > self._marker.run and mark.head != self._marker.head for _, mark in found)
        if not newer or self._doubted or self._marker.run == (0, 0):
            return False
        self._doubted = True
        return True

    def _text_of(self, found: Sequence[tuple[Comment, Marker]], run: tuple[int, int]) -> str:
        """The text of a newer run, to be kept if its comment will be removed."""
        return next(item.body for item, mark in found if mark.run == run and mark.head == self._marker.head)

    def _rest(self, trouble: Unsettled) -> None:
        wait = self._wait if trouble.wait is None else trouble.wait
        if wait > LONGEST_WAIT:
            said = f"the forge asks to wait {wait:.0f} s ({trouble.reason})"
            raise ForgeError(said, hint="run the command again later")
        self._trouble, self._cure = f": {trouble.reason}", trouble.cure
        self._wait = min(2 * self._wait, _MOST_WAIT)
        self._pace.sleep(wait)


def _same(one: str, other: str) -> bool:
    """Whether two texts are equal except for the run and line endings, which forges may change."""
    return _plain(one) == _plain(other)


def _plain(body: str) -> tuple[str, str]:
    mark = Marker.read(body)
    rest = body.partition("\n")[2] if mark else body
    same_run = f"{mark.head} {mark.digest}" if mark else ""
    return same_run, rest.replace("\r\n", "\n").rstrip()
