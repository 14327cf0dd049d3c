import jsonschema
import pytest

from ltxspec.spec.relaxing import TEMPLATE_DEFINITION, parameter_schemas
from ltxspec.values import Json

IMAGE = {"description": "An image", "type": "string", "minLength": 1, "x-problem": {"code": "c"}}
ONE: dict[str, Json] = {
    "properties": {
        "seconds": {"description": "Length", "default": 6, "type": "number", "enum": [6, 8]},
        "hidden": {"type": "string"},
        "inputs": {
            "type": "object",
            "required": ["images"],
            "additionalProperties": False,
            "properties": {"images": {"type": "array", "maxItems": 1, "items": {"$ref": "#/$defs/image"}}},
        },
        "tree": {"$ref": "#/$defs/tree"},
    },
    "$defs": {"image": IMAGE, "tree": {"type": "object", "properties": {"down": {"$ref": "#/$defs/tree"}}}},
}
TWO: dict[str, Json] = {
    "properties": {
        "seconds": {
            "description": "Length of it",
            "default": 5,
            "oneOf": [{"type": "number", "maximum": 5}, {"type": "null"}],
        },
        "inputs": {**ONE["properties"]["inputs"], "allOf": [{"x-problem": {}}]},
    },
    "$defs": {"image": IMAGE},
}
RELAXED = parameter_schemas({"one": ONE, "two": TWO}, {"hidden"})


def fits(name: str, value: Json) -> bool:
    schema = {**RELAXED[name], "$defs": {"Template": TEMPLATE_DEFINITION}}
    return jsonschema.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("value", [6, 4.5, "{{ s }}", "{% if a %}1{% endif %}{{ b }}", None])
def test_a_parameter_takes_what_any_model_takes_a_template_or_null(value: Json) -> None:
    assert fits("seconds", value)


@pytest.mark.parametrize("value", [7, "6", True, "{%", [6]])
def test_a_parameter_takes_nothing_else(value: Json) -> None:
    assert not fits("seconds", value)


@pytest.mark.parametrize(
    "value", [{}, {"images": None}, {"images": "{{ all }}"}, {"images": ["a.jpg"]}, {"images": ["{{ a }}"]}]
)
def test_templates_may_stand_inside_and_required_parts_may_come_from_defaults(value: Json) -> None:
    assert fits("inputs", value)


@pytest.mark.parametrize("value", [{"imges": []}, {"images": ["a", "b"]}, {"images": [""]}, {"images": [3]}])
def test_what_is_inside_is_still_judged(value: Json) -> None:
    assert not fits("inputs", value)


def test_only_what_holds_for_all_models_is_said_of_a_parameter() -> None:
    assert "default" not in RELAXED["seconds"]
    assert RELAXED["seconds"]["description"] == "Length"
    assert parameter_schemas({"one": ONE}, ())["seconds"]["default"] == 6


def test_equal_forms_are_listed_once() -> None:
    assert len(RELAXED["inputs"]["anyOf"]) == 3


def test_a_parameter_that_is_left_out_is_left_out() -> None:
    assert list(RELAXED) == ["seconds", "inputs", "tree"]


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    assert fits("tree", {"down": {"down": {}}})
    assert not fits("tree", {"down": 3})
