"""The journal as bytes: one event per line, each with a checksum, so that a line cut off by a crash is recognized.

A line has the form `{"check":"<16 hex digits>","entry":{…}}`; the check is the start of the SHA-256 of the bytes of
`entry`. An event counts once its line, including the newline, is on disk: nothing is ordered before that. Anything a
crash leaves after the last good line was therefore never acted upon and may be dropped. Other damage stops the run.
"""

import io
from collections.abc import Iterable, Iterator
from typing import Any, cast

import orjson

from ltxspec.canonical import sha256_hex
from ltxspec.errors import Location, LockfileError, LockfileTooNew
from ltxspec.formats import FormatError, read, to_json
from ltxspec.lock.journal import Event
from ltxspec.values import Json

_CHECK_DIGITS = 16
_HEAD, _MIDDLE, _TAIL = b'{"check":"', b'","entry":', b"}"
_ENTRY_START = len(_HEAD) + _CHECK_DIGITS + len(_MIDDLE)


def encode_event(event: Event) -> bytes:
    """Encode an event as one line with its newline. Keys keep their order, so a repeated order has the same bytes.

    Raises:
        ValueError: the order holds a value that JSON cannot represent.
    """
    try:
        entry = orjson.dumps(to_json(event))
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error
    return _HEAD + _check(entry) + _MIDDLE + entry + _TAIL + b"\n"


def decode_events(data: bytes, name: str) -> list[Event]:
    """Read a journal; an incomplete last line is ignored.

    Raises:
        LockfileTooNew: a later ltxspec wrote an event with a kind or field unknown to this one.
        LockfileError: a line before the last, or a complete last line, is damaged.
    """
    return list(events_in(io.BytesIO(data[: intact_length(data)]), name))


def events_in(lines: Iterable[bytes], name: str) -> Iterator[Event]:
    """The events of intact lines, each with its newline, one by one. Raises as `decode_events`."""
    for number, line in enumerate(lines, start=1):
        yield _decode_line(line.removesuffix(b"\n"), name, number)


def intact_length(data: bytes) -> int:
    """The number of bytes of a journal before its torn tail; appending must continue there.

    The tail is torn if it has no newline, or if the last line has NUL bytes: a block of the file that was not written
    before the machine went down (JSON text contains no NUL).
    """
    end = data.rfind(b"\n") + 1
    start = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return start if b"\0" in data[start:end] else end


def _check(entry: bytes) -> bytes:
    return sha256_hex(entry)[:_CHECK_DIGITS].encode("ascii")


def _decode_line(line: bytes, name: str, number: int) -> Event:
    where = Location(name, number, 1)
    entry = line[_ENTRY_START : -len(_TAIL)]
    if line != _HEAD + _check(entry) + _MIDDLE + entry + _TAIL:
        raise LockfileError(
            f"journal `{name}` is damaged at line {number}",
            where=where,
            hint="move the file away and run `ltxspec plan`: before anything is ordered again, "
            "the provider is asked whether it already has it",
        )
    try:
        return _decode_entry(orjson.loads(entry))
    except FormatError as error:
        # The checksum matches, so the line is intact and was written by a later ltxspec.
        raise LockfileTooNew(
            f"journal `{name}` holds an event at line {number} that this ltxspec does not know: {error}",
            where=where,
            hint="upgrade ltxspec",
        ) from None


def _decode_entry(entry: Json) -> Event:
    event: Event = read(entry, cast("Any", Event))
    return event
