import pytest
from unit.spec.expanding import expanded, instances, problems

from ltxspec.spec.expansion import MAX_INSTANCES

CASE = "differ only in letter case: they share a file name"
UNICODE = "differ only in Unicode form: they share a file name"


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
            (
                "duplicate-instance",
                "specs/s.yaml:7:24",
                "`1` appears twice in the axis `a`, first at specs/s.yaml:7:18",
            ),
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


def test_instances_that_would_share_a_file_are_refused_with_both_names() -> None:
    rows = "forEach:\n  - {k: AB}\n  - {k: ab}\n  - {k: caf\u00e9}\n  - {k: cafe\u0301}"
    assert problems(rows) == [
        (
            "duplicate-instance",
            "specs/s.yaml:9:13",
            "`x[ab]` and `x[AB]` at specs/s.yaml:8:13 " + CASE,
        ),
        (
            "duplicate-instance",
            "specs/s.yaml:11:13",
            "`x[cafe\u0301]` and `x[caf\u00e9]` at specs/s.yaml:10:13 " + UNICODE,
        ),
    ]
    assert problems("matrix: {sky: [Rain, fog, rain], hour: [1, 2]}") == [
        (
            "duplicate-instance",
            "specs/s.yaml:7:31",
            "`rain` and `Rain` at specs/s.yaml:7:20 " + CASE + " (in the axis `sky`)",
        )
    ]
