import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import Diagnostic, Invalid
from ltxspec.spec.tables import Table, read_table

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def refusals(text: str, file: str) -> list[Diagnostic]:
    with pytest.raises(Invalid) as caught:
        read_table(text, file)
    return list(caught.value.diagnostics)


def summary(found: Diagnostic) -> tuple[str, str]:
    return str(found.where), found.message


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("rows.csv", "sku,name\nA1,Lamp\nB2,Vase\n"),
        ("ROWS.CSV", "\ufeffsku, name \r\nA1,Lamp\r\n\r\nB2,Vase"),
        ("rows.csv", '"sku","name"\n"A1","Lamp"\n"B2","Vase"\n'),
        ("rows.csv", "sku;name\nA1;Lamp\nB2;Vase\n"),
        ("rows.csv", "sku\tname\nA1\tLamp\nB2\tVase\n"),
        ("rows.tsv", "sku\tname\nA1\tLamp\nB2\tVase\n"),
        ("rows.json", '[{"sku": "A1", "name": "Lamp"}, {"sku": "B2", "name": "Vase"}]'),
        ("rows.yaml", "- {sku: A1, name: Lamp}\n- {sku: B2, name: Vase}\n"),
        ("rows.yml", "- sku: A1\n  name: Lamp\n- sku: B2\n  name: Vase\n"),
    ],
)
def test_the_same_rows_come_from_every_format(file: str, text: str) -> None:
    assert read_table(text, file).rows == [{"sku": "A1", "name": "Lamp"}, {"sku": "B2", "name": "Vase"}]


@pytest.mark.parametrize(
    ("file", "text"), [("r.json", '{"A": {"x": 1}, "B": {"x": 2}}'), ("r.yaml", "A: {x: 1}\nB: {x: 2}")]
)
def test_a_mapping_of_names_keeps_the_names(file: str, text: str) -> None:
    table = read_table(text, file)
    assert (table.rows, table.names) == ([{"x": 1}, {"x": 2}], ["A", "B"])


def test_cells_stay_text() -> None:
    assert read_table("sku,seconds,on\n007,6.50,true\n", "r.csv").rows == [
        {"sku": "007", "seconds": "6.50", "on": "true"}
    ]


def test_json_and_yaml_keep_their_types() -> None:
    assert read_table('[{"n": 6.5, "b": true, "l": [1]}]', "r.json").rows == [{"n": 6.5, "b": True, "l": [1]}]


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_whatever_was_written_as_csv_is_read_again(records: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *records])
    filled = [record for record in records if any(cell.strip() for cell in record)]
    assert [list(row.values()) for row in read_table(out.getvalue(), "r.csv").rows] == filled


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [("r.csv:1:1", "the file is empty")]),
        ("a,b\n1\n\n1,2,3\n", [
            ("r.csv:2:1", "this row has 1 cell, but there are 2 columns"),
            ("r.csv:4:1", "this row has 3 cells, but there are 2 columns"),
        ]),
        ('a,b\n"x\ny",1\n2\n', [("r.csv:4:1", "this row has 1 cell, but there are 2 columns")]),
        ("a,,a, \n", [("r.csv:1:1", "two columns are named `a`")]),
        ('a,b\nx,y\n"x"z,1\n', [("r.csv:3:1", "this row is not valid CSV: there is text after a quoted cell")]),
        ('a,b\nx,"y\n', [("r.csv:2:3", "this row is not valid CSV: a quoted cell is not closed")]),
    ],
)  # fmt: skip
def test_broken_csv_is_refused_line_by_line(text: str, problems: list[tuple[str, str]]) -> None:
    assert [summary(found) for found in refusals(text, "r.csv")] == problems


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("r.json", '[{"a": 1},\n 3]', ("r.json:2:2", "a row must be a mapping of names to values")),
        ("r.yaml", "- {a: 1}\n- [a]\n", ("r.yaml:2:3", "a row must be a mapping of names to values")),
        ("r.yaml", "A: {a: 1}\nB: 2\n", ("r.yaml:2:1", "a row must be a mapping of names to values")),
        ("r.yaml", "just text", ("r.yaml:1:1", "there are no rows here")),
        ("r.json", "null", ("r.json:1:1", "there are no rows here")),
        ("r.yaml", "", ("r.yaml:1:1", "the file is empty")),
        ("r.json", "[", ("r.json:1:2", "this is not valid JSON: expecting value")),
        ("r.txt", "a", ("None", "`r.txt` is not a data file")),
    ],
)
def test_what_holds_no_rows_is_refused(file: str, text: str, problem: tuple[str, str]) -> None:
    assert [summary(found) for found in refusals(text, file)] == [problem]


def places(table: Table, row: int, column: str) -> list[str]:
    return [str(table.locate(row, None)), str(table.locate(row, column))]


def test_rows_and_cells_know_their_places() -> None:
    assert places(read_table('a,b\n"x\ny",1\n2,3\n', "r.csv"), 1, "b") == ["r.csv:4:1", "r.csv:4:3"]
    assert places(read_table('[{"a": 1},\n {"a": 2}]', "r.json"), 1, "a") == ["r.json:2:2", "r.json:2:8"]
    assert places(read_table("- a: 1\n- a: 2\n", "r.yaml"), 1, "a") == ["r.yaml:2:3", "r.yaml:2:6"]
    assert places(read_table("X: {a: 1}\nY: {a: 2}\n", "r.yaml"), 1, "a") == ["r.yaml:2:1", "r.yaml:2:8"]


def test_json_that_is_not_quite_yaml_has_at_least_its_file() -> None:
    table = read_table('[{"a": "\x7f"}, {"a": 1}]', "r.json")  # YAML allows no such character
    assert table.rows[0] == {"a": "\x7f"}
    assert places(table, 1, "a") == ["r.json:1:1", "r.json:1:1"]
