"""Reads tables as spreadsheets write them: the separator, quotes, and rows and columns that are empty.

Spaces around a cell are dropped, those inside quotes are kept. Names of columns never have spaces around them. Earlier
versions kept all spaces, so such cells are also given as written: see `Rendering.earlier`.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.document import Lines
from ltxspec.suggest import shown

DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_SEP: Final = re.compile(r'[ ]*("?)sep=([^\r\n]?)\1[ ]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
_END: Final = re.compile(r"\r\n|\r|\n")
_QUOTES: Final = 'a quoted cell begins and ends with `"`; inside it write `""`'


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a file: the line and the index that it begins on, its cells, and these with the spaces around them."""

    line: int
    place: int
    cells: Sequence[str]
    spaced: Sequence[str]

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing but spaces in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a file that are not empty, without the columns that are: by name.

    `spaced` holds, for each row, the cells written with spaces around them, as written; `locate` finds a row by its
    position from 0, or the cell of a column in it.
    """

    rows: Sequence[Mapping[str, str]]
    spaced: Sequence[Mapping[str, str]]
    locate: Callable[[int, str | None], Location]


def read_grid(lines: Lines, delimiter: str | None = None) -> Grid:
    """Read a table.

    Args:
        lines: the file; any of the three line ends.
        delimiter: what separates the cells; None: as the file's `sep=` line says, or as its rows show.

    Raises:
        Invalid: with all problems of the file.
    """
    text, start, given = lines.source.text, 0, delimiter
    if (found := _SEP.match(text)) is not None:
        start, given = found.end(), delimiter or _named(found[2], lines)
    reading = _Reading(given, _records(lines, start, given)) if given else _guessed(lines, start)
    if not reading.records:
        hint = "begin with a line of column names"
        raise Invalid([Diagnostic("error", "empty", "the file is empty", lines.locate_line(1), hint)])
    problems = _header_problems(reading, lines) or _row_problems(reading, lines)
    if problems:
        raise Invalid(problems)
    kept = [(column, name) for column, name in enumerate(reading.names) if name]
    rows = [{name: record.cells[column] for column, name in kept} for record in reading.body]
    spaced = [
        {name: record.spaced[column] for column, name in kept if record.spaced[column] != record.cells[column]}
        for record in reading.body
    ]
    numbers = {name: column for column, name in kept}

    def locate(row: int, column: str | None) -> Location:
        record = reading.body[row]
        if column not in numbers:
            return lines.locate_line(record.line)
        return lines.locate(_place(text, record, numbers[column], reading.delimiter))

    return Grid(rows, spaced, locate)


def _place(text: str, record: Record, column: int, delimiter: str) -> int:
    """The index at which a cell of a record begins, after spaces."""
    place, cell = record.place, _cell(delimiter)
    for _ in range(column):
        found = cell.match(text, place)
        place = found.end() + 1 if found else place
    found = cell.match(text, place)
    written = found[0] if found else ""
    return place + len(written) - len(written.lstrip())


@dataclass(frozen=True, slots=True)
class _Reading:
    """The records of a file, as separated by one character."""

    delimiter: str
    records: Sequence[Record]

    @property
    def names(self) -> list[str]:
        return [name.strip() for name in self.records[0].cells]

    @property
    def body(self) -> Sequence[Record]:
        return self.records[1:]


def _named(separator: str, lines: Lines) -> str:
    if separator in DELIMITERS:
        return separator
    message = f"the `sep=` line names {shown(separator)}" if separator else "the `sep=` line names nothing"
    hint = "cells are separated by a comma, a semicolon or a tab"
    raise Invalid([Diagnostic("error", "csv", message, lines.locate_line(1), hint)])


def _guessed(lines: Lines, start: int) -> _Reading:
    """The records, separated by what separates the names of the columns.

    If several separators occur there, it is the one by which every row has a cell for each column.
    """
    likely = [delimiter for delimiter in DELIMITERS if _columns(lines, start, delimiter) > 1] or [","]
    if len(likely) == 1:
        return _Reading(likely[0], _records(lines, start, likely[0]))
    readings = []
    for delimiter in likely:
        with contextlib.suppress(Invalid):
            readings.append(_Reading(delimiter, _records(lines, start, delimiter)))
    fitting = [reading for reading in readings if not _row_problems(reading, lines)]
    if len(fitting) == 1:
        return fitting[0]
    if not readings:
        return _Reading(likely[0], _records(lines, start, likely[0]))  # raises: not valid in any way
    named = " or ".join(f"a {DELIMITERS[delimiter]}" for delimiter in likely)
    message = f"it is unclear whether the cells are separated by {named}"
    where = lines.locate_line(readings[0].records[0].line)
    raise Invalid([Diagnostic("error", "csv", message, where, "set `delimiter:` next to `file:` in the spec")])


def _columns(lines: Lines, start: int, delimiter: str) -> int:
    """The number of cells in the first line that is not empty; 0 if it is not valid."""
    try:
        first = next((one for one in _all_records(lines, start, delimiter) if not one.is_empty), None)
    except Invalid:
        return 0
    return len(first.cells) if first is not None else 0


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    """A cell: quoted, with what follows the quotes, or plain."""
    space = " " if delimiter == "\t" else r"[ \t]"
    return re.compile(rf'{space}*"([^"]*(?:""[^"]*)*)("?)([^{delimiter}\r\n]*)|([^{delimiter}\r\n]*)')


def _records(lines: Lines, start: int, delimiter: str) -> list[Record]:
    """The records that are not empty, from an index of the text on."""
    return [record for record in _all_records(lines, start, delimiter) if not record.is_empty]


def _all_records(lines: Lines, start: int, delimiter: str) -> Iterator[Record]:
    text, place, cell = lines.source.text, start, _cell(delimiter)
    line = lines.number(start) if start else 1
    while place < len(text):
        cells: list[str] = []
        spaced: list[str] = []
        first, begin = line, place
        while True:
            found = cell.match(text, place)
            if found is None:
                raise AssertionError("a cell may be empty, so there is always one")
            quoted, closing, rest, plain = found.groups()
            if quoted is None:
                cells.append(plain.strip())
            elif not closing or rest.strip():
                message = "a quoted cell is not closed" if not closing else "there is text after a quoted cell"
                where = lines.locate(place + len(found[0]) - len(found[0].lstrip()))
                raise Invalid([Diagnostic("error", "csv", f"this row is not valid CSV: {message}", where, _QUOTES)])
            else:
                cells.append(quoted.replace('""', '"'))
                line += len(_END.findall(quoted))
            spaced.append(cells[-1] if quoted is not None else plain)
            place = found.end()
            if not text.startswith(delimiter, place):
                break
            place += 1
        if (end := _END.match(text, place)) is not None:
            place, line = end.end(), line + 1
        yield Record(first, begin, cells, spaced)


def _header_problems(reading: _Reading, lines: Lines) -> list[Diagnostic]:
    names, where = reading.names, lines.locate_line(reading.records[0].line)
    doubled = {name for number, name in enumerate(names) if name and name in names[:number]}
    return [Diagnostic("error", "csv", f"two columns are named {shown(name)}", where) for name in sorted(doubled)]


def _row_problems(reading: _Reading, lines: Lines) -> list[Diagnostic]:
    """Rows with more or fewer cells than there are columns, and values without a column; cells are never guessed."""
    names, problems = reading.names, []
    columns = max((number for number, name in enumerate(names, start=1) if name), default=0)
    word = DELIMITERS[reading.delimiter]
    for record in reading.body:
        filled = max((number for number, cell in enumerate(record.cells, start=1) if cell.strip()), default=0)
        nameless = next((n for n, name in enumerate(names[:filled]) if not name and record.cells[n].strip()), None)
        if len(record.cells) >= columns and filled <= len(names) and nameless is None:
            continue
        where = lines.locate_line(record.line)
        if nameless is not None:
            where = lines.locate(_place(lines.source.text, record, nameless, reading.delimiter))
            message = f"{shown(record.cells[nameless].strip())} is in column {nameless + 1}, which has no name"
            hint = f"name the column in line {reading.records[0].line}, or clear its cells"
        else:
            cells = max(filled, columns) if len(record.cells) > columns else len(record.cells)
            message = f"this row has {_count(cells, 'cell')}, but there {_are(columns)}"
            hint = f"quote a cell that contains a {word}" if cells > columns else f"add the missing {word}s"
        problems.append(Diagnostic("error", "csv", message, where, hint))
    return problems


def _are(columns: int) -> str:
    return f"{'is' if columns == 1 else 'are'} {_count(columns, 'column')}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
