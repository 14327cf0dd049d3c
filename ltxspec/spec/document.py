"""Reads YAML text into plain values with their places.

YAML 1.2 core schema, one document per file, no tags, no duplicate keys, bounded depth and aliases; `<<` merges as in
YAML 1.1. JSON is YAML, so a spec may be written in JSON.
"""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.conflicts import CONFLICT, CONFLICT_HINT, conflict_in
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.spec.building import NodeTree

MAX_CHARACTERS = 100_000_000
SPEC_NEEDS = "a spec begins with `apiVersion: ltxspec/v1`, `kind: RenderSpec`, `metadata: {name: …}` and `shots:`"

_EXCERPT_WIDTH = 240  # a longer line is truncated, or not shown if the column is beyond
_EXOTIC_BREAKS = {"\x85": "U+0085", "\u2028": "U+2028", "\u2029": "U+2029"}  # line breaks in YAML 1.1, not in 1.2
_BREAK = re.compile(r"\r\n|\r|\n")
_BLOCK = re.compile(r"(?:&\S+\s+)?[|>]")


@dataclass(frozen=True, slots=True)
class SourceText:
    """A text and the file name shown to users."""

    file: str
    text: str


class Lines:
    """The lines of a source, computed on first use."""

    __slots__ = ("_starts", "source")

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self._starts: Sequence[int] = ()

    def number(self, index: int) -> int:
        """The line, from 1, of the character at `index` (from 0)."""
        if not self._starts:
            self._starts = _line_starts(self.source.text)
        return bisect_right(self._starts, index)

    def locate(self, index: int) -> Location:
        """The location of the character at `index`, with an excerpt of its line."""
        number, text = self.number(index), self.source.text
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(text)
        column = min(index, end) - start + 1
        excerpt = text[start : min(end, start + _EXCERPT_WIDTH)].rstrip("\r\n")
        if end - start > _EXCERPT_WIDTH:
            excerpt = f"{excerpt}…" if column <= _EXCERPT_WIDTH else ""
        return Location(self.source.file, number, column, excerpt if excerpt.isprintable() else _printable(excerpt))

    def positions(self, indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(line, column) of many characters, without excerpts; counted incrementally if they are in order."""
        text, counted, line, start = self.source.text, 0, 1, 0
        ordered = "\r" not in text
        for index in indexes:
            if not ordered or index < counted:
                where = self.locate(index)
                yield where.line, where.column
                continue
            breaks = text.count("\n", counted, index)
            if breaks:
                line += breaks
                start = text.rfind("\n", counted, index) + 1
            counted = index
            yield line, index - start + 1

    def locate_line(self, number: int) -> Location:
        """The location of the start of a line, counted from 1."""
        self.number(0)
        return self.locate(self._starts[min(number, len(self._starts)) - 1])


class Document:
    """The content of a file, with the place of every key and value."""

    __slots__ = ("_lines", "_orders", "_tree")

    def __init__(self, lines: Lines, tree: "NodeTree") -> None:
        self._lines = lines
        self._tree = tree
        self._orders: dict[int, dict[str, int]] = {}  # id of a mapping -> key -> its number; computed on first use

    @property
    def source(self) -> SourceText:
        """The text and the name of its file."""
        return self._lines.source

    @property
    def root(self) -> Json:
        """The value of the whole document."""
        return self._tree.root

    def locate(self, path: Sequence[str | int], *, value: bool = False) -> Location:
        """The location of the key (or the value) at `path`, or of its nearest existing ancestor.

        A list item has no key, so both mean the item. Values from an alias or `<<` are located where they were written.
        """
        return self._lines.locate(self._find(path, value=value))

    def key_positions(self, path: Sequence[str]) -> dict[str, tuple[int, int]]:
        """(line, column), from 1, of every key of the mapping at `path`; cheaper than locating each."""
        mapping: Json = self._tree.root
        for step in path:
            mapping = mapping[step]
        indexes = self._tree.places[id(mapping)][1::2]
        return dict(zip(mapping, self._lines.positions(indexes), strict=True))

    def block_text_line(self, path: Sequence[str | int]) -> int:
        """The line, from 1, on which the text at `path` begins: in a `|` or `>` block, after its header."""
        place = self._find(path, value=True)
        is_block = _BLOCK.match(self.source.text, place) is not None
        return self._lines.number(place) + is_block

    def locate_index(self, index: int) -> Location:
        """The location of the character at `index`."""
        return self._lines.locate(index)

    def texts(self) -> Iterator[tuple[int, tuple[str | int, ...], str]]:
        """(index, path, text) of every value that is text; what an alias names again counts where it is first used."""
        waiting: list[tuple[tuple[str | int, ...], Json]] = [((), self._tree.root)]
        seen: set[int] = set()
        while waiting:
            path, node = waiting.pop()
            if not isinstance(node, dict | list) or id(node) in seen:
                continue
            seen.add(id(node))
            places = self._tree.places[id(node)][slice(2, None, 2) if isinstance(node, dict) else slice(1, None)]
            pairs = node.items() if isinstance(node, dict) else enumerate(node)
            for (step, value), place in zip(pairs, places, strict=True):
                if isinstance(value, str):
                    yield place, (*path, step), value
                else:
                    waiting.append(((*path, step), value))

    def _find(self, path: Sequence[str | int], *, value: bool) -> int:
        node, place = self._tree.root, self._tree.root_place
        last = len(path) - 1
        for depth, step in enumerate(path):
            ordinal = self._ordinal(node, step)
            if ordinal is None:
                return place
            places = self._tree.places[id(node)]
            if isinstance(node, dict):
                place = places[2 * ordinal + (2 if value and depth == last else 1)]
            else:
                place = places[ordinal + 1]
            node = node[step]
        return place

    def _ordinal(self, node: Json, step: str | int) -> int | None:
        """The number, in the order written, of a key or index; None if it does not exist."""
        if isinstance(node, dict):
            order = self._orders.get(id(node))
            if order is None:
                order = self._orders[id(node)] = {key: number for number, key in enumerate(node)}
            return order.get(step) if isinstance(step, str) else None
        if isinstance(node, list) and isinstance(step, int) and 0 <= step < len(node):
            return step
        return None


def read_document(text: str, file: str, *, needs: str = SPEC_NEEDS) -> Document:
    """Read the YAML (or JSON) text of `file`.

    Args:
        text: the whole file; a byte order mark is dropped.
        file: the path shown to users.
        needs: the hint for an empty file.

    Raises:
        Invalid: with one diagnostic, at the first thing that cannot be read.
    """
    lines = Lines(SourceText(file, text.removeprefix("\ufeff")))
    _refuse_unreadable(lines)
    return Document(lines, _read_tree(lines, needs))


def _read_tree(lines: Lines, needs: str) -> "NodeTree":
    """Read YAML with the place of every value; unaccepted YAML raises Invalid with the reason."""
    import yaml

    from ltxspec.spec.building import NotAccepted, build
    from ltxspec.spec.surrogates import Rewritten

    source = Rewritten(lines.source.text)
    while True:
        try:
            tree = build(source.text)
        except NotAccepted as refused:
            again = "" if refused.first is None else f", first at {lines.locate(source.before(refused.first))}"
            problem = Diagnostic("error", refused.code, refused.message + again, hint=refused.hint)
            raise _invalid(lines, problem, source.before(refused.place)) from None
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            from ltxspec.spec.syntax import explain, odd_escape

            if (start := odd_escape(error)) is not None and source.mend(start):
                continue
            found = explain(error, source.text)
            problem = Diagnostic("error", "yaml", found.message, hint=found.hint)
            raise _invalid(lines, problem, source.before(found.place)) from None
        break
    if tree.empty:
        raise _invalid(lines, Diagnostic("error", "empty", "the file is empty", hint=needs), 0)
    return tree.moved(source.before) if source.text is not lines.source.text else tree


def _refuse_unreadable(lines: Lines) -> None:
    text = lines.source.text
    if len(text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS // 1_000_000} million characters"
        raise _invalid(lines, Diagnostic("error", "too-large", message, hint="split it into several"), 0)
    if (conflict := conflict_in(text)) is not None:
        raise _invalid(lines, Diagnostic("error", "yaml", f"this file has {CONFLICT}", hint=CONFLICT_HINT), conflict)
    if text.isascii():
        return
    for character, name in _EXOTIC_BREAKS.items():
        place = text.find(character)
        if place >= 0:
            message = f"the invisible line break {name} is not allowed"
            raise _invalid(lines, Diagnostic("error", "yaml", message, hint="replace it by an ordinary one"), place)


def _invalid(lines: Lines, problem: Diagnostic, index: int) -> Invalid:
    return Invalid([replace(problem, where=lines.locate(index))])


def _printable(excerpt: str) -> str:
    """The excerpt with unprintable characters replaced; its width is unchanged."""
    return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in excerpt)


def _line_starts(text: str) -> Sequence[int]:
    """The index at which each line begins."""
    if "\r" in text:
        return array("q", (0, *(found.end() for found in _BREAK.finditer(text))))
    lengths = (len(line) + 1 for line in text.split("\n")[:-1])
    return array("q", accumulate(lengths, initial=0))
