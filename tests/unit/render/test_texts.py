from typing import Any

import pytest
from unit.render.project import HEAD, Bench, read

from ltxspec.render.texts import FAILED, Scope, TextReading

SPEC = read(HEAD + "vars: {a: 1}\nshots: {s: {prompt: '{{ nope }}'}}\n")


@pytest.fixture
def bench() -> Bench:
    return Bench(SPEC)


SCOPE = Scope({"n": 8, "word": "rain", "nothing": None}, "s")


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("{{ n }}", 8),
        ("{{ n }}s", "8s"),
        ({"a": ["{{ n }}", {"b": "{{ word }}"}], "c": 1}, {"a": [8, {"b": "rain"}], "c": 1}),
        ({"a": "{{ nothing }}", "b": 1}, {"b": 1}),
        ({"a": None}, {"a": None}),
        (["{{ nothing }}"], [None]),
        (5, 5),
    ],
)
def test_texts_are_rendered_at_any_depth(bench: Bench, value: Any, result: Any) -> None:
    assert bench.texts.value(value, SCOPE, ("vars", "a")) == result
    assert bench.diagnostics == []


def test_all_bad_texts_of_a_value_are_reported(bench: Bench) -> None:
    value = {"a": "{{ one }}", "b": ["{{ n }}", "{{ two }}"]}
    assert bench.texts.value(value, SCOPE, ("vars", "a")) is FAILED
    assert [found.message for found in bench.diagnostics] == ["`one` is not defined", "`two` is not defined"]


def test_only_what_one_expression_gives_as_text_is_converted(bench: Bench) -> None:
    reading = TextReading(lambda path: path, lambda path, text: (path, text))
    value = {"a": "{{ word }}", "b": "{{ n }}", "c": "{{ word }}!", "d": "rain"}
    assert bench.texts.read(value, SCOPE, reading) == {"a": (("a",), "rain"), "b": 8, "c": "rain!", "d": "rain"}


def test_users_of_broken_variables_are_not_blamed(bench: Bench) -> None:
    scope = Scope({}, "s", frozenset({"nope"}))
    assert bench.texts.text("{{ nope }}", scope, ("shots", "s", "prompt")) is None
    assert bench.diagnostics == []
    assert bench.texts.text("{{ other }}", scope, ("shots", "s", "prompt")) is None
    assert [found.code for found in bench.diagnostics] == ["undefined-variable"]


def test_expressions_hold_or_are_reported(bench: Bench) -> None:
    assert bench.texts.holds("n == 8", SCOPE, ()) is True
    assert bench.texts.holds("n == 9", SCOPE, ()) is False
    assert bench.texts.holds("m == 9", SCOPE, ()) is None
    assert [found.message for found in bench.diagnostics] == ["`m` is not defined"]


def test_problems_of_prompt_files_are_placed_in_the_file(bench: Bench) -> None:
    assert bench.texts.text("a\n{{ nope }}", SCOPE, ("shots", "s", "prompt"), "prompts/a.j2") is None
    assert [str(found.where) for found in bench.diagnostics] == ["prompts/a.j2:2:4"]
