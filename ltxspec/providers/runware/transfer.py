"""The state of one download: what has been received, and whether the next answer fits it. Sends nothing.

Ranges and lengths in an answer (RFC 9110, 13 and 14) are trusted only where they agree with what has been received.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ltxspec.apply.ports import AnySink, Sink
from ltxspec.providers.runware.contents import is_zipped, message_in, strange_coding

_OTHER_MESSAGES = 3  # unlike JSON, pages, pictures and texts instead of a video rarely mean "not ready yet"
_LENGTH = re.compile(r"\d{1,18}", re.ASCII)
_CONTENT_RANGE = re.compile(r"(?:bytes )?(?:(\d{1,18})-(\d{1,18})|\*)/(?:(\d{1,18})|\*)", re.ASCII)


class NotYet(Exception):
    """This attempt did not complete the video; another one may."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class NotAVideo(Exception):
    """The address does not hold a video, and a retry will not change that; the text says what it holds."""


@dataclass(slots=True)
class Transfer:
    """What has been received, and what the server said about it that the next attempt needs."""

    sink: Sink
    validator: str | None = None  # a strong ETag or Last-Modified: resume only if the file is unchanged
    total: int | None = None  # the whole length, if the server announced it
    zipped: bool | None = None  # whether the server compresses it; None before the first bytes
    messages: int = 0  # answers that held a message instead of the video

    def wanted(self) -> dict[str, str]:
        """Headers that request the rest, of the same version of the file where its version is known."""
        if not self.sink.size or self.zipped:
            return {}
        headers = {"Range": f"bytes={self.sink.size}-"}
        return {**headers, "If-Range": self.validator} if self.validator else headers

    def begin(self, headers: Mapping[str, str], head: bytes) -> None:
        """Prepare for a whole file that begins with `head`; it replaces what was received before.

        Raises:
            NotYet: it is a message instead of a video, as services send while the video is not ready.
            NotAVideo: messages keep coming, or the encoding cannot be undone.
        """
        message = None if isinstance(self.sink, AnySink) else message_in(head)
        if message is not None:
            self.messages += 1
            if message != "JSON" and self.messages >= _OTHER_MESSAGES:
                raise NotAVideo(f"holds {message}, not a video")
            raise NotYet(f"it is {message}, not a video")
        self.zipped = is_zipped(head)
        coding = None if self.zipped else strange_coding(headers.get("Content-Encoding", ""), head)
        if coding is not None:
            raise NotAVideo(f"sends an encoding that was not requested (`{coding}`)")
        if self.sink.size:
            self.sink.restart()  # the server cannot resume, or the file has changed
        self.total = None if self.zipped else content_length(headers)
        self.validator = _validator(headers)

    def go_on(self, headers: Mapping[str, str]) -> None:
        """Prepare for a part of the file. Raises NotYet when it does not continue what was received."""
        part = ContentRange.of(headers)
        if part is None or part.start is None or part.start != self.sink.size:
            raise self.discard("the server sent a different part than requested")
        if None not in {self.total, part.total} and part.total != self.total:
            raise self.discard("the file has changed")
        if self.zipped is None and strange_coding(headers.get("Content-Encoding", ""), b""):
            raise self.discard("a part may be compressed, which cannot be detected")
        self.total = part.total or self.total or part.end
        self.validator = _validator(headers)

    def range_refused(self, headers: Mapping[str, str]) -> None:
        """Handle 416: everything has arrived; otherwise the server has a different file, and NotYet is raised."""
        part = ContentRange.of(headers)
        if part is None or part.total != self.sink.size:
            raise self.discard("the server's file differs from the one already begun")

    def end(self) -> None:
        """Compare what was received with what was announced. Raises NotYet."""
        held = self.sink.size
        if held == 0 or (self.total is not None and held < self.total):
            raise NotYet(f"it ended after {held} of {self.total or 'unknown'} bytes")
        if self.total is not None and held > self.total:
            raise self.discard("it was longer than announced")

    def discard(self, reason: str) -> NotYet:
        """Discard what was received and start over; returns the error to raise."""
        self.sink.restart()
        self.validator = self.total = None
        return NotYet(reason)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """The header `Content-Range`; values that it does not give are None."""

    start: int | None
    end: int | None  # end of the part: its last byte plus one
    total: int | None

    @classmethod
    def of(cls, headers: Mapping[str, str]) -> "ContentRange | None":
        """Parse it. An impossible one (its end before its start, or beyond the whole) counts as missing."""
        match = _CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        if match is None:
            return None
        start, last, total = (int(number) if number else None for number in match.groups())
        if start is None or last is None:
            return cls(None, None, total)
        possible = start <= last and (total is None or last < total)
        return cls(start, last + 1, total) if possible else None


def content_length(headers: Mapping[str, str]) -> int | None:
    """The header `Content-Length`; None if it is missing or invalid."""
    length = headers.get("Content-Length", "")
    return int(length) if _LENGTH.fullmatch(length) else None


def _validator(headers: Mapping[str, str]) -> str | None:
    """A value for `If-Range`: a strong ETag, else the date (RFC 9110, 13.1.5)."""
    etag = headers.get("ETag", "")
    if etag and not etag.startswith("W/"):
        return etag
    return headers.get("Last-Modified")
