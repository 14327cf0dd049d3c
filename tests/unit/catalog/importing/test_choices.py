from typing import Any

import pytest

from ltxspec.catalog.importing.choices import as_choice, united, without_null


def test_a_choice_of_constants_is_an_enum_that_says_what_each_means() -> None:
    node = {"description": "Mode.", "oneOf": [{"const": "a", "description": "first"}, {"const": "b", "type": "string"}]}
    assert as_choice(node) == {"description": "Mode. `a`: first", "type": "string", "enum": ["a", "b"]}


@pytest.mark.parametrize(
    "node", [{"oneOf": [{"const": 1}, {"minimum": 3}]}, {"anyOf": []}, {"oneOf": [{"const": [1]}]}, {"oneOf": [True]}]
)
def test_other_choices_stay(node: dict[str, Any]) -> None:
    assert as_choice(node) == node


@pytest.mark.parametrize(
    ("node", "left"),
    [
        ({"type": ["string", "null"]}, {"type": "string"}),
        ({"enum": [1, None]}, {"enum": [1]}),
        ({"title": "a", "anyOf": [{"type": "integer"}, {"type": "null"}]}, {"type": "integer", "title": "a"}),
        (
            {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
            {"anyOf": [{"type": "integer"}, {"type": "string"}]},
        ),
        ({"anyOf": [{"type": "null"}]}, {}),
    ],
)
def test_null_is_never_sent(node: dict[str, Any], left: dict[str, Any]) -> None:
    assert without_null(node) == left


def test_variants_are_one_request_with_the_variants_as_a_rule() -> None:
    variants = [
        {"properties": {"a": {"enum": [1]}, "model": {"const": "m"}}, "required": ["model", "a"]},
        {
            "properties": {"a": {"enum": [2, 1]}, "b": {"type": "string"}, "model": {"const": "m"}},
            "required": ["model"],
        },
    ]
    found = united({"oneOf": variants})
    assert found["properties"] == {"a": {"enum": [1, 2]}, "model": {"const": "m"}, "b": {"type": "string"}}
    assert found["required"] == ["model"]
    assert found["oneOf"] == variants


def test_a_parameter_that_variants_describe_differently_takes_either() -> None:
    parts = [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"type": "integer"}}}]
    assert united({"anyOf": parts})["properties"]["a"] == {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    assert united({"type": "object"}) == {"type": "object"}
