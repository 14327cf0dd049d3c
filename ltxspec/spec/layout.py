"""The standard layout of a YAML text. Works on tokens, so that comments and texts are not lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ltxspec.errors import LtxspecError
from ltxspec.spec.document import read_document

STEP = 2  # columns by which a mapping or list is indented in its container
_COMMENT_GAP = 2  # blanks before a comment, at most
_HEADER = re.compile(r"[|>][-+]?([1-9])?")
_BLANK = " "


@dataclass(frozen=True, slots=True)
class _Block:
    """An open mapping or list in block style: its column as written, and in the standard layout."""

    is_list: bool
    column: int
    target: int
    indentless: bool = False  # a list whose dashes are in the column of its key


@dataclass(slots=True)
class _Layout:
    """The state of each line: its indentation, and the gaps to change inside it."""

    lines: list[str]
    indents: dict[int, int] = field(default_factory=dict)  # line -> column in the standard layout
    kept: set[int] = field(default_factory=set)  # lines inside a text or brackets: their content is unchanged
    gaps: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)  # line -> (start, end, replacement)
    ends: dict[int, int] = field(default_factory=dict)  # line -> end of its last token
    levels: dict[int, list[_Block]] = field(default_factory=dict)  # line -> blocks open at its start
    stack: list[_Block] = field(default_factory=list)
    brackets: int = 0
    after: tuple[int, int] | None = None  # end of a dash or colon that is followed by one blank

    def text(self) -> str:
        """The whole text in the standard layout, with one final newline."""
        self._place_comments()
        lines = list(self._moved())
        while lines and not lines[-1]:
            lines.pop()
        return "\n".join(lines) + "\n"

    def _moved(self) -> Iterator[str]:
        for number, line in enumerate(self.lines):
            if number not in self.kept:
                line = self._respaced(number, line).rstrip()  # noqa: PLW2901  # the same line, respaced
            indent = self.indents.get(number)
            yield line if indent is None or not line.strip() else _BLANK * indent + line.lstrip(_BLANK)

    def _respaced(self, number: int, line: str) -> str:
        end = self.ends.get(number)
        if end is not None and (comment := line[end:].lstrip()).startswith("#"):
            gap = min(len(line) - len(comment) - end, _COMMENT_GAP)
            line = line[:end] + _BLANK * gap + comment
        for start, stop, instead in sorted(self.gaps.get(number, ()), reverse=True):
            line = line[:start] + instead + line[stop:]
        return line

    def _place_comments(self) -> None:
        """Indent comment lines like the line below, or like the block in whose column they are."""
        below: tuple[int, int] | None = None  # (column, target) of the next line with a token
        levels: list[_Block] = []
        for number in range(len(self.lines) - 1, -1, -1):
            line = self.lines[number]
            column = len(line) - len(line.lstrip(_BLANK))
            if number in self.levels:
                levels = self.levels[number]
            if number in self.ends or number in self.kept:
                below = (column, self.indents.get(number, column)) if number not in self.kept else below
            elif line.lstrip().startswith("#"):
                self.indents[number] = _target(column, below, self._open_before(number) or levels)

    def _open_before(self, number: int) -> list[_Block]:
        """The blocks open on the last line with a token above a line."""
        return next((self.levels[line] for line in range(number - 1, -1, -1) if line in self.levels), [])


def _target(column: int, below: tuple[int, int] | None, levels: list[_Block]) -> int:
    if below is not None and below[0] == column:
        return below[1]
    fitting = [block.target for block in levels if block.column <= column]
    return fitting[-1] if fitting else 0


def house_layout(text: str) -> str:
    """The text with two columns per level, one blank after `:` and `-`, at most two before comments, none trailing.

    The content of brackets and the lines of texts are kept; a text in block style is moved as a whole.
    """
    import yaml

    layout = _Layout(text.split("\n"))
    for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        _take(token, layout)
    return layout.text()


def _take(token: Any, layout: _Layout) -> None:
    """Process one token."""
    name = type(token).__name__.removesuffix("Token")
    line, column = token.start_mark.line, token.start_mark.column
    if name == "BlockEnd":
        _close(layout)
        return
    if name in ("StreamStart", "StreamEnd", "DocumentEnd"):
        return
    if name in ("BlockMappingStart", "BlockSequenceStart"):
        _open(layout, column, is_list=name == "BlockSequenceStart")
        return
    if not layout.brackets:
        _stand(name, line, column, layout)
    layout.brackets += name in ("FlowMappingStart", "FlowSequenceStart")
    layout.brackets -= name in ("FlowMappingEnd", "FlowSequenceEnd")
    end = token.end_mark
    if name == "Scalar" and token.style in ("|", ">"):
        _move_text(token, layout)
        layout.ends[line] = column + len(_header(layout.lines[line], column)[0])
    else:
        _keep_inside(name, line, end.line, layout)
        layout.ends[end.line] = max(layout.ends.get(end.line, 0), end.column)
    layout.after = (end.line, end.column) if name in ("Value", "BlockEntry") and not layout.brackets else None


def _open(layout: _Layout, column: int, *, is_list: bool, indentless: bool = False) -> None:
    target = layout.stack[-1].target + STEP if layout.stack else 0
    layout.stack.append(_Block(is_list, column, target, indentless))


def _close(layout: _Layout) -> None:
    if layout.stack and layout.stack[-1].indentless:
        layout.stack.pop()
    if layout.stack:
        layout.stack.pop()


def _stand(name: str, line: int, column: int, layout: _Layout) -> None:
    """Set the place of a token in block style: at the start of its line, or one blank after a dash or colon."""
    top = layout.stack[-1] if layout.stack else None
    if name == "BlockEntry" and top is not None and not top.is_list:
        _open(layout, column, is_list=True, indentless=True)
    elif name == "Key" and top is not None and top.indentless:
        layout.stack.pop()
    if layout.after is not None and layout.after[0] == line:
        layout.gaps.setdefault(line, []).append((layout.after[1], column, _BLANK))
    if line in layout.indents or layout.lines[line][:column].strip():
        return
    layout.levels[line] = list(layout.stack)
    if layout.stack:
        inside = 0 if name in ("Key", "Value", "BlockEntry") else STEP  # a `:` is on its own line after a `?`
        layout.indents[line] = layout.stack[-1].target + inside


def _keep_inside(name: str, line: int, end: int, layout: _Layout) -> None:
    """Shift lines in brackets, and later lines of a quoted or plain text, along with their block."""
    first = line if layout.brackets and name not in ("FlowMappingStart", "FlowSequenceStart") else line + 1
    shift = layout.stack[-1].target - layout.stack[-1].column if layout.stack else 0
    for number in range(first, end + 1):
        if number in layout.indents or (number == line and layout.lines[line][:1].strip()):
            continue
        text = layout.lines[number]
        layout.indents[number] = max(len(text) - len(text.lstrip(_BLANK)) + shift, 0)
        if name == "Scalar":
            layout.kept.add(number)


def _header(line: str, column: int) -> tuple[str, int | None]:
    found = _HEADER.match(line, column)
    text = found.group() if found else line[column : column + 1]
    return text, int(found[1]) if found and found[1] else None


def _move_text(token: Any, layout: _Layout) -> None:
    """Move the lines of a text in block style; blanks beyond their indentation are part of the text."""
    first, last = token.start_mark.line + 1, token.end_mark.line
    top = layout.stack[-1] if layout.stack else _Block(is_list=False, column=-STEP, target=-STEP)
    lines = range(first, last + (token.end_mark.column > 0))
    digits = _header(layout.lines[first - 1], token.start_mark.column)[1]
    written = [len(layout.lines[n]) - len(layout.lines[n].lstrip(_BLANK)) for n in lines if layout.lines[n].strip()]
    if not written:
        return
    base = top.column + digits if digits is not None else written[0]
    target = top.target + (digits or STEP)
    for number in lines:
        text = layout.lines[number]
        layout.kept.add(number)
        layout.ends.setdefault(number, len(text))
        layout.lines[number] = _BLANK * target + text[base:] if len(text) > base else ""


_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


class CannotFormat(LtxspecError):
    """Formatting would have changed the file's meaning; it is left unchanged."""

    code = "fmt"


def format_spec(text: str, name: str) -> str:
    """The same document in the standard layout: two-space indents, no trailing blanks, one final newline.

    Raises:
        Invalid: it is not YAML that ltxspec accepts.
        CannotFormat: the result would not be the same document.
    """
    before = read_document(text, name).root
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    formatted = house_layout(plain)
    if _comments(formatted) != _comments(plain) or read_document(formatted, name).root != before:
        raise CannotFormat(f"`{name}` cannot be formatted without changing what it says")
    return formatted


def _comments(text: str) -> list[str]:
    """Everything that looks like a comment, to check that none is lost."""
    return [found.strip() for found in _COMMENT.findall(text)]
