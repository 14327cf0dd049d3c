"""Reads rows from data files: CSV, JSON or YAML text -> mappings, each with its place in the file.

CSV has a header row and commas, and every cell is text. JSON and YAML hold a list of mappings, or a mapping of names
to mappings, whose names then identify the rows.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.cuts import cut_texts, of_table
from ltxspec.spec.document import Document, Lines, SourceText, read_document
from ltxspec.spec.json_text import read_json
from ltxspec.suggest import shown
from ltxspec.values import Json

_ROWS_NEEDED = "a data file contains a list of rows, each a mapping of names to values"


Locate = Callable[[int, str | None], Location]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a data file.

    `names` are the keys of a file that is a mapping of names to rows. `locate` finds the row at a position from 0, and
    the value of a column in it where the format has such exact places.
    """

    rows: Sequence[Mapping[str, Json]]
    names: Sequence[str] | None
    locate: Locate
    warnings: Sequence[Diagnostic] = ()


def read_table(text: str, file: str) -> Table:
    """Read the text of a data file; the file name's extension decides the format.

    Raises:
        Invalid: with all problems of the file.
    """
    ending = file.rpartition(".")[2].lower()
    if ending == "csv":
        return _read_csv(Lines(SourceText(file, text.removeprefix("\ufeff"))))
    if ending == "json":
        return _table(read_json(text, file), cache(lambda: _places(text, file)), file)
    if ending in ("yaml", "yml"):
        document = read_document(text, file, needs=_ROWS_NEEDED)
        warnings = tuple(cut_texts(document, of_table).values())
        return replace(_table(document.root, lambda: document, file), warnings=warnings)
    message = f"{shown(file)} is not a data file"
    raise Invalid([Diagnostic("error", "data-file", message, hint="rows come from `.csv`, `.json` or `.yaml` files")])


def _read_csv(lines: Lines) -> Table:
    records = _csv_records(lines)
    if not records:
        hint = "begin with a line of column names"
        raise Invalid([Diagnostic("error", "empty", "the file is empty", lines.locate_line(1), hint)])
    header = [name.strip() for name in records[0][1]]
    problems = _header_problems(header, lines.locate_line(records[0][0])) or _row_problems(records, lines)
    if problems:
        raise Invalid(problems)
    starts = [line for line, _ in records[1:]]
    rows = [dict(zip(header, cells, strict=True)) for _, cells in records[1:]]
    return Table(rows, None, lambda row, _: lines.locate_line(starts[row]))


def _csv_records(lines: Lines) -> list[tuple[int, list[str]]]:
    """(first line, cells) of every record that is not an empty line."""
    reader = csv.reader(io.StringIO(lines.source.text, newline=""), strict=True)
    records, before = [], 0
    try:
        for cells in reader:
            if cells:
                records.append((before + 1, cells))
            before = reader.line_num
    except csv.Error as error:
        hint = 'a quoted cell begins and ends with `"`; inside it write `""`'
        message = f"this row is not valid CSV: {error}"
        raise Invalid([Diagnostic("error", "csv", message, lines.locate_line(before + 1), hint)]) from None
    return records


def _header_problems(header: list[str], where: Location) -> list[Diagnostic]:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        message = f"there is only one column, {shown(header[0])}"
        return [Diagnostic("error", "csv", message, where, "separate columns with commas")]
    messages = [f"column {number} has no name" for number, name in enumerate(header, start=1) if not name]
    doubled = {name for number, name in enumerate(header) if name and name in header[:number]}
    messages += [f"two columns are named {shown(name)}" for name in sorted(doubled)]
    return [Diagnostic("error", "csv", message, where) for message in messages]


def _row_problems(records: list[tuple[int, list[str]]], lines: Lines) -> list[Diagnostic]:
    """Rows with more or fewer cells than the header; cells are never guessed."""
    columns = len(records[0][1])
    problems = []
    for line, cells in records[1:]:
        if len(cells) != columns:
            message = f"this row has {_count(len(cells), 'cell')}, but there are {_count(columns, 'column')}"
            hint = "quote a cell that contains a comma" if len(cells) > columns else "add the missing commas"
            problems.append(Diagnostic("error", "csv", message, lines.locate_line(line), hint))
    return problems


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _places(text: str, file: str) -> Document | None:
    """JSON as a document with places; None for the few JSON texts that are not valid YAML."""
    try:
        return read_document(text, file)
    except Invalid:
        return None


def _table(root: Json, document: Callable[[], Document | None], file: str) -> Table:
    """Rows of a list or mapping. The document is read for places only if there is a problem to report."""

    def locate(row: int, column: str | None) -> Location:
        found = document()
        step = row if names is None else names[row]
        path = (step,) if column is None else (step, column)
        return Location(file, 1, 1) if found is None else found.locate(path, value=column is not None)

    if not isinstance(root, dict | list):
        raise Invalid([Diagnostic("error", "wrong-type", "there are no rows here", Location(file, 1, 1), _ROWS_NEEDED)])
    names = list(root) if isinstance(root, dict) else None
    rows = list(root.values()) if isinstance(root, dict) else root
    problems = [
        Diagnostic("error", "wrong-type", "a row must be a mapping of names to values", locate(number, None))
        for number, row in enumerate(rows)
        if not isinstance(row, dict)
    ]
    if problems:
        raise Invalid(problems)
    return Table(rows, names, locate)
