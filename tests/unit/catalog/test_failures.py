from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ltxspec.catalog.failures import ParameterFailure, failure_from, names_in, rule_of
from ltxspec.catalog.models import Model


def failures(schema: Any, value: Any) -> list[ParameterFailure]:
    return [failure_from(error) for error in Draft202012Validator(schema).iter_errors(value)]


def test_a_failure_tells_what_was_given_and_what_the_schema_wants() -> None:
    (found,) = failures({"properties": {"size": {"properties": {"w": {"maximum": 9}}}}}, {"size": {"w": 10}})
    assert (found.keyword, found.limit, found.given) == ("maximum", 9, 10)
    assert (found.path, found.schema) == (("size", "w"), {"maximum": 9})
    assert found.place == ("properties", "size", "properties", "w", "maximum")


def test_the_failures_of_alternatives_stand_inside() -> None:
    (found,) = failures({"anyOf": [{"type": "string"}, {"minimum": 3}]}, 2)
    assert [inner.keyword for inner in found.inner] == ["type", "minimum"]
    assert [inner.place for inner in found.inner] == [("anyOf", 0, "type"), ("anyOf", 1, "minimum")]


def test_a_schema_that_allows_nothing_is_a_failure_like_others() -> None:
    (found,) = failures({"properties": {"a": False}}, {"a": 1})
    assert (found.given, found.schema) == (1, {})


def test_the_nearest_rule_with_words_of_its_own_is_found_through_references(pro: Model) -> None:
    body = {"inputs": {"frameImages": ["file:///a.jpg"]}}
    found = failures(pro.schema, body)
    image = next(failure for failure in found if failure.path[:1] == ("inputs",))
    (inner, *_) = image.inner
    rule = rule_of(inner, pro)
    assert rule is not None
    assert rule["x-problem"]["code"] == "wrong-form"


def test_a_keyword_without_words_around_it_has_no_rule(pro: Model) -> None:
    (found,) = [failure for failure in failures(pro.schema, {"duration": 7}) if failure.path == ("duration",)]
    assert rule_of(found, pro) is None


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ({"required": ["a"], "properties": {"b": {"required": ["deep"]}}}, {"a", "b"}),
        (
            {"if": {"required": ["a"]}, "then": {"not": {"required": ["b"]}}, "else": {"properties": {"c": {}}}},
            {"a", "b", "c"},
        ),
        ({"anyOf": [{"required": ["a"]}, {"allOf": [{"oneOf": [{"required": ["b"]}]}]}]}, {"a", "b"}),
        (True, set()),
    ],
)
def test_a_rule_names_the_parameters_of_its_own_level(rule: Any, names: set[str]) -> None:
    assert names_in(rule) == names
