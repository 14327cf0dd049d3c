from typing import Any

import pytest

from ltxspec.catalog.importing.accepting import takes

DOCUMENT = {"$defs": {"length": {"type": "integer", "maximum": 5}}}


@pytest.mark.parametrize(
    ("schema", "value", "is_taken"),
    [
        ({"type": "integer"}, 3, True),
        ({"type": "boolean"}, 3, False),
        ({"type": "integer"}, True, False),
        ({"type": "integer", "maximum": 2}, 3, False),
        ({"enum": [1, 2]}, 3, False),
        ({"const": "a"}, "a", True),
        ({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/length"}]}, 6, False),
        ({"anyOf": [{"type": "string"}, {"$ref": "#/$defs/length"}]}, 5, True),
        ({"$ref": "#/$defs/none"}, 5, True),
        ({"type": "strange"}, 5, True),
        ({"type": "string", "pattern": "(?<=x)("}, "a", True),
        ({"type": "string", "maxLength": 1}, "ab", False),
    ],
)
def test_kind_bounds_and_choices_decide(schema: dict[str, Any], value: Any, is_taken: bool) -> None:
    assert takes(DOCUMENT, schema, value) is is_taken
