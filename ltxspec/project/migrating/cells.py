"""Checks the cells of a table of shots, before a spec is written for it: every problem at its line and column."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ltxspec.catalog.models import Catalog, Model
from ltxspec.errors import Diagnostic, Invalid, Location, Problems
from ltxspec.project.migrating.columns import IMAGE, KEY, MODEL, PROMPT_TEXT, SIZE, Columns, column_named, meanings
from ltxspec.spec.delimited import Grid
from ltxspec.spec.faults import found_value
from ltxspec.spec.readings import TYPES, is_formula_error
from ltxspec.suggest import shown

FRAMES: Final = ("inputs", "frameImages")  # where models take first frames
_SIZE: Final = re.compile(r"[1-9][0-9]{1,4} *[xX×*] *[1-9][0-9]{1,4}")
_MOST_SHOWN: Final = 20  # problems of one column


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """What the columns of a table mean, the models that it uses, and remarks about cells."""

    columns: Columns
    models: Sequence[Model]
    usual: Model  # of rows that name none
    remarks: Sequence[Diagnostic]


def check_cells(grid: Grid, head: Location, catalog: Catalog, usual: str) -> CheckedTable:
    """Check a table.

    Args:
        grid: the table.
        head: its first line.
        catalog: the models.
        usual: the model of tables that name none.

    Raises:
        Invalid: with every problem.
    """
    problems = Problems()
    if not grid.rows:
        problems.error("empty", "the table has no rows", head, "add a row for each shot")
        problems.raise_if_errors()
    names = list(grid.rows[0])
    _refuse_formula_errors(grid, names, problems)
    models = _models(grid, names, catalog, usual, problems)
    columns = meanings(names, grid.rows, models)
    for one, other in columns.doubled:
        problems.error(
            "same-column", f"columns {shown(one)} and {shown(other)} mean the same", head, "rename one of them"
        )
    _check_keys(grid, columns, head, problems)
    _check_prompts(grid, columns, head, problems)
    _check_numbers(grid, columns, problems)
    _check_sizes(grid, columns, problems)
    _check_images(grid, columns, models, problems)
    if problems.errors:
        raise Invalid(sorted(problems.diagnostics, key=_reading_order))
    named = columns.roles.get(MODEL)
    first = models[0] if named is not None and all(row[named] for row in grid.rows) else catalog.find(usual)
    return CheckedTable(columns, models, first or models[0], problems.diagnostics)


def _reading_order(problem: Diagnostic) -> tuple[int, int]:
    return (problem.where.line, problem.where.column) if problem.where is not None else (0, 0)


def _models(grid: Grid, names: Sequence[str], catalog: Catalog, usual: str, problems: Problems) -> list[Model]:
    """The models that the rows name, each once; the usual one where they name none."""
    column, found = column_named(names, MODEL), dict[str, Model]()
    for number, row in enumerate(grid.rows):
        name = row.get(column or "", "") or usual
        model = catalog.find(name)
        if model is None:
            near = catalog.suggest(name)
            hint = f"did you mean `{near}`?" if near else "`ltxspec models` lists the available models"
            problems.error("unknown-model", f"there is no model {shown(name)}", grid.locate(number, column), hint)
        else:
            found[model.air] = model
    return list(found.values())


def _refuse_formula_errors(grid: Grid, names: Sequence[str], problems: Problems) -> None:
    for number, row in enumerate(grid.rows):
        for name in names:
            if is_formula_error(row[name]):
                message = f"{shown(name)} holds {shown(row[name])}, the error of a formula in the spreadsheet"
                problems.error("formula-error", message, grid.locate(number, name), "repair the formula there")


def _check_keys(grid: Grid, columns: Columns, head: Location, problems: Problems) -> None:
    """Every row needs a name of its own, also where letter case does not count."""
    column = columns.roles.get(KEY)
    if column is None:
        hint = "add a column `id` with a name for each shot: it stays when rows are sorted or inserted"
        problems.error("missing-key", "no column identifies the shots", head, hint)
        return
    first: dict[str, int] = {}
    for number, row in enumerate(grid.rows):
        where = grid.locate(number, column)
        if not row[column]:
            problems.error("missing-key", f"this row has no {shown(column)}, which identifies the shot", where)
            continue
        known = first.setdefault(unicodedata.normalize("NFC", row[column]).casefold(), number)
        if known != number:
            message = f"{shown(row[column])} is the {shown(column)} of two rows, this one and line "
            problems.error("duplicate-key", f"{message}{grid.locate(known, column).line}", where, "give each its own")


def _check_prompts(grid: Grid, columns: Columns, head: Location, problems: Problems) -> None:
    column = columns.roles.get(PROMPT_TEXT)
    if column is None:
        names = ", ".join(map(shown, columns.variables))
        problems.error("missing-prompt", "no column is named `prompt`", head, f"rename one of the columns: {names}")
        return
    for number, row in enumerate(grid.rows):
        if not row[column]:
            where = grid.locate(number, column)
            problems.error("missing-prompt", f"this row has no {shown(column)}", where, "write one, or remove the row")
        elif "{{" in row[column] or "{%" in row[column]:
            message = "a prompt in a table is no template, and is sent as it is written"
            problems.warn("table-template", message, grid.locate(number, column), "write the variable's value")


def _check_numbers(grid: Grid, columns: Columns, problems: Problems) -> None:
    for name, parameter in columns.parameters.items():
        kind, count = parameter.kind, 0
        for number, row in enumerate(grid.rows):
            if kind is None or not row[name] or TYPES[kind][0](row[name]) is not None:
                continue
            count += 1
            if count <= _MOST_SHOWN:
                message = f"{shown(name)} must be {TYPES[kind][1]}, not {found_value(row[name])}"
                hint = "write a decimal point, and no unit" if kind != "boolean" else "write `yes` or `no`"
                problems.error("wrong-type", message, grid.locate(number, name), hint)


def _check_sizes(grid: Grid, columns: Columns, problems: Problems) -> None:
    column = columns.roles.get(SIZE)
    for number, row in enumerate(grid.rows if column is not None else ()):
        value = row[column or ""]
        if value and not _SIZE.fullmatch(value):
            message = f"{shown(column or '')} must be a width and a height, not {found_value(value)}"
            problems.error("wrong-type", message, grid.locate(number, column), "write it as `1920x1080`")


def _check_images(grid: Grid, columns: Columns, models: Sequence[Model], problems: Problems) -> None:
    column = columns.roles.get(IMAGE)
    wrong = [model for model in models if (*FRAMES, "*") not in model.media]
    if column is None or not wrong:
        return
    for number, row in enumerate(grid.rows):
        if row[column]:
            message = f"`{wrong[0].air}` takes no first frame"
            problems.error(
                "unused-image", message, grid.locate(number, column), "remove the image, or name another model"
            )
            return
