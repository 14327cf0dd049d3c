"""The rows of a `forEach`: their source, and the column that identifies them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ltxspec.errors import Invalid, Location, Problems
from ltxspec.spec.encodings import BY_MARK
from ltxspec.spec.faults import found_value
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.spec.models import ForEach, Spec, SpecShot
from ltxspec.spec.names import is_scalar
from ltxspec.spec.readings import TYPES, is_formula_error
from ltxspec.spec.tables import Locate, Table, is_delimited, read_table
from ltxspec.suggest import did_you_mean, shown
from ltxspec.values import Json, control_in

NAME_OF_ROW = "key"  # the variable with a row's name, if the file is a mapping of names to rows


_MOST_CELLS = 3  # of one column that are reported one by one


@dataclass(frozen=True, slots=True)
class NamedRows:
    """Rows, each with a single value in `column` that names it; see `Table` for `spaced`."""

    rows: Sequence[Mapping[str, Json]]
    column: str
    locate: Locate
    spaced: Sequence[Mapping[str, str]]


def named_rows(
    spec: Spec, shot: SpecShot, for_each: ForEach, files: ProjectFiles, problems: Problems
) -> NamedRows | None:
    """Get the rows of a shot. None if there are none; `problems` has the reason.

    Without `key`, a file that is a mapping of names to rows uses those names; otherwise the first column of the first
    row identifies the rows.
    """
    if for_each.file is None:
        table: Table | None = _inline(spec, shot, for_each)
    else:
        table = _from_file(spec, shot, for_each, files, problems)
    if table is None:
        return None
    path = ("shots", shot.name, "forEach")
    if not table.rows:
        message = f"`forEach` has no rows, so {shown(shot.name)} has no instances"
        problems.warn("no-instances", message, spec.document.locate(path))
        return None
    if not _are_printable(table, problems):
        return None
    rows, column = _identified(table, for_each.key)
    if not column:
        problems.error("missing-key", "the first row is empty, so no column identifies the rows", table.locate(0, None))
        return None
    if not any(column in row for row in rows):
        columns = list(dict.fromkeys(name for row in rows for name in row))
        hint = did_you_mean(column, columns) or f"name one of the columns: {', '.join(map(shown, columns))}"
        where = spec.document.locate((*path, "key"), value=True)
        problems.error("unknown-column", f"no row has a column {shown(column)}", where, hint)
        return None
    typed = _typed(spec, (*path, "types"), for_each.types, replace(table, rows=rows), problems)
    spaced = () if for_each.types else table.spaced
    return NamedRows(typed, column, table.locate, spaced) if _all_named(typed, column, table, problems) else None


def _typed(
    spec: Spec, path: tuple[str, ...], types: Mapping[str, str], table: Table, problems: Problems
) -> Sequence[Mapping[str, Json]]:
    """The rows with the cells of `types` converted; what cannot be read is reported."""
    if not types:
        return table.rows
    columns = dict.fromkeys(name for row in table.rows for name in row)
    for name in types.keys() - columns.keys():
        hint = did_you_mean(name, columns) or f"the columns are {', '.join(map(shown, columns))}"
        where = spec.document.locate((*path, name))
        problems.error("unknown-column", f"no row has a column {shown(name)}", where, hint)
    rows: list[Mapping[str, Json]] = []
    wrong: dict[str, list[tuple[int, Json]]] = {}
    for number, row in enumerate(table.rows):
        changed = {name: _converted(row[name], kind) for name, kind in types.items() if name in row}
        for name, value in changed.items():
            if value is None and not _is_empty(row[name]):
                wrong.setdefault(name, []).append((number, row[name]))
        rows.append({**row, **changed})
    for name, cells in wrong.items():
        _report(cells, name, types[name], table, problems)
    return rows


def _report(cells: Sequence[tuple[int, Json]], name: str, kind: str, table: Table, problems: Problems) -> None:
    """Report the cells of a column that cannot be read; of many only the first, with their number."""
    for number, value in cells if len(cells) <= _MOST_CELLS else cells[:1]:
        more = f", and {len(cells) - 1:,} more cells of this column are not" if len(cells) > _MOST_CELLS else ""
        message = f"{shown(name)} must be {TYPES[kind][1]}, not {found_value(value)}{more}"
        problems.error("wrong-type", message, table.locate(number, name), _cure(kind, value))


def _converted(value: Json, kind: str) -> Json:
    """A cell as its type; null if it is empty or cannot be read. An empty text stays one."""
    return None if _is_empty(value) and kind != "text" else TYPES[kind][0](value)


def _is_empty(value: Json) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _cure(kind: str, given: Json) -> str | None:
    if kind in ("integer", "number") and isinstance(given, str) and "," in given:
        return "write a decimal point, and no sign between thousands"
    return "write it in quotes" if kind == "text" else None


def _are_printable(table: Table, problems: Problems) -> bool:
    """Whether no text of a row has a control character (by an escape in JSON or YAML); each one is reported."""
    sound = True
    for number, row in enumerate(table.rows):
        for column, value in (("", (table.names or ())[number : number + 1]), *row.items()):
            if (found := control_in([column, value])) is not None:
                message = f"{shown(column)} holds the control character {found}"
                problems.error("control-character", message, table.locate(number, column or None), "remove it")
                sound = False
    return sound


def _inline(spec: Spec, shot: SpecShot, for_each: ForEach) -> Table:
    path: tuple[str, ...] = ("shots", shot.name, "forEach")
    if not isinstance(spec.document.root["shots"][shot.name]["forEach"], list):
        path = (*path, "items")

    def locate(row: int, column: str | None) -> Location:
        return spec.document.locate((*path, row) if column is None else (*path, row, column), value=True)

    return Table(for_each.items or (), None, locate)


def _from_file(spec: Spec, shot: SpecShot, for_each: ForEach, files: ProjectFiles, problems: Problems) -> Table | None:
    beside, file, path = spec.document.source.file, for_each.file or "", ("shots", shot.name, "forEach")
    where = spec.document.locate((*path, "file"), value=True)
    if not is_delimited(file):
        for name in ("delimiter", "encoding"):
            if getattr(for_each, name) is not None:
                message = f"`{name}` is only for `.csv` and `.tsv` files, not for {shown(file)}"
                problems.error("data-file", message, spec.document.locate((*path, name)), "remove it")
                return None
    try:
        encoding = (for_each.encoding or BY_MARK) if is_delimited(file) else None
        text = files.read_text(file, beside=beside, encoding=encoding)
        table = read_table(text, files.resolve(file, beside=beside), for_each.delimiter)
    except FileProblem as problem:
        problems.error(problem.code, problem.summary, problem.where or where, problem.hint)
    except Invalid as invalid:
        problems.extend(replace(found, where=found.where or where) for found in invalid.diagnostics)
    else:
        problems.extend(table.warnings)
        return table if not is_delimited(file) or _are_computed(table, problems) else None
    return None


def _are_computed(table: Table, problems: Problems) -> bool:
    """Whether no cell holds the error of a formula; each one is reported."""
    sound = True
    for number, row in enumerate(table.rows):
        for column, value in row.items():
            if isinstance(value, str) and is_formula_error(value):
                message = f"{shown(column)} holds {shown(value)}, the error of a formula in the spreadsheet"
                hint = "repair the formula there, and export the table again"
                problems.error("formula-error", message, table.locate(number, column), hint)
                sound = False
    return sound


def _identified(table: Table, key: str | None) -> tuple[Sequence[Mapping[str, Json]], str]:
    """The rows and the column that identifies them. A row without that column gets its name there."""
    if table.names is None:
        return table.rows, key or next(iter(table.rows[0]), "")
    column = key or NAME_OF_ROW
    return [{column: name, **row} for name, row in zip(table.names, table.rows, strict=True)], column


def _all_named(rows: Sequence[Mapping[str, Json]], column: str, table: Table, problems: Problems) -> bool:
    sound = True
    for number, row in enumerate(rows):
        value = row.get(column)
        if value is None or value == "":
            where = table.locate(number, column if column in row else None)
            hint = "a row of sums is no shot: remove it" if 0 < number == len(rows) - 1 else None
            problems.error("missing-key", f"this row has no {shown(column)}, which identifies the row", where, hint)
            sound = False
        elif not is_scalar(value):
            message = f"{shown(column)} identifies the rows, so it must be a single value"
            problems.error("missing-key", message, table.locate(number, column))
            sound = False
    return sound
