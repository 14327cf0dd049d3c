"""Reads rows from data files: CSV, JSON or YAML text -> mappings, each with its place in the file.

CSV has a line of column names, and every cell is text (`delimited.py`). JSON and YAML hold a list of mappings, or a
mapping of names to mappings, whose names then identify the rows.
"""

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


_DELIMITED = {"csv": None, "tsv": "\t"}  # extension -> what separates the cells; None: see the file
Locate = Callable[[int, str | None], Location]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a data file.

    `names` are the keys of a file that is a mapping of names to rows. `locate` finds the row at a position from 0, and
    the value of a column in it.
    """

    rows: Sequence[Mapping[str, Json]]
    names: Sequence[str] | None
    locate: Locate
    warnings: Sequence[Diagnostic] = ()
    spaced: Sequence[Mapping[str, str]] = ()  # for each row of a CSV file, cells with spaces around them, as written


def is_delimited(file: str) -> bool:
    """Whether a data file is one that a spreadsheet writes, with cells and separators."""
    return _ending(file) in _DELIMITED


def _ending(file: str) -> str:
    return file.rpartition(".")[2].lower()


def read_table(text: str, file: str, delimiter: str | None = None) -> Table:
    """Read the text of a data file; the file name's extension decides the format.

    Args:
        text: the text.
        file: the file's name.
        delimiter: what separates the cells of a CSV file; None: what the file shows.

    Raises:
        Invalid: with all problems of the file.
    """
    ending = _ending(file)
    if ending in _DELIMITED:
        return _read_csv(Lines(SourceText(file, text.removeprefix("\ufeff"))), delimiter or _DELIMITED[ending])
    if ending == "json":
        return _table(read_json(text, file), cache(lambda: _places(text, file)), file)
    if ending in ("yaml", "yml"):
        document = read_document(text, file, needs=_ROWS_NEEDED)
        warnings = tuple(cut_texts(document, of_table).values())
        return replace(_table(document.root, lambda: document, file), warnings=warnings)
    message = f"{shown(file)} is not a data file"
    raise Invalid([Diagnostic("error", "data-file", message, hint="rows come from `.csv`, `.json` or `.yaml` files")])


def _read_csv(lines: Lines, delimiter: str | None) -> Table:
    from ltxspec.spec.delimited import read_grid

    grid = read_grid(lines, delimiter)
    return Table(grid.rows, None, grid.locate, spaced=grid.spaced)


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
