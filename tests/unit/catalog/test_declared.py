from typing import Any

import pytest

from ltxspec.catalog.declared import declares, is_kind

IMAGE = {"$ref": "#/$defs/image"}
ROOT: dict[str, Any] = {
    "$defs": {"image": {"type": "string"}},
    "properties": {
        "inputs": {
            "type": "object",
            "properties": {
                "audio": {"type": "string"},
                "images": {
                    "type": "array",
                    "items": {"anyOf": [IMAGE, {"type": "object", "properties": {"image": IMAGE}}]},
                },
            },
        },
        "free": {"type": "object"},
        "any": {},
        "loose": {"type": "array"},
        "size": {"enum": ["720p", "1080p"]},
        "choice": {"oneOf": [{"const": 1}, {"const": 2}]},
        "both": {"type": ["integer", "string"]},
    },
}


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({"inputs": {"audio": "a.wav"}}, True),
        ({"inputs": {"audio": True}}, False),
        ({"inputs": {"video": "a.mp4"}}, False),
        ({"inputs": {"images": ["a.png", {"image": "b.png"}]}}, True),
        ({"inputs": {"images": [{"frame": "last"}]}}, False),
        ({"free": {"audio": "a.wav"}}, False),
        ({"any": 1}, False),
        ({"loose": ["a"]}, False),
        ({"size": "4k"}, True),
        ({"size": 720}, False),
        ({"choice": 2}, True),
        ({"both": "x"}, True),
        ({"both": 1.5}, False),
        ({}, True),
    ],
)
def test_only_what_is_named_with_its_kind_is_declared(value: Any, known: bool) -> None:
    assert declares(ROOT, ROOT, value) is known


@pytest.mark.parametrize(
    ("schema", "value", "same"),
    [
        ({"type": "boolean"}, "a.wav", False),
        ({"type": "boolean"}, True, True),
        ({"type": "integer"}, True, False),
        ({"type": "number"}, 2, True),
        (IMAGE, "a.png", True),
        ({}, "a.png", False),
    ],
)
def test_a_kind_is_text_number_switch_list_or_mapping(schema: Any, value: Any, same: bool) -> None:
    assert is_kind(ROOT, schema, value) is same
