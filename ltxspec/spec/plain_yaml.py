"""A quick reader for the plainest YAML, in which large specs are written: `key: value` lines, nested by indentation.

It knows mappings, words, quoted texts without escapes, `>` and `|` blocks, comment lines, and values in braces on one
line, which it hands to `building`. Meeting anything else, or the least doubt, it gives up, and `building` reads the
whole text: this is never what decides whether a file is good, and what it does read must be what `building` reads.
It keeps only the places of keys on the second level (the names of shots); who needs another asks `building` too.
"""

import re
from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ltxspec.spec.scalars import NUMBER_STARTS, WORDS, NotANumber, read_number
from ltxspec.values import Json

_MAX_DEPTH: Final = 16
_MAX_BRACES: Final = 500  # different values in braces; with more, reading them one by one is no gain
_MAX_REMEMBERED: Final = 80  # characters of a value worth remembering

_Match = Callable[[str, int], re.Match[str] | None]

_SPACES = re.compile(" *").match
_LINE = re.compile(r"( *)([A-Za-z0-9_][A-Za-z0-9_.-]{0,200}):(?: ([^\n]+))?\n").match  # libyaml: below 1024
_GAP = re.compile(r"(?:( *)#([^\n]*))?\n").match
# No indicator at the start, no `: ` and no `#` anywhere (a comment), no space at the end.
_WORD = re.compile(r"-?[\w./~+](?:[^\n:#]|:(?=[^\s:]))*(?<! )").fullmatch
_QUOTED = re.compile(r"\"([^\"\\]*)\"\n|'([^']*)'\n").match
_ANCHOR = re.compile("[&*]").search  # what aliases add is counted over the whole file
_HEADERS: Final = {">": (" ", "\n"), ">-": (" ", ""), "|": ("\n", "\n"), "|-": ("\n", "")}  # what joins, what ends


class _GiveUp(Exception):
    """The text is not plain enough."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What a plain text says. `starts` has, for each key of the root, where the keys of its mapping begin."""

    root: dict[str, Json]
    starts: Mapping[str, "array[int]"]


def read_plainly(text: str) -> Plain | None:
    """Read a text, or give up: None says nothing about it."""
    try:
        found = _Reader(text).read()
    except _GiveUp:
        return None
    return found if found.root else None


