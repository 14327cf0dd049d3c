import copy
from typing import Any

from ltxspec.catalog.importing.comparing import Difference, differences

FILE: dict[str, Any] = {
    "required": ["model"],
    "properties": {
        "model": {"const": "maker:film@1"},
        "duration": {"type": "integer", "maximum": 10, "description": "Seconds."},
        "inputs": {"type": "object", "properties": {"images": {"type": "array", "items": {"$ref": "#/$defs/image"}}}},
    },
    "$defs": {"image": {"type": "string"}},
    "allOf": [{"required": ["duration"], "x-problem": {"message": "a"}}],
    "x-ltxspec": {"name": "Film", "media": ["/a", "/b"], "defaults": {"sent": []}},
}


def changed() -> dict[str, Any]:
    return copy.deepcopy(FILE)


def test_words_and_order_do_not_count() -> None:
    other = changed()
    other["properties"] = dict(reversed(other["properties"].items()))
    other["properties"]["duration"]["description"] = "Length."
    other["allOf"][0]["x-problem"] = {"message": "b"}
    other["x-ltxspec"]["media"].reverse()
    assert differences(FILE, other) == []


def test_what_is_accepted_and_what_it_is_about_count() -> None:
    other = changed()
    other["required"].append("duration")
    other["properties"]["duration"]["maximum"] = 20
    other["properties"]["fps"] = {"enum": [24]}
    del other["properties"]["inputs"]
    other["allOf"] = []
    other["x-ltxspec"]["status"] = "retired"
    assert differences(FILE, other) == [
        Difference("changed", "/duration", {"maximum": 10}, {"maximum": 20, "required": True}),
        Difference("removed", "/inputs", {"type": "object"}),
        Difference("removed", "/inputs/images", {"type": "array"}),
        Difference("added", "/fps", None, {"enum": [24]}),
        Difference("removed", "rules", [{"required": ["duration"]}]),
        Difference("added", "status", None, "retired"),
    ]


def test_forms_of_items_are_compared_inside() -> None:
    other = changed()
    inside = {"anyOf": [{"$ref": "#/$defs/image"}, {"properties": {"image": {"type": "string"}}}]}
    other["properties"]["inputs"]["properties"]["images"]["items"] = inside
    assert differences(FILE, other) == [Difference("added", "/inputs/images/*/image", None, {"type": "string"})]
