"""Small damage to bytes: what a careless hand, a bad disk or a stranger would do to a file."""

import json
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

# What parsers stumble over, whatever they parse.
TOKENS = (
    b"", b"\0", b"\n", b"\r\n", b"\x1b[2J", b"\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", "\u202e".encode(), b"'",
    b'"', b"\\", b"{", b"}", b"[", b"]", b"[[", b"{{", b"}}", b"{%", b"%}", b"<!--", b"-->", b"```", b"> ",
    b"&a", b"*a", b"<<: ", b": ", b"- ", b"#", b"|", b",", b";", b"/", b"../", b"null", b"true", b"-0", b"0",
    b"-1", b"1e309", b"NaN", b"1e-400", b"9" * 30, b"9" * 5000, b"0x10", b"1_000", b"\\u0000", b"\\ud800",
    b"__class__", b"$ref", b"{}", b"[]", b'""',
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 0.5, -0.0, 1e300, 2**53, 2**63, 2**64, 10**40, float("nan"), float("inf"), "",
    "0", "1.0", "\0", "\ud800", "\u202e", "a" * 5000, "../x", "https://user:pw@example.com/?token=x", "{{ x }}",
    [], {}, [None], [[]], {"": None}, {"$ref": "#"}, {"type": "x"},
)  # fmt: skip
_LONGEST = 200_000  # bytes: larger inputs only take time


def mutated(source: random.Random, data: bytes, others: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """The data with one to eight changes.

    Args:
        source: of all chance.
        data: what is changed.
        others: inputs to take pieces from.
        words: the format's own words, used as often as the general ones.
    """
    if source.random() < 0.5 and (changed := _other_json(source, data)) is not None:
        return changed
    for _ in range(source.choice((1, 1, 1, 2, 2, 4, 8))):
        change = source.choice(_CHANGES)
        data = change(source, data, source.choice(others), source.choice(source.choice((TOKENS, words or TOKENS))))
    return data[:_LONGEST]


def _other_json(source: random.Random, data: bytes) -> bytes | None:
    """JSON, or one line of several that are, with other values in it; None for what is no JSON."""
    lines = data.split(b"\n") if data.count(b"\n{") else [data]
    number = source.randrange(len(lines))
    try:
        document = [json.loads(lines[number])]
    except (ValueError, RecursionError):
        return None
    for _ in range(source.choice((1, 1, 2, 4))):
        _change_within(source, document)
    lines[number] = json.dumps(document[0], separators=(",", ":")).encode()
    return b"\n".join(lines)


def _change_within(source: random.Random, document: list[Any]) -> None:
    """Walk down to some value, and change, drop or copy it."""
    holder: Any = document
    while True:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            return
        key = source.choice(keys)
        if not isinstance(holder[key], dict | list) or source.random() < 0.3:
            break
        holder = holder[key]
    change = source.randrange(4)
    if change == 0 and holder is not document:
        del holder[key]
    elif change == 1 and isinstance(holder, dict):
        holder[source.choice((*holder, "x", "", "é", "a/b"))] = deepcopy(holder[key])
    elif change == 1:
        holder.append(deepcopy(holder[key]))
    else:
        holder[key] = deepcopy(source.choice(VALUES))


def _place(source: random.Random, data: bytes) -> tuple[int, int]:
    """A stretch of the data, short ones more often than long ones."""
    start = source.randint(0, len(data))
    return start, min(len(data), start + int(source.expovariate(0.1)))


def _insert(source: random.Random, data: bytes, _other: bytes, token: bytes) -> bytes:
    start, _ = _place(source, data)
    return data[:start] + token + data[start:]


def _overwrite(source: random.Random, data: bytes, _other: bytes, token: bytes) -> bytes:
    start, end = _place(source, data)
    return data[:start] + token + data[end:]


def _delete(source: random.Random, data: bytes, _other: bytes, _token: bytes) -> bytes:
    start, end = _place(source, data)
    return data[:start] + data[end:]


def _repeat(source: random.Random, data: bytes, _other: bytes, _token: bytes) -> bytes:
    start, end = _place(source, data)
    return data[:end] + data[start:end] * source.choice((1, 2, 50)) + data[end:]


def _flip(source: random.Random, data: bytes, _other: bytes, _token: bytes) -> bytes:
    if not data:
        return data
    place = source.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << source.randrange(8))]) + data[place + 1 :]


def _cut(source: random.Random, data: bytes, _other: bytes, _token: bytes) -> bytes:
    return data[: source.randint(0, len(data))]


def _splice(source: random.Random, data: bytes, other: bytes, _token: bytes) -> bytes:
    return data[: source.randint(0, len(data))] + other[source.randint(0, len(other)) :]


def _value(source: random.Random, data: bytes, _other: bytes, token: bytes) -> bytes:
    """Another value where one stands: between `:` or `=` and the end of it."""
    starts = [index + 1 for index, byte in enumerate(data) if byte in b":="]
    if not starts:
        return token + data
    start = source.choice(starts)
    end = next((index for index in range(start, len(data)) if data[index] in b",}\n"), len(data))
    return data[:start] + b" " + token + data[end:]


_CHANGES: tuple[Callable[[random.Random, bytes, bytes, bytes], bytes], ...] = (
    _insert, _overwrite, _delete, _repeat, _flip, _cut, _splice, _value, _value, _value,
)  # fmt: skip