class _Reader:
    """The state of one pass: where it is, the mapping being filled, and those around it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 4 if text.startswith("---\n") else 0
        self.known: dict[str, Json] = dict(WORDS)  # values as written -> what they mean
        self.braces = 0
        self.indent = 0
        self.filled: dict[str, Json] = {}
        self.around: list[tuple[int, dict[str, Json]]] = []  # (indentation, mapping), the root first
        self.open: str | None = None  # a key without a value yet: of a mapping if deeper lines follow, or of nothing
        self.starts: dict[str, array[int]] = {}
        self.names: array[int] | None = None  # of `starts`, that of the mapping being filled

    def read(self) -> Plain:
        """Read all lines. Large files spend their time in this loop: ordinary lines never leave it."""
        text, known, root, end = self.text, self.known, self.filled, len(self.text)
        place, indent, filled = self.place, self.indent, self.filled
        while place < end:
            line = _LINE(text, place)
            if line is None:
                place = self.behind_gap(place)
                continue
            spaces, key, value = line.groups()
            if len(spaces) != indent:
                self.turn(len(spaces))
                indent, filled = self.indent, self.filled
            if key in filled:
                raise _GiveUp
            if self.names is not None:
                self.names.append(line.start(2))
            place = line.end()
            if value is None:
                self.open, filled[key] = key, None
                continue
            self.open = None
            if value in known:
                filled[key] = known[value]
            else:
                self.place = place
                filled[key] = self.value(value)
                place = self.place
        return Plain(root, self.starts)

    def behind_gap(self, place: int) -> int:
        """Where an empty line or a comment ends. A deeper `#` may belong to the block above it."""
        gap = _GAP(self.text, place)
        if gap is None or (len(gap[1] or "") > self.indent and self.open is None):
            raise _GiveUp
        if not (gap[2] or "").isprintable():
            raise _GiveUp
        return gap.end()

    def turn(self, indent: int) -> None:
        """Go into the mapping of the open key, or back to one around this."""
        if indent > self.indent:
            if self.open is None or len(self.around) == _MAX_DEPTH:
                raise _GiveUp
            if not self.around:
                self.starts[self.open] = array("q")
            inner: dict[str, Json] = {}
            self.filled[self.open] = inner
            self.around.append((self.indent, self.filled))
            self.indent, self.filled = indent, inner
        while indent < self.indent:
            self.indent, self.filled = self.around.pop()
        if indent != self.indent:
            raise _GiveUp
        self.names = self.starts[next(reversed(self.around[0][1]))] if len(self.around) == 1 else None

    def value(self, written: str) -> Json:
        """What stands behind a colon and a space, or begins there."""
        if written in _HEADERS:
            return self.block(*_HEADERS[written])
        if not written.isprintable():
            raise _GiveUp
        behind = self.place
        if written[0] in "{[":
            value = self.in_braces(written)
        elif written[0] in "\"'":
            value = self.quoted(behind - len(written) - 1)
        else:
            value = self.word(written)
        if self.place == behind and len(written) <= _MAX_REMEMBERED:
            self.known[written] = value
        return value

    def quoted(self, begin: int) -> str:
        """Text in quotes, on one line or folded."""
        found = _QUOTED(self.text, begin)
        if found is None:
            raise _GiveUp
        self.place = found.end()
        first, *more = (found[1] or found[2] or "").split("\n")
        return self.folded(first, more) if more else first

    def word(self, written: str) -> Json:
        """A number, or text without quotes; deeper lines that follow belong to it."""
        if _WORD(written) is None:
            raise _GiveUp
        more = _lines_deeper(self.indent)(self.text, self.place)
        if more is None:
            return _number(written) if written[0] in NUMBER_STARTS else written
        self.place = more.end()
        return self.folded(written, more[0][:-1].split("\n"))

    def folded(self, first: str, more: list[str]) -> str:
        """Lines as one text: a line end, with the spaces behind it, is one space."""
        rest = [line.lstrip(" ") for line in more]
        deep = all(len(line) - len(piece) > self.indent for line, piece in zip(more, rest, strict=True))
        pieces = [first, *rest]
        if not deep or not all(piece and piece[-1] != " " and piece.isprintable() for piece in pieces):
            raise _GiveUp
        return " ".join(pieces)

    def block(self, joint: str, end: str) -> str:
        """The text below `>` or `|`: lines indented alike, without empty ones between."""
        text, begin = self.text, self.place
        spaces = len(_SPACES(text, begin)[0])  # type: ignore[index]  # no spaces match too
        lines = _lines_indented(spaces)(text, begin) if spaces > self.indent else None
        if lines is None:
            raise _GiveUp
        self.place = lines.end()
        value = text[begin + spaces : self.place - 1].replace("\n" + " " * spaces, joint)
        if not value.replace("\n", "").isprintable():
            raise _GiveUp
        return value + end

    def in_braces(self, written: str) -> Json:
        """A mapping or list on one line."""
        from yaml import YAMLError

        from ltxspec.spec.building import NotAccepted, build

        self.braces += 1
        if self.braces > _MAX_BRACES or _ANCHOR(written) or written.count("{") + written.count("[") > _MAX_DEPTH:
            raise _GiveUp
        try:
            return build(written).root
        except (NotAccepted, YAMLError) as error:
            raise _GiveUp from error


@cache
def _lines_indented(spaces: int) -> _Match:
    """Matches as many lines as there are with exactly so many spaces before the text."""
    return re.compile(rf"(?: {{{spaces}}}[^ \n][^\n]*\n)+").match


@cache
def _lines_deeper(spaces: int) -> _Match:
    """Matches as many lines as there are with more spaces before a text that cannot be anything but text."""
    return re.compile(rf"(?: {{{spaces + 1},}}[\w(][^\n:#]*\n)+").match


def _number(word: str) -> Json:
    try:
        return read_number(word)
    except NotANumber as error:
        raise _GiveUp from error
