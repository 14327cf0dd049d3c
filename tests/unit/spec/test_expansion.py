from collections.abc import Mapping

import pytest

from ltxspec.errors import Diagnostic, Problems
from ltxspec.spec.expansion import MAX_INSTANCES, expand
from ltxspec.spec.files import FileProblem
from ltxspec.spec.models import Instance
from ltxspec.spec.parsing import parse_spec
from ltxspec.values import Json

HEAD = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: s}\nshots:\n  x:\n    prompt: p\n"


class Files:
    """A project in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def read_text(self, path: str, *, beside: str) -> str:
        if path not in self.files:
            raise FileProblem(f"`{path}` does not exist", hint=f"paths are relative to {beside}")
        return self.files[path]

    def sha256(self, path: str, *, beside: str) -> str:
        raise NotImplementedError

    def resolve(self, path: str, *, beside: str) -> str:
        return f"{beside.rpartition('/')[0]}/{path}"


def expanded(shot: str, **files: str) -> tuple[list[Instance], list[Diagnostic]]:
    """Expand one shot of a spec in which `shot` stands from line 7 on; a file `r_csv` is called `r.csv`."""
    problems = Problems()
    text = HEAD + "".join(f"    {line}\n" for line in shot.splitlines())
    spec = parse_spec(text, "specs/s.yaml", problems)
    assert spec is not None, problems.diagnostics
    named = {name.replace("_", "."): content for name, content in files.items()}
    return expand(spec, spec.shots["x"], Files(named), problems), problems.diagnostics


def instances(shot: str, **files: str) -> dict[str, dict[str, Json]]:
    found, diagnostics = expanded(shot, **files)
    assert diagnostics == []
    return {instance.key: dict(instance.variables) for instance in found}


def problems(shot: str, **files: str) -> list[tuple[str, str, str]]:
    found, diagnostics = expanded(shot, **files)
    assert found == []
    return [(each.code, str(each.where), each.message) for each in diagnostics]


def test_a_plain_shot_is_its_own_instance() -> None:
    assert instances("width: 3") == {"x": {}}


def test_a_matrix_gives_an_instance_for_each_combination() -> None:
    assert instances("matrix: {sky: [rain, 'a,b'], hour: [1, 2.50, true]}") == {
        "x[rain,1]": {"sky": "rain", "hour": 1},
        "x[rain,2.5]": {"sky": "rain", "hour": 2.5},
        "x[rain,true]": {"sky": "rain", "hour": True},
        'x["a,b",1]': {"sky": "a,b", "hour": 1},
        'x["a,b",2.5]': {"sky": "a,b", "hour": 2.5},
        'x["a,b",true]': {"sky": "a,b", "hour": True},
    }


def test_the_order_of_axes_is_the_order_written() -> None:
    assert list(instances("matrix: {b: [1], a: [2, 3]}")) == ["x[1,2]", "x[1,3]"]


def test_include_and_exclude_change_the_instances() -> None:
    shot = (
        "matrix:\n  sky: [rain, fog]\n  exclude: [{sky: fog}]\n"
        "  include:\n    - {sky: rain, mood: calm}\n    - {mood: odd, sky: snow}\n"
    )
    assert instances(shot) == {
        "x[rain]": {"sky": "rain", "mood": "calm"},
        "x[snow,odd]": {"sky": "snow", "mood": "odd"},
    }


def test_the_key_of_an_instance_does_not_depend_on_how_the_matrix_is_written() -> None:
    block = "matrix:\n  sky:\n    - rain\n    - 'fog'\n"
    assert instances(block) == instances('matrix: {"sky": ["rain", fog]}')


@pytest.mark.parametrize(
    ("shot", "problem"),
    [
        (
            "matrix: {a: [1, 2, '1']}",
            ("duplicate-instance", "specs/s.yaml:7:24", "`1` stands twice in the axis `a`, first at specs/s.yaml:7:18"),
        ),
        (
            "matrix:\n  a: [1]\n  include:\n    - {a: 2, b: 1}\n    - {a: 2, b: '1'}",
            ("duplicate-instance", "specs/s.yaml:11:11", "`x[2,1]` names two instances, first at specs/s.yaml:10:11"),
        ),
        (
            "matrix: {a: [1], exclude: [{b: 1}]}",
            ("unknown-axis", "specs/s.yaml:7:33", "`b` is not an axis of this matrix"),
        ),
        ("matrix: {a: [1], exclude: [{}]}", ("empty", "specs/s.yaml:7:32", "this entry of `exclude` is empty")),
        ("matrix: {a: [1], include: [{}]}", ("empty", "specs/s.yaml:7:32", "this entry of `include` is empty")),
        (
            "matrix: {include: [{a: [1]}]}",
            ("missing-key", "specs/s.yaml:7:24", "nothing in this entry of `include` can name an instance"),
        ),
    ],
)
def test_a_matrix_that_makes_no_sense_is_refused(shot: str, problem: tuple[str, str, str]) -> None:
    assert problems(shot) == [problem]


def test_an_exclude_that_does_nothing_is_a_warning_and_the_instances_stay() -> None:
    found, (warning,) = expanded("matrix: {a: [rain], exclude: [{a: Rain}]}")
    assert [each.key for each in found] == ["x[rain]"]
    assert (warning.severity, warning.code, str(warning.where)) == ("warning", "idle-exclude", "specs/s.yaml:7:35")


@pytest.mark.parametrize("shot", ["matrix: {a: [1], exclude: [{a: 1}]}", "forEach: []", "forEach: {items: []}"])
def test_no_instance_at_all_is_a_warning(shot: str) -> None:
    assert [code for code, _, _ in problems(shot)] == ["no-instances"]


def test_a_matrix_beyond_all_bounds_is_refused_before_it_is_built() -> None:
    axis = ", ".join(map(str, range(1000)))
    ((code, where, message),) = problems(f"matrix: {{a: &v [{axis}], b: *v, c: *v, d: *v, e: *v, f: *v}}")
    assert (code, where) == ("too-many-instances", "specs/s.yaml:7:5")
    assert f"{MAX_INSTANCES:,}" in message


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
            ("missing-key", "specs/r.csv:3:1", "this row has no `n`, which tells rows apart"),
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
            ("missing-key", "specs/s.yaml:7:27", "`k` tells rows apart, so it must be a single value"),
        ),
        (
            "forEach: [{k: 1}, {l: 1}]",
            ("missing-key", "specs/s.yaml:7:23", "this row has no `k`, which tells rows apart"),
        ),
        (
            "forEach: [{}]",
            ("missing-key", "specs/s.yaml:7:15", "the first row is empty, so nothing tells the rows apart"),
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
