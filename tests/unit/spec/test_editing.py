from typing import Any

import jsonschema
import pytest

from ltxspec.spec.editing import EditorModel, Size
from ltxspec.spec.structure import spec_schema
from ltxspec.values import Json

SIDES: dict[str, Json] = {"width": {"type": "integer"}, "height": {"type": "integer"}}
ONE = EditorModel(
    ["maker:1@0", "one"],
    {"properties": {"positivePrompt": {}, "speed": {"enum": [1, 2]}, **SIDES}},
    "one",
    sizes=[Size(64, 36, "wide"), Size(64, 48, "high"), Size(36, 64, "upright")],
    only_sizes=True,
    needs_prompt=True,
)
TWO = EditorModel(["maker:2@0"], {"properties": {"positivePrompt": {}, "tempo": {"type": "string"}}}, "two")
MUTE = EditorModel(["maker:3@0"], {"properties": {"factor": {"type": "integer"}}}, "mute", takes_prompt=False)
GONE = EditorModel(["maker:4@0"], {"properties": {}}, "gone", is_offered=False)
SCHEMA = spec_schema([ONE, TWO, MUTE, GONE])


def errors(shots: dict[str, Any], model: str | None = "maker:1@0", defaults: Json = None) -> list[str]:
    document = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "s"}, "shots": shots}
    document |= {} if model is None else {"model": model}
    document |= {} if defaults is None else {"defaults": defaults}
    return sorted(error.json_path for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))


SHOT = {"prompt": "p"}


def test_the_model_of_the_spec_decides() -> None:
    assert errors({"a": {**SHOT, "speed": 1}}) == []
    assert errors({"a": {**SHOT, "speed": 1}}, "one") == []
    assert errors({"a": {**SHOT, "speed": 3}}) == ["$.shots.a.speed"]
    assert errors({"a": {**SHOT, "tempo": "x"}}) == ["$.shots.a.tempo"]
    assert errors({"a": SHOT}, defaults={"tempo": "x"}) == ["$.defaults"]
    assert errors({"a": SHOT}, "maker:2@0", {"tempo": "x"}) == []


def test_a_shot_may_have_another_model_and_then_defaults_are_not_judged_by_one() -> None:
    other = {**SHOT, "model": "maker:2@0", "tempo": "x"}
    assert errors({"a": SHOT, "b": other}) == []
    assert errors({"a": SHOT, "b": {**other, "speed": 1}}) == ["$.shots.b.speed"]
    assert errors({"a": SHOT, "b": other}, defaults={"tempo": "x", "speed": 9}) == []
    assert errors({"b": other}, defaults={"temppo": "x"}) == ["$.defaults"]
    assert errors({"b": other}, None, {"tempo": "x"}) == []
    assert errors({"b": other}, None, {"temppo": "x"}) == ["$.defaults"]
    assert errors({"a": SHOT, "b": other}, None) == ["$.shots.a"], "it has no model at all"
    assert errors({"b": {**SHOT, "model": "one"}}, defaults={"speed": 9}) == ["$.defaults.speed"]


def test_null_takes_away_what_defaults_have_for_other_models() -> None:
    other = {**SHOT, "model": "maker:2@0", "tempo": "x", "speed": None}
    assert errors({"a": {**SHOT, "tempo": None}, "b": other}, defaults={"tempo": "x", "speed": 1}) == []
    assert errors({"a": {**SHOT, "temppo": None}}) == ["$.shots.a"]


def test_an_unknown_model_is_one_error_and_not_many() -> None:
    assert errors({"a": {**SHOT, "speed": 9, "tempo": 1}}, "maker:9@0") == ["$.model"]
    assert errors({"a": {**SHOT, "model": "maker:9@0", "speed": 9}}) == ["$.shots.a.model"]
    assert errors({"a": {**SHOT, "temppo": 1}}, "maker:9@0") == ["$.model", "$.shots.a"]


def test_a_prompt_is_there_where_the_model_has_one() -> None:
    assert errors({"a": {"speed": 1}}) == ["$.shots.a"]
    assert errors({"a": {"tempo": "x"}}, "maker:2@0") == []
    assert errors({"a": {"factor": 2}}, "maker:3@0") == []
    assert errors({"a": SHOT}, "maker:3@0") == ["$.shots.a"]


@pytest.mark.parametrize(
    ("sides", "path"),
    [
        ({"width": 64, "height": 36}, []),
        ({"width": 64, "height": 48}, []),
        ({"width": 64}, []),
        ({"width": 64, "height": None}, []),
        ({"width": "{{ w }}", "height": 36}, []),
        ({"width": 36, "height": 48}, ["$.shots.a.height"]),
        ({"width": 65}, ["$.shots.a.width"]),
    ],
)
def test_sizes_are_pairs(sides: dict[str, Json], path: list[str]) -> None:
    assert errors({"a": {**SHOT, **sides}}) == path


def test_sizes_are_offered_as_one_choice_in_the_order_of_the_file() -> None:
    (rule,) = SCHEMA["$defs"]["one"]["allOf"]
    offers = rule["then"]["defaultSnippets"]
    assert [(offer["label"], offer["description"], offer["body"]) for offer in offers] == [
        ("width × height: 64 × 36", "wide", {"width": 64, "height": 36}),
        ("width × height: 64 × 48", "high", {"width": 64, "height": 48}),
        ("width × height: 36 × 64", "upright", {"width": 36, "height": 64}),
    ]
    widths = SCHEMA["$defs"]["one"]["properties"]["width"]["anyOf"][0]
    assert widths == {"enum": [64, 36], "enumDescriptions": ["64 × 36, wide; 64 × 48, high", "36 × 64, upright"]}
    assert "allOf" not in SCHEMA["$defs"]["two"]


def test_a_model_that_takes_no_orders_is_accepted_and_not_offered() -> None:
    assert "maker:4@0" not in SCHEMA["properties"]["model"]["anyOf"][0]["enum"]
    assert errors({"a": SHOT}, "maker:4@0") == []
