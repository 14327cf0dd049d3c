import json
from typing import Any

import jsonschema
import pytest

from ltxspec.spec.document import read_document
from ltxspec.spec.editing import EditorModel
from ltxspec.spec.structure import spec_schema, structural_errors
from ltxspec.values import Json

MODEL: dict[str, Json] = {
    "type": "object",
    "properties": {
        "model": {"const": "acme:1@0"},
        "positivePrompt": {"type": "string"},
        "taskUUID": {"type": "string"},
        "width": {"type": "integer", "minimum": 8},
        "settings": {"type": "object", "properties": {"sound": {"type": "boolean"}}, "additionalProperties": False},
    },
}
ACME = EditorModel(["acme:1@0", "acme"], MODEL, "acme", "Acme", "Makes videos")
GOOD = """
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: s, title: t, labels: {a: b, n: 1}}
model: acme:1@0
vars: {city: Oslo}
defaults: {width: 64, settings: {sound: "{{ loud }}"}}
checks: [{assert: width > 8, message: m, severity: warning}]
shots:
  a: {prompt: p, width: "{{ w }}", settings: "{{ all }}", moved: "b[1,2]", title: t, vars: {x: [1]}}
  b: {prompt: {file: p.j2}, width: null, matrix: {sky: [1, x, true], include: [{z: {y: 1}}], exclude: [{sky: 1}]}}
  c: {prompt: p, forEach: {file: a.csv, key: k}, model: acme:1@0}
  d: {prompt: p, forEach: [{a: 1}]}
  e: {prompt: p, forEach: {items: [{a: 1}]}}
"""


def errors(text: str) -> list[str]:
    schema = spec_schema([ACME])
    validator = jsonschema.Draft202012Validator(schema)
    return sorted(error.json_path for error in validator.iter_errors(read_document(text, "a").root))


def test_the_schema_is_valid_and_takes_what_the_parser_takes() -> None:
    jsonschema.Draft202012Validator.check_schema(spec_schema([ACME]))
    assert errors(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "path"),
    [
        ("kind: RenderSpec", "kind: Other", "$.kind"),
        ("name: s", "name: S", "$.metadata.name"),
        ("width: 64", "width: 2", "$.defaults.width"),
        ("width: 64", "width: wide", "$.defaults.width"),
        ("width: 64", "positivePrompt: p", "$.defaults"),
        ("width: 64", "widht: 64", "$.defaults"),
        ("sound: ", "noise: ", "$.defaults.settings"),
        ("prompt: p, width", "promt: p, width", "$.shots.a"),
        ("sky: [1, x, true]", "sky: []", "$.shots.b.matrix.sky"),
        ("  d:", "  d.d:", "$.shots"),
        ("city: Oslo", "ci-ty: Oslo", "$.vars"),
        ("severity: warning", "severity: warn", "$.checks"),
        ("file: a.csv", "path: a.csv", "$.shots.c.forEach"),
    ],
)
def test_an_editor_sees_a_slip(good: str, bad: str, path: str) -> None:
    assert path in errors(GOOD.replace(good, bad, 1))


def keywords(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [word for part in schema for word in keywords(part)]
    if not isinstance(schema, dict):
        return []
    return [*schema, *(word for part in schema.values() for word in keywords(part))]


def test_the_schema_describes_itself_and_names_known_models() -> None:
    schema = spec_schema([ACME])
    offered = schema["properties"]["model"]["anyOf"][0]
    assert (offered["enum"], offered["enumDescriptions"]) == (["acme:1@0"], ["Acme. Makes videos"])
    assert jsonschema.Draft202012Validator(spec_schema([])["properties"]["model"]["anyOf"][0]).is_valid("any")
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all(
        "description" in part or "$ref" in part
        for name, part in schema["$defs"]["ShotPart"]["properties"].items()
        if name != "prompt"  # its words are in the definition that models refer to
    )
    assert schema["$defs"]["Prompt"]["description"]
    assert "patternProperties" not in keywords(schema)


def test_the_schema_is_the_same_every_time() -> None:
    assert json.dumps(spec_schema([ACME])) == json.dumps(spec_schema([ACME]))


def test_keys_that_begin_with_x_are_the_authors_own() -> None:
    assert errors(f"{GOOD}x-sizes: {{wide: &wide {{width: 1920}}}}\nx-: 1\n") == []
    assert errors(f"{GOOD}y-sizes: 1\n") == ["$"]
    assert [
        error["loc"] for error in structural_errors({"x-a": 1, "y-a": 2}) if error["type"] == "extra_forbidden"
    ] == [("y-a",)]


def test_a_spec_may_be_without_shots() -> None:
    head = {"apiVersion": "ltxspec/v1", "kind": "RenderSpec", "metadata": {"name": "s"}}
    assert structural_errors({**head, "shots": {}}) == []
    assert errors(json.dumps({**head, "shots": {}})) == []
