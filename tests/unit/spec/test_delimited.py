import pytest

from ltxspec.errors import Diagnostic, Invalid
from ltxspec.spec.delimited import read_grid
from ltxspec.spec.document import Lines, SourceText

ROWS = [{"sku": "A1", "name": "Lamp"}, {"sku": "B2", "name": "Vase"}]
NAME_IT = "name the column in line {}, or clear its cells"


def lines(text: str) -> Lines:
    return Lines(SourceText("r.csv", text))


def rows(text: str, delimiter: str | None = None) -> list[dict[str, str]]:
    return [dict(row) for row in read_grid(lines(text), delimiter).rows]


def refusals(text: str, delimiter: str | None = None) -> list[Diagnostic]:
    with pytest.raises(Invalid) as caught:
        read_grid(lines(text), delimiter)
    return list(caught.value.diagnostics)


@pytest.mark.parametrize(
    "text",
    [
        "sku;name\nA1;Lamp\nB2;Vase\n",
        "sku\tname\nA1\tLamp\nB2\tVase\n",
        "sep=;\nsku;name\nA1;Lamp\nB2;Vase\n",
        '"SEP=;"\r\nsku;name\r\nA1;Lamp\r\nB2;Vase\r\n',
        "sep=\t\nsku\tname\nA1\tLamp\nB2\tVase",
        "sku,name\rA1,Lamp\rB2,Vase\r",
        ",\n \nsku,name\n,\nA1,Lamp\n  ,  \n\nB2,Vase\n,,,\n",
        "sku,name,\nA1,Lamp,\nB2,Vase,\n",
        "sku,name,\nA1,Lamp\nB2,Vase,,,\n",
        "sku,,name\nA1,,Lamp\nB2, ,Vase\n",
        "sku , name\n A1,Lamp \n\tB2 ,\tVase\n",
        '"sku";"name"\n"A1";"Lamp"\n "B2" ; "Vase" \n',
    ],
)
def test_a_table_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert rows(text) == ROWS


def test_spaces_around_a_cell_are_dropped_and_quoted_ones_are_kept() -> None:
    assert rows('" a ", b \n" x ", y \n') == [{"a": " x ", "b": "y"}]


def test_a_quote_within_a_plain_cell_is_part_of_it() -> None:
    assert rows('a,b\n6" nail,"6"" nail, steel"\n') == [{"a": '6" nail', "b": '6" nail, steel'}]


def test_other_separators_in_cells_and_in_one_name_do_not_matter() -> None:
    assert rows("sku;price,EUR\nA1;1,50\nB2;2\n") == [
        {"sku": "A1", "price,EUR": "1,50"},
        {"sku": "B2", "price,EUR": "2"},
    ]
    assert rows("sku,text\nA1,rain; fog\n") == [{"sku": "A1", "text": "rain; fog"}]
    assert rows("text\nrain; fog\n") == [{"text": "rain; fog"}]


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_what_the_spec_says_decides(delimiter: str) -> None:
    found = rows("a;b,c\n1;2,3\n", delimiter)
    assert found == [{"a;b": "1;2", "c": "3"} if delimiter == "," else {"a": "1", "b,c": "2,3"}]


def test_an_unclear_separator_is_an_error_that_says_what_to_set() -> None:
    (problem,) = refusals("\na;b,c\n1;2,3\n")
    assert problem.message == "it is unclear whether the cells are separated by a comma or a semicolon"
    assert (str(problem.where), problem.hint) == ("r.csv:2:1", "set `delimiter:` next to `file:` in the spec")


@pytest.mark.parametrize(
    ("text", "place", "message", "hint"),
    [
        ("a,b,\n1,2,\n3,4,5\n", "3:5", "`5` is in column 3, which has no name", NAME_IT.format(1)),
        ("\na,,b\n1,x,2\n", "3:3", "`x` is in column 2, which has no name", NAME_IT.format(2)),
        ("a;b\n1\n", "2:1", "this row has 1 cell, but there are 2 columns", "add the missing semicolons"),
        (
            "a\tb\n1\t2\t3\t\n", "2:1", "this row has 3 cells, but there are 2 columns",
            "quote a cell that contains a tab",
        ),
        ("a\n1, 2\n", "2:1", "this row has 2 cells, but there is 1 column", "quote a cell that contains a comma"),
        ("sep=|\na|b\n", "1:1", "the `sep=` line names `|`", "cells are separated by a comma, a semicolon or a tab"),
        ("sep=\na,b\n", "1:1", "the `sep=` line names nothing", "cells are separated by a comma, a semicolon or a tab"),
        ("\n , \n", "1:1", "the file is empty", "begin with a line of column names"),
        (
            'a,b\n"x\ry",1\n"z,1\n', "4:1", "this row is not valid CSV: a quoted cell is not closed",
            'a quoted cell begins and ends with `"`; inside it write `""`',
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_reported_at_its_place(text: str, place: str, message: str, hint: str) -> None:
    (problem,) = refusals(text, "," if text.startswith("a\n") else None)
    assert (str(problem.where), problem.message, problem.hint) == (f"r.csv:{place}", message, hint)


def test_rows_and_cells_know_their_places() -> None:
    grid = read_grid(lines('sep=,\na,b,c\n"x\r\ny",1, "z"\n,\n2,  3,\n'))
    assert [str(grid.locate(row, None)) for row in (0, 1)] == ["r.csv:3:1", "r.csv:6:1"]
    assert [str(grid.locate(0, name)) for name in "abc"] == ["r.csv:3:1", "r.csv:4:4", "r.csv:4:7"]
    assert [str(grid.locate(1, name)) for name in "abc"] == ["r.csv:6:1", "r.csv:6:5", "r.csv:6:7"]
    assert str(grid.locate(1, "other")) == "r.csv:6:1"


def test_spaces_around_cells_are_dropped_but_known() -> None:
    grid = read_grid(lines('a,b, c\n1, x ," y "\n2,z,"w"\n'))
    assert grid.rows == [{"a": "1", "b": "x", "c": " y "}, {"a": "2", "b": "z", "c": "w"}]
    assert grid.spaced == [{"b": " x "}, {}]
