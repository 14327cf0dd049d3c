"""What a model file may refer to: schemas of its own, in a finite number of steps."""

import time
from typing import Any

import pytest

from ltxspec.catalog.references import reference_problems

HERE = "which is no schema of this file; references lead to `#/…` only"


def with_property(schema: Any, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}, **more}


@pytest.mark.parametrize(
    "reference",
    [
        "http://127.0.0.1:9/x.json",
        "https://json-schema.org/draft/2020-12/schema",
        "file:///etc/passwd",
        "other.json",
        "other.json#/x",
        "#/$defs/missing",
        "#/properties/x/type",
        "#/allOf/7",
        "#name",
        "urn:uuid:1",
    ],
)
def test_a_reference_leads_to_a_schema_of_the_same_file(reference: str) -> None:
    document = with_property({"type": "string", "allOf": [{"$ref": reference}]})
    assert reference_problems(document) == [f"`/properties/x/allOf/0/$ref` is `{reference}`, {HERE}"]


def test_references_within_the_file_are_followed() -> None:
    document = with_property(
        {"$ref": "#/$defs/a%20b"},
        **{
            "$id": "https://example.com/x.json",
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$defs": {"a b": {"$ref": "#/allOf/0/not"}, "a/b": {"$ref": "#/$defs/true"}, "true": True},
            "allOf": [{"not": {"$ref": "#/$defs/a~1b"}}],
        },
    )
    assert reference_problems(document) == []


@pytest.mark.parametrize(
    "key", ["$id", "$schema", "$vocabulary", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef"]
)
def test_no_part_of_the_file_has_another_address_or_dialect(key: str) -> None:
    (found,) = reference_problems(with_property({key: "http://127.0.0.1:9/x.json"}))
    assert found.startswith(f"`/properties/x/{key}` is not supported")


def test_a_parameter_may_be_called_like_a_keyword_and_is_looked_at_all_the_same() -> None:
    names = {"$ref": {"type": "string"}, "const": {"$ref": "http://127.0.0.1:9/"}}
    (found,) = reference_problems({"properties": names})
    assert found.startswith("`/properties/const/$ref` is `http://127.0.0.1:9/`")


NAMES = ("const", "default", "enum", "examples", "x-ltxspec", "properties", "pattern", "$ref")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("keyword", ["$defs", "definitions", "dependentSchemas", "properties"])
@pytest.mark.parametrize("schema", [{"$ref": "http://127.0.0.1:9/"}, {"$ref": "#/$defs/missing"}, {"$ref": "#"}])
def test_a_schema_is_looked_at_whatever_name_it_stands_under(keyword: str, name: str, schema: Any) -> None:
    (found,) = reference_problems({"properties": {"x": {keyword: {name: schema}}}})
    assert f"/properties/x/{keyword}/{name}/$ref` " in found


@pytest.mark.parametrize("name", NAMES)
def test_names_by_pattern_are_refused_wherever_they_stand(name: str) -> None:
    (found,) = reference_problems({"properties": {name: {"patternProperties": {"^(a+)+$": {}}}}})
    assert found.startswith(f"`/properties/{name}/patternProperties` is not supported")


@pytest.mark.parametrize(
    "reference",
    ["#/x-ltxspec/order", "#/default", "#/properties/y/examples/0", "#/properties/y/const", "#/properties", "#/$defs"],
)
def test_neither_data_nor_a_list_of_names_is_a_schema(reference: str) -> None:
    """What is read as data is looked through for no pattern."""
    data: dict[str, Any] = {"pattern": "(?!x)"}
    document = {
        "properties": {"x": {"$ref": reference}, "y": {"const": data, "examples": [data]}},
        "$defs": {},
        "default": data,
        "x-ltxspec": {"order": data},
    }
    assert reference_problems(document) == [f"`/properties/x/$ref` is `{reference}`, {HERE}"]


def test_a_reference_may_lead_to_a_schema_of_any_name() -> None:
    names = {name: {"type": "string"} for name in NAMES}
    document = with_property({"allOf": [{"$ref": f"#/$defs/{name}"} for name in NAMES]}, **{"$defs": names})
    assert reference_problems(document) == []


def test_what_is_data_refers_to_nothing() -> None:
    data = {"$ref": "http://127.0.0.1:9/", "$id": "x"}
    assert reference_problems(with_property({"const": data, "enum": [data], "default": data, "examples": [data]})) == []


def test_a_reference_that_leads_back_to_itself_is_refused() -> None:
    loop = {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}
    (found, *_) = reference_problems(with_property({"$ref": "#/$defs/a"}, **{"$defs": loop}))
    assert "refers to itself" in found
    assert "refers to itself" in reference_problems(with_property({"$ref": "#"}))[0]


@pytest.mark.parametrize("keyword", ["unevaluatedItems", "unevaluatedProperties"])
def test_what_is_looked_for_at_every_level_again_is_refused(keyword: str) -> None:
    schema: dict[str, Any] = {keyword: True}
    for _ in range(30):
        schema = {"allOf": [schema], keyword: True}
    found = reference_problems(with_property(schema))
    assert len(found) == 31
    assert all(f"/{keyword}` is not supported: use " in problem for problem in found)
    assert reference_problems({"properties": {keyword: {"type": "string"}}}) == []


def test_references_to_the_items_of_a_long_list_are_followed_at_once() -> None:
    many = 30_000
    started = time.process_time()
    parts = {"parts": {"allOf": [True] * many}}
    document = with_property({"allOf": [{"$ref": f"#/$defs/parts/allOf/{n}"} for n in range(many)]}, **{"$defs": parts})
    assert reference_problems(document) == []
    assert time.process_time() - started < 20  # of the minutes that 900 million names of places take


@pytest.mark.parametrize("place", ["01", "-1", "+1", "1_0", "\u0661", "2", "x", ""])
def test_an_item_of_a_list_is_named_by_its_number_alone(place: str) -> None:
    (found,) = reference_problems({"allOf": [True, {"not": {"$ref": f"#/allOf/{place}"}}]})
    assert found.endswith(HERE)


def test_references_that_double_at_every_step_are_refused() -> None:
    parts = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}, {"$ref": f"#/$defs/a{n + 1}"}]} for n in range(18)}
    document = with_property({"$ref": "#/$defs/a0"}, **{"$defs": {**parts, "a18": True}})
    (found,) = reference_problems(document)
    assert found == "the schema has more than 100,000 parts when its references are followed"


def test_a_schema_that_goes_too_deep_is_refused_however_it_gets_there() -> None:
    deep: dict[str, Any] = {}
    for _ in range(400):
        deep = {"not": deep}
    assert "more than 64 schemas deep" in reference_problems(with_property(deep))[0]
    chain = {f"a{n}": {"$ref": f"#/$defs/a{n + 1}"} for n in range(80)}
    for order in (chain, dict(reversed(chain.items()))):
        found = reference_problems(with_property({"$ref": "#/$defs/a0"}, **{"$defs": {**order, "a80": {}}}))
        assert "more than 64 schemas deep" in found[0]
