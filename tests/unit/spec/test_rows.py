import pytest
from unit.spec.expanding import instances, problems


def test_rows_in_the_spec_give_instances_named_by_their_first_column() -> None:
    expected = {"x[A1]": {"sku": "A1", "n": 6}, "x[B2]": {"n": 8, "sku": "B2"}}
    assert instances("forEach: [{sku: A1, n: 6}, {n: 8, sku: B2}]") == expected
    assert instances("forEach: {items: [{n: 6, sku: A1}, {n: 8, sku: B2}], key: sku}") == expected


def test_rows_from_files_give_the_same_instances() -> None:
    expected = {"x[A1]": {"sku": "A1", "n": "6"}, "x[B2]": {"sku": "B2", "n": "8"}}
    assert instances("forEach: {file: r.csv}", r_csv="sku,n\nA1,6\nB2,8\n") == expected
    assert (
        instances("forEach: {file: r.json, key: sku}", r_json='[{"n":"6","sku":"A1"},{"sku":"B2","n":"8"}]') == expected
    )
    assert instances("forEach: {file: r.yaml, key: sku}", r_yaml="A1: {n: '6'}\nB2: {n: '8'}\n") == expected


def test_names_of_rows_are_called_key_when_the_spec_does_not_say_otherwise() -> None:
    assert instances("forEach: {file: r.yaml}", r_yaml="a: {n: 1}\n") == {"x[a]": {"key": "a", "n": 1}}


@pytest.mark.parametrize(
    ("shot", "problem"),
    [
        (
            "forEach: {file: r.csv, key: skuu}",
            ("unknown-column", "specs/s.yaml:7:33", "no row has a column `skuu`"),
        ),
        (
            "forEach: {file: r.csv}",
            ("duplicate-instance", "specs/r.csv:3:1", "`x[A]` names two instances, first at specs/r.csv:2:1"),
        ),
        (
            "forEach: {file: r.csv, key: n}",
            ("missing-key", "specs/r.csv:3:3", "this row has no `n`, which identifies the row"),
        ),
        ("forEach: {file: gone.csv}", ("file", "specs/s.yaml:7:21", "`gone.csv` does not exist")),
        ("forEach: {file: r.txt}", ("data-file", "specs/s.yaml:7:21", "`specs/r.txt` is not a data file")),
        (
            "forEach: {file: r.yaml}",
            ("duplicate-key", "specs/r.yaml:2:1", "duplicate key `a`, first at specs/r.yaml:1:1"),
        ),
        (
            "forEach:\n  - {k: a}\n  - {k: a}",
            ("duplicate-instance", "specs/s.yaml:9:13", "`x[a]` names two instances, first at specs/s.yaml:8:13"),
        ),
        (
            "forEach:\n  - {k: 1}\n  - {k: '1'}",
            ("duplicate-instance", "specs/s.yaml:9:13", "`x[1]` names two instances, first at specs/s.yaml:8:13"),
        ),
        (
            "forEach: {items: [{k: [1]}]}",
            ("missing-key", "specs/s.yaml:7:27", "`k` identifies the rows, so it must be a single value"),
        ),
        (
            "forEach: [{k: 1}, {l: 1}]",
            ("missing-key", "specs/s.yaml:7:23", "this row has no `k`, which identifies the row"),
        ),
        (
            "forEach: [{}]",
            ("missing-key", "specs/s.yaml:7:15", "the first row is empty, so no column identifies the rows"),
        ),
    ],
)
def test_rows_that_cannot_be_told_apart_are_refused(shot: str, problem: tuple[str, str, str]) -> None:
    assert problems(shot, r_csv="sku,n\nA,1\nA,\n", r_txt="sku\n", r_yaml="a: {x: 1}\na: {x: 2}\n") == [problem]


def test_a_null_key_is_missing_even_where_the_column_is_there() -> None:
    assert [where for _, where, _ in problems("forEach: [{k: 1}, {k: }, {k: ''}]")] == [
        "specs/s.yaml:7:27",
        "specs/s.yaml:7:34",
    ]


