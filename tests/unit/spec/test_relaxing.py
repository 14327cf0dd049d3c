import jsonschema
import pytest

from ltxspec.spec.relaxing import REMOVED, REMOVED_DEFINITION, TEMPLATE_DEFINITION, model_parameters
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
RELAXED = model_parameters(ONE, {"hidden"}, {})


def fits(name: str, value: Json, relaxed: dict[str, dict[str, Json]] = RELAXED) -> bool:
    schema = {**relaxed[name], "$defs": {"Template": TEMPLATE_DEFINITION, "Removed": REMOVED_DEFINITION}}
    return jsonschema.Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize("value", [6, 8, "{{ s }}", "{% if a %}1{% endif %}{{ b }}", None])
def test_a_parameter_takes_what_its_model_takes_a_template_or_null(value: Json) -> None:
    assert fits("seconds", value)


@pytest.mark.parametrize("value", [4.5, "{{ s }}", None])
def test_alternatives_are_listed_beside_templates_and_null(value: Json) -> None:
    assert fits("seconds", value, model_parameters(TWO, (), {}))


@pytest.mark.parametrize("value", [7, 4.5, "6", True, "{%", [6]])
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


def test_words_and_defaults_stand_outside_and_null_is_never_a_value_to_choose() -> None:
    assert RELAXED["seconds"]["description"] == "Length"
    assert RELAXED["seconds"]["default"] == 6
    assert RELAXED["seconds"]["anyOf"][-1] == REMOVED
    assert "null" not in repr([RELAXED, REMOVED_DEFINITION["not"]])


def test_values_get_words_and_those_that_no_list_has_are_offered_all_the_same() -> None:
    told = model_parameters(ONE, (), {"seconds": {6: "cheap"}, "hidden": {"a": "one", "b": "two"}})
    assert told["seconds"]["anyOf"][0]["enumDescriptions"] == ["cheap", ""]
    assert told["hidden"]["anyOf"][0] == {"enum": ["a", "b"], "enumDescriptions": ["one", "two"]}
    assert fits("hidden", "c", told)


def test_a_parameter_that_is_left_out_is_left_out() -> None:
    assert list(RELAXED) == ["seconds", "inputs", "tree"]


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    assert fits("tree", {"down": {"down": {}}})
    assert not fits("tree", {"down": 3})
