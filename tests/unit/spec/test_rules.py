import pytest

from ltxspec.spec.models import SET_BY_LTXSPEC
from ltxspec.spec.rules import broken_rules
from ltxspec.values import Json


def found(spec: Json) -> list[tuple[tuple[str | int, ...], str]]:
    return [(fault.path, fault.code) for fault in broken_rules(spec)]


@pytest.mark.parametrize("key", list(SET_BY_LTXSPEC))
def test_what_ltxspec_sets_is_refused_everywhere_with_what_to_write_instead(key: str) -> None:
    in_defaults, in_shot = broken_rules({"defaults": {key: 1}, "shots": {"x": {"prompt": "p", key: 1}}})
    assert (in_defaults.path, in_shot.path) == (("defaults", key), ("shots", "x", key))
    assert {in_defaults.code, in_shot.code} == {"set-by-ltxspec"}
    assert in_defaults.hint == in_shot.hint == SET_BY_LTXSPEC[key]


@pytest.mark.parametrize("key", ["prompt", "vars", "matrix", "forEach", "moved", "title", "labels", "checks", "model"])
def test_only_parameters_are_defaults(key: str) -> None:
    (fault,) = broken_rules({"defaults": {key: "x", "width": 3}})
    assert (fault.path, fault.code) == (("defaults", key), "not-a-default")
    assert str(fault.hint).startswith("write `")


def test_variables_must_have_names_a_template_can_read() -> None:
    spec = {
        "vars": {"a-b": 1, "ok": 1},
        "shots": {"x": {"prompt": "p", "vars": {"1a": 1}, "matrix": {"not": [1], "include": []}}},
    }
    assert found(spec) == [
        (("vars", "a-b"), "bad-name"),
        (("shots", "x", "vars", "1a"), "bad-name"),
        (("shots", "x", "matrix", "not"), "bad-name"),
    ]
    assert "`a_b`" in str(broken_rules(spec)[0].hint)


def test_a_shot_expands_in_one_way() -> None:
    assert found({"shots": {"x": {"prompt": "p", "matrix": {"a": [1]}, "forEach": []}}}) == [
        (("shots", "x", "forEach"), "two-expansions")
    ]


@pytest.mark.parametrize("matrix", [{}, {"exclude": [{"a": 1}]}])
def test_a_matrix_has_an_axis_or_an_include(matrix: Json) -> None:
    assert found({"shots": {"x": {"prompt": "p", "matrix": matrix}}}) == [(("shots", "x", "matrix"), "empty")]
    assert found({"shots": {"x": {"prompt": "p", "matrix": {**matrix, "include": [{"a": 1}]}}}}) == []


@pytest.mark.parametrize("prompt", ["", "  ", "\n\t\n"])
def test_a_blank_prompt_is_no_prompt(prompt: str) -> None:
    assert found({"shots": {"x": {"prompt": prompt}}}) == [(("shots", "x", "prompt"), "missing-prompt")]


def test_takes_move_once_and_never_to_where_they_are() -> None:
    shots = {
        name: {"prompt": "p", "moved": moved} for name, moved in {"a": "a", "b": "old", "c": "old", "d": "new"}.items()
    }
    assert found({"shots": shots}) == [(("shots", "a", "moved"), "moved"), (("shots", "c", "moved"), "moved")]


@pytest.mark.parametrize("spec", [None, [], {"shots": []}, {"shots": {"x": 3}}, {"vars": 3, "defaults": [1]}])
def test_a_wrong_shape_is_left_to_others(spec: Json) -> None:
    assert found(spec) == []


def test_two_shots_whose_names_differ_in_letter_case_are_refused() -> None:
    (fault,) = broken_rules({"shots": {"Alley": {"prompt": "p"}, "roof": {"prompt": "p"}, "alley": {"prompt": "p"}}})
    assert (fault.path, fault.code) == (("shots", "alley"), "duplicate-shot")
    assert fault.message == "`alley` and `Alley` differ only in letter case: they share a file name"
