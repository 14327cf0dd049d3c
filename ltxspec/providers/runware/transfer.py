"""One video on its way: what is held of it, and whether the next answer fits to that. Sends nothing.

What an answer says of ranges and lengths (RFC 9110, 13 and 14) is believed only where it agrees with what is held.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.apply.ports import Sink
from ltxspec.providers.runware.contents import is_zipped, message_in, strange_coding

_OTHER_MESSAGES = 3  # pages, pictures and texts in a video's place are rarely a "not ready yet", as JSON is
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_CONTENT_RANGE = re.compile(r"(?:bytes )?(?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)", re.ASCII)


class NotYet(Exception):
    """This attempt brought no complete video; another may."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class NotAVideo(Exception):
    """What is at the address is no video, and asking again will not change that; the text says what it is."""


@dataclass(slots=True)
class Transfer:
    """What is held, and what the server said of it that the next attempt has to know."""

    sink: Sink
    validator: str | None = None  # a strong ETag or Last-Modified: resume only if the file is still the same
    total: int | None = None  # its whole length, when the server said it
    zipped: bool | None = None  # whether the server packs it; None until its first bytes were seen
    messages: int = 0  # answers that held a message in place of the video

    def wanted(self) -> dict[str, str]:
        """Headers that ask for the rest, of the same version of the file where its version is known."""
        if not self.sink.size or self.zipped:
            return {}
        headers = {"Range": f"bytes={self.sink.size}-"}
        return {**headers, "If-Range": self.validator} if self.validator else headers

    def begin(self, headers: Mapping[str, str], head: bytes) -> None:
        """Make ready for a whole file that begins with `head`; what is held is replaced.

        Raises:
            NotYet: it is a message in place of a video, as services send while the video is not ready.
            NoVideo: the same again and again, or an encoding that cannot be undone.
        """
        message = message_in(head)
        if message is not None:
            self.messages += 1
            if message != "JSON" and self.messages >= _OTHER_MESSAGES:
                raise NotAVideo(f"holds {message}, not a video")
            raise NotYet(f"it is {message}, not a video")
        self.zipped = is_zipped(head)
        coding = None if self.zipped else strange_coding(headers.get("Content-Encoding", ""), head)
        if coding is not None:
            raise NotAVideo(f"sends an encoding that was not asked for (`{coding}`)")
        if self.sink.size:
            self.sink.restart()  # the server cannot resume, or the file has changed
        self.total = None if self.zipped else content_length(headers)
        self.validator = _validator(headers)

    def go_on(self, headers: Mapping[str, str]) -> None:
        """Make ready for a part of the file. Raises NotYet when it does not fit what is held."""
        part = ContentRange.of(headers)
        if part is None or part.start is None or part.start != self.sink.size:
            raise self.discard("the server sent another part than asked for")
        if None not in {self.total, part.total} and part.total != self.total:
            raise self.discard("the file has changed")
        if self.zipped is None and strange_coding(headers.get("Content-Encoding", ""), b""):
            raise self.discard("a part may be packed, and cannot be told from one that is not")
        self.total = part.total or self.total or part.end
        self.validator = _validator(headers)

    def range_refused(self, headers: Mapping[str, str]) -> None:
        """416: all there is has arrived; or it is something else than the server has, and NotYet is raised."""
        part = ContentRange.of(headers)
        if part is None or part.total != self.sink.size:
            raise self.discard("the server has another file than the one begun")

    def end(self) -> None:
        """Compare what is held with what was announced. Raises NotYet."""
        held = self.sink.size
        if held == 0 or (self.total is not None and held < self.total):
            raise NotYet(f"it ended after {held} of {self.total or 'unknown'} bytes")
        if self.total is not None and held > self.total:
            raise self.discard("it was longer than announced")

    def discard(self, reason: str) -> NotYet:
        """What is held is of no use: begin again."""
        self.sink.restart()
        self.validator = self.total = None
        return NotYet(reason)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """The header `Content-Range`; what it does not say is None."""

    start: int | None
    end: int | None  # where the part ends: its last byte and one
    total: int | None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "ContentRange | None":
        """Read it. One that cannot be (its end before its start, or beyond the whole) is as good as none."""
        match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        if match is None:
            return None
        start, last, total = (int(number) if number else None for number in match.groups())
        if start is None or last is None:
            return cls(None, None, total)
        possible = start <= last and (total is None or last < total)
        return cls(start, last + 1, total) if possible else None


def content_length(headers: Mapping[str, str]) -> int | None:
    """The header `Content-Length`; None for none and for nonsense."""
    length = headers.get("Content-Length", "")
    return int(length) if _LENGTH.fullmatch(length) else None


def _validator(headers: Mapping[str, str]) -> str | None:
    """What `If-Range` may name: a strong ETag, else the date (RFC 9110, 13.1.5)."""
    etag = headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("Last-Modified")