TYPED = "forEach: {file: r.csv, types: {n: integer, hero: boolean, ratio: number, note: text}}"


def test_cells_are_converted_to_the_types_of_their_columns() -> None:
    table = "sku,n,hero,ratio,note,other\nA,6,no,0.5,7,8\nB,8.0,TRUE,2,,\nC,,,,,\n"
    assert instances(TYPED, r_csv=table) == {
        "x[A]": {"sku": "A", "n": 6, "hero": False, "ratio": 0.5, "note": "7", "other": "8"},
        "x[B]": {"sku": "B", "n": 8, "hero": True, "ratio": 2, "note": "", "other": ""},
        "x[C]": {"sku": "C", "n": None, "hero": None, "ratio": None, "note": "", "other": ""},
    }


def test_rows_of_other_kinds_have_types_too() -> None:
    rows = "[{k: a, n: '6'}, {k: b, n: 7}, {k: c}]"
    expected = {"x[a]": {"k": "a", "n": 6}, "x[b]": {"k": "b", "n": 7}, "x[c]": {"k": "c"}}
    assert instances(f"forEach: {{items: {rows}, types: {{n: integer}}}}") == expected
    assert instances("forEach: {file: r.yaml, types: {n: integer}}", r_yaml=rows) == expected


@pytest.mark.parametrize(
    ("cells", "column", "message"),
    [
        ("6.5,no,1,x", 3, "`n` must be a whole number, not `6.5`"),
        ("six,no,1,x", 3, "`n` must be a whole number, not `six`"),
        ("6,maybe,1,x", 5, "`hero` must be true or false (also yes or no, on or off, 1 or 0), not `maybe`"),
        ('6,no,"1,5",x', 8, "`ratio` must be a number, with a decimal point, not `1,5`"),
    ],
)
def test_a_cell_that_is_not_of_its_type_is_an_error(cells: str, column: int, message: str) -> None:
    table = f"sku,n,hero,ratio,note\nA,6,no,1,x\nB,{cells}\n"
    assert problems(TYPED, r_csv=table) == [("wrong-type", f"specs/r.csv:3:{column}", message)]


def test_a_type_of_a_column_that_does_not_exist_is_an_error() -> None:
    found = problems("forEach: {file: r.csv, types: {heroo: boolean}}", r_csv="sku,hero\nA,no\n")
    assert found == [("unknown-column", "specs/s.yaml:7:36", "no row has a column `heroo`")]


def test_a_decimal_comma_in_a_table_with_semicolons_is_explained_at_its_cell() -> None:
    found = problems("forEach: {file: r.csv, types: {ratio: number}}", r_csv="sku;ratio;n\nA;1,5;2\n")
    message = "`ratio` must be a number, with a decimal point, not `1,5`"
    assert found == [("wrong-type", "specs/r.csv:2:3", message)]


@pytest.mark.parametrize(
    "value", ["#REF!", "#N/A", "#NAME?", "#DIV/0!", "#BEZUG!", "#n/a", "Err:502", "Err:540", "err:508", "Fehler:502"]
)
def test_the_error_of_a_formula_is_an_error_at_its_cell(value: str) -> None:
    found = problems("forEach: {file: r.csv}", r_csv=f"sku,n\nA,1\nB, {value}\n")
    message = f"`n` holds `{value}`, the error of a formula in the spreadsheet"
    assert found == [("formula-error", "specs/r.csv:3:4", message)]


@pytest.mark.parametrize("value", ["Err:50", "Err:5022", "Err:602", "an Err:502 sign", "Err:", "error 502"])
def test_what_only_resembles_the_error_of_a_formula_is_a_text(value: str) -> None:
    assert len(instances("forEach: {file: r.csv}", r_csv=f"sku,n\nA,1\nB,{value}\n")) == 2


def test_other_texts_with_a_number_sign_are_texts() -> None:
    assert list(instances("forEach: {file: r.csv}", r_csv="sku,n\n#1,#neon\n#2,the #REF! sign\n")) == ["x[#1]", "x[#2]"]
