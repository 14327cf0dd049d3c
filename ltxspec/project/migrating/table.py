"""Writes a spec for a table of shots: the rows stay in the table, and the spec says what its columns mean."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.offers import offered_sizes
from ltxspec.errors import Diagnostic, Invalid
from ltxspec.project.migrating.cells import FRAMES, CheckedTable, check_cells
from ltxspec.project.migrating.columns import IMAGE, KEY, MODEL, PROMPT_TEXT, SIZE, TITLE, Columns
from ltxspec.report.terminal import clean
from ltxspec.spec.delimited import DELIMITERS, Grid, read_grid
from ltxspec.spec.document import Lines, SourceText


@dataclass(slots=True)
class TableSpec:
    """A spec for a table.

    Attributes:
        columns: what the columns mean.
        body: the spec's text after its head.
        renamed: column -> its new name, where templates could not use the old one.
        notes: what a reader should know.
    """

    columns: Columns
    model: str
    defaults: Mapping[str, int]
    fields: Sequence[str]
    types: Mapping[str, str]
    rows: int
    notes: list[str] = field(default_factory=list)

    @property
    def renamed(self) -> Mapping[str, str]:
        """Column -> its new name, where templates cannot use the one it has."""
        return {old: new for old, new in self.columns.variables.items() if old != new}

    def text(self, name: str, file: str, encoding: str | None, source: str) -> str:
        """The spec.

        Args:
            name: `metadata.name`.
            file: the table, as a path from the project's root.
            encoding: of the table, if it must be said.
            source: the table that was given, as the user wrote it.
        """
        rows = [f"file: {_quoted(file)}", f"key: {_quoted(self.columns.variables[self.columns.roles[KEY]])}"]
        rows += [f"encoding: {encoding}"] if encoding is not None else []
        types = ", ".join(f"{_quoted(column)}: {kind}" for column, kind in self.types.items())
        rows += [f"types: {{{types}}}"] if types else []
        lines = [
            "# yaml-language-server: $schema=../schemas/spec/v1.json",
            f"# Written by `ltxspec init --from {clean(source)}`: one shot for each row of {clean(file)}.",
            "# Edit the table in a spreadsheet, save it as CSV, and run `ltxspec plan`.",
            "apiVersion: ltxspec/v1",
            "kind: RenderSpec",
            "metadata:",
            f"  name: {name}",
            f"model: {_quoted(self.model)}",
        ]
        if self.defaults:
            lines += ["defaults:", *(f"  {parameter}: {value}" for parameter, value in self.defaults.items())]
        lines += ["", "shots:", "  shot:", f"    forEach: {{{', '.join(rows)}}}"]
        return "\n".join([*lines, *(f"    {each}" for each in self.fields)]) + "\n"


def table_spec(text: str, file: str, catalog: Catalog, usual: str) -> TableSpec:
    """Read a table, and say what its columns mean.

    Args:
        text: the table.
        file: its name, as the user wrote it.
        catalog: the models.
        usual: the model of tables that name none.

    Raises:
        Invalid: with every problem of the table, at its line and column.
    """
    lines = Lines(SourceText(file, text))
    grid = read_grid(lines)
    checked = check_cells(grid, lines.locate_line(1), catalog, usual)
    return _spec(grid, checked)


def _spec(grid: Grid, checked: CheckedTable) -> TableSpec:
    columns, models = checked.columns, checked.models
    roles, variables = columns.roles, columns.variables
    fields, parameters = list[str](), dict[str, object]()
    if TITLE in roles:
        fields.append(f"title: {_template(variables[roles[TITLE]])}")
    if columns.labels:
        labels = ", ".join(f"{variables[name]}: {_template(variables[name])}" for name in columns.labels)
        fields.append(f"labels: {{{labels}}}")
    fields.append(f"prompt: {_template(variables[roles[PROMPT_TEXT]])}")
    model = checked.usual.air
    if MODEL in roles and len(models) > 1:
        fields.append(f"model: \"{{{{ {variables[roles[MODEL]]} or '{model}' }}}}\"")
    for name, parameter in columns.parameters.items():
        _put(parameters, parameter.path, f"{{{{ {variables[name]} }}}}")
    defaults, usual_rows = _size(grid, columns, checked.usual, parameters)
    if IMAGE in roles:
        image = variables[roles[IMAGE]]
        _put(parameters, FRAMES, f"{{{{ [{{'image': {image}, 'frame': 'first'}}] if {image} else none }}}}")
    fields += [f"{name}: {_flow(value)}" for name, value in parameters.items()]
    types = {variables[name]: one.kind for name, one in columns.parameters.items() if one.kind is not None}
    found = TableSpec(columns, model, defaults, fields, types, len(grid.rows))
    found.notes = _notes(columns, checked.remarks)
    if usual_rows is not None and (sizes := offered_sizes(checked.usual)):
        found.notes.append(f"{usual_rows} are {sizes[0].width}×{sizes[0].height}: see the spec")
    return found


def _size(
    grid: Grid, columns: Columns, model: Model, parameters: dict[str, object]
) -> tuple[Mapping[str, int], str | None]:
    """Width and height of each row. Returns defaults for a table that gives none, and which rows have the usual size.

    Null removes a default of the spec, so an empty cell names the usual size itself.
    """
    column, sizes = columns.roles.get(SIZE), offered_sizes(model)
    usual = {"width": sizes[0].width, "height": sizes[0].height} if sizes else {}
    if column is not None:
        _split_size(grid, column, columns.variables[column], usual, parameters)
        return {}, None if all(row[column] for row in grid.rows) else "rows without a size"
    given = {one.path[0]: name for name, one in columns.parameters.items() if one.path in (("width",), ("height",))}
    if not given:
        return usual, "no column gives a size: shots"
    is_open = [side for side, name in given.items() if not all(row[name] for row in grid.rows)]
    for side in is_open:
        variable = columns.variables[given[side]]
        parameters[side] = f"{{{{ {usual.get(side, 'none')} if {variable} is none else {variable} }}}}"
    return {}, "rows without a size" if is_open else None


def _split_size(grid: Grid, column: str, name: str, usual: Mapping[str, int], parameters: dict[str, object]) -> None:
    cells = [row[column] for row in grid.rows]
    is_plain = all(re.fullmatch(r"\d+x\d+", cell) for cell in cells if cell)
    text = name if is_plain else f"({name}|lower|replace('×', 'x')|replace('*', 'x'))"
    for place, side in enumerate(("width", "height")):
        given = "" if all(cells) else f" if {name} else {usual.get(side, 'none')}"
        parameters[side] = f"{{{{ {text}.split('x')[{place}]|int{given} }}}}"


def _notes(columns: Columns, remarks: Sequence[Diagnostic]) -> list[str]:
    notes = []
    if columns.labels:
        names = ", ".join(f"`{name}`" for name in columns.labels)
        notes.append(f"labels, for reports and `--label`: {names}")
    if columns.unused:
        names = ", ".join(f"`{name}`" for name in columns.unused)
        notes.append(f"not used: {names}; a template may use {'it' if len(columns.unused) == 1 else 'them'} by name")
    notes += [f"{remark.where}: {remark.message}" for remark in remarks]
    return notes


def _put(parameters: dict[str, object], path: Sequence[str], value: str) -> None:
    inner = parameters
    for name in path[:-1]:
        found = inner.setdefault(name, {})
        inner = found if isinstance(found, dict) else {}
    inner[path[-1]] = value


def _flow(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(item)}" for name, item in value.items()) + "}"
    return _quoted(str(value), always=True)


def _template(expression: str) -> str:
    return _quoted(f"{{{{ {expression} }}}}", always=True)


def _quoted(text: str, *, always: bool = False) -> str:
    """A text as YAML: as it is if nothing in it has a meaning, else in double quotes."""
    if not always and re.fullmatch(r"[A-Za-z_][\w./@-]*(?::\d+@\d+)?", text, re.ASCII):
        return text
    return json.dumps(text, ensure_ascii=False)


def copy_of(text: str, file: str, renamed: Mapping[str, str]) -> str:
    """A table with other names of columns, without empty rows and columns; its separator stays.

    Args:
        text: the table, which `table_spec` accepts.
        file: its name.
        renamed: column -> new name.
    """
    lines = Lines(SourceText(file, text))
    grid = read_grid(lines)
    delimiter = next(each for each in DELIMITERS if _is_read_alike(lines, each, grid))
    rows = [[renamed.get(name, name) for name in grid.rows[0]], *(list(row.values()) for row in grid.rows)]
    return "".join(f"{delimiter.join(_cell(cell, delimiter) for cell in row)}\n" for row in rows)


def _is_read_alike(lines: Lines, delimiter: str, grid: Grid) -> bool:
    try:
        return read_grid(lines, delimiter).rows == grid.rows
    except Invalid:
        return False


def _cell(text: str, delimiter: str) -> str:
    if text == text.strip() and not any(sign in text for sign in (delimiter, '"', "\n", "\r")):
        return text
    return '"' + text.replace('"', '""') + '"'
