from typing import Any

import pytest
from sitegen.shapes import forms, resolve, value

ROOT = {"$defs": {"Image": {"type": "string", "minLength": 1}, "Removed": {"not": {"type": ["string", "null"]}}}}


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 20, "maximum": 99}, "whole number, 20–99"),
        ({"type": "string", "minLength": 2, "maxLength": 10}, "text, 2–10 characters"),
        ({"type": "array", "minItems": 1, "maxItems": 1}, "list, 1 item"),
        ({"type": "integer", "minimum": 60}, "whole number, at least 60"),
        ({"type": "number", "exclusiveMinimum": 0}, "number, more than 0"),
        ({"enum": [6, "auto", True, None]}, "`6`, `auto`, `true`, `null`"),
        ({"const": "ltxspec/v1"}, "`ltxspec/v1`"),
        ({"type": ["string", "null"]}, "text or null"),
        ({}, ""),
    ],
)
def test_a_value_in_words(schema: dict[str, Any], words: str) -> None:
    assert value(schema) == words


def test_what_stands_beside_a_reference_wins() -> None:
    found = resolve(ROOT, {"$ref": "#/$defs/Image", "description": "of the start"})
    assert found == {"type": "string", "minLength": 1, "description": "of the start"}


def test_the_forms_of_a_value_are_named_and_the_removal_of_a_default_is_none_of_them() -> None:
    part = {"anyOf": [{"$ref": "#/$defs/Image"}, {"type": "null"}, {"$ref": "#/$defs/Removed"}]}
    assert forms(ROOT, part) == [("Image", {"type": "string", "minLength": 1}), (None, {"type": "null"})]
