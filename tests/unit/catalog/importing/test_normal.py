from typing import Any

import pytest

from ltxspec.catalog.importing.normal import normal, rewritten
from ltxspec.catalog.importing.published import NotPublished


def parameter(schema: Any, **more: Any) -> Any:
    """The only parameter of a request, normalised."""
    root = {"properties": {"a": schema}, **more}
    return normal(root, root).schema["properties"]["a"]


def test_references_are_written_out_also_to_nested_ids() -> None:
    root = {
        "$id": "https://schemas.example/request",
        "properties": {
            "a": {"$ref": "#/$defs/size"},
            "b": {"$ref": "shapes/round"},
            "c": {"$ref": "https://schemas.example/shapes/round#/$defs/inner", "description": "c"},
            "d": {"$ref": "#/allOf/0/properties/d"},
        },
        "allOf": [{"properties": {"d": {"type": "boolean"}}, "if": {}}],
        "$defs": {
            "size": {"type": "integer"},
            "round": {
                "$id": "shapes/round",
                "type": "object",
                "properties": {"e": {"$ref": "#/$defs/inner"}},
                "$defs": {"inner": {"type": "string"}},
            },
        },
    }
    found = normal(root, root).schema["properties"]
    assert found["a"] == {"type": "integer"}
    assert found["b"] == {"type": "object", "properties": {"e": {"type": "string"}}}
    assert found["c"] == {"type": "string", "description": "c"}
    assert found["d"] == {"type": "boolean"}


def test_a_part_of_a_page_refers_into_the_page() -> None:
    page = {"components": {"schemas": {"Size": {"type": "integer"}}}}
    request = {"properties": {"a": {"$ref": "#/components/schemas/Size"}}}
    assert normal(request, page).schema["properties"]["a"] == {"type": "integer"}


@pytest.mark.parametrize("reference", ["#/$defs/none", "other.json", "https://elsewhere.example/x", "#anchor"])
def test_a_reference_that_leads_nowhere_is_said(reference: str) -> None:
    with pytest.raises(NotPublished, match="leads nowhere"):
        parameter({"$ref": reference})


def test_schemas_that_never_end_are_refused() -> None:
    with pytest.raises(NotPublished, match="back to itself"):
        parameter({"$ref": "#/properties/a"})
    deep: Any = {}
    for _ in range(300):
        deep = {"items": deep}
    with pytest.raises(NotPublished, match="deep"):
        parameter(deep)
    doubling = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)}
    with pytest.raises(NotPublished, match="too large"):
        parameter({"$ref": "#/$defs/d0"}, **{"$defs": {**doubling, "d20": {}}})


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ({"minimum": 0, "maximum": 9223372036854776000}, {"minimum": 0, "maximum": 2**53 - 1}),
        ({"minimum": -(10**30), "exclusiveMinimum": True}, {"minimum": -(2**53 - 1)}),
        ({"type": "integer", "multipleOf": 64, "x-order": 1, "$comment": "a"}, {"type": "integer", "multipleOf": 64}),
        ({"items": [{"type": "string"}]}, {"prefixItems": [{"type": "string"}], "items": True}),
        ({"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"dependentSchemas": {"a": {"required": ["b"]}}}),
        ({"unevaluatedProperties": False}, {"additionalProperties": False}),
        ({"default": None}, {}),
        (True, True),
        ({"oneOf": [{"const": 5}, {"const": 10}]}, {"enum": [5, 10]}),
        ({"if": {"const": 1}, "then": {"minimum": 0}}, {"if": {"const": 1}, "then": {"minimum": 0}}),
        (
            {"allOf": [{"properties": {"b": {}}, "required": ["b"]}, {"properties": {"c": {}}}, {"not": {}}]},
            {"properties": {"b": {}, "c": {}}, "required": ["b"], "allOf": [{"not": {}}]},
        ),
    ],
)
def test_keywords_are_those_of_model_files(schema: Any, found: Any) -> None:
    assert parameter(schema) == found


@pytest.mark.parametrize(
    "schema",
    [{"pattern": "(?=a)b"}, {"multipleOf": 0.01}, {"patternProperties": {"^a": {}}, "additionalProperties": False}],
)
def test_what_a_model_file_cannot_express_is_left_out_and_noted(schema: Any) -> None:
    root = {"properties": {"a": schema}}
    found = normal(root, root)
    assert found.schema["properties"]["a"] == {}
    assert len(found.left_out) == 1


def test_a_target_that_differs_from_what_is_beside_the_reference_counts_as_well() -> None:
    found = parameter({"$ref": "#/$defs/b", "minimum": 2}, **{"$defs": {"b": {"minimum": 1}}})
    assert found == {"minimum": 2, "allOf": [{"minimum": 1}]}


def test_every_schema_is_rewritten_the_innermost_first() -> None:
    schema = {
        "properties": {"a": {"anyOf": [{"format": "x"}, True]}},
        "not": {"format": "y"},
        "enum": [{"format": "z"}],
    }
    found = rewritten(schema, lambda node: {key: item for key, item in node.items() if key != "format"})
    assert found == {"properties": {"a": {"anyOf": [{}, True]}}, "not": {}, "enum": [{"format": "z"}]}
