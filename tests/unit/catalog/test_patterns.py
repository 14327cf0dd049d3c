"""A model file's patterns end, whatever a stranger writes."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.patterns import pattern_problems
from ltxspec.catalog.references import reference_problems
from ltxspec.catalog.validation import check_schema, validate
from ltxspec.errors import Invalid

MODELS = Path(__file__).parents[3] / "schemas" / "models"
BODY = {
    "taskType": "videoInference",
    "model": "lightricks:2@0",
    "positivePrompt": "A cat.",
    "width": 1920,
    "height": 1080,
}


def with_mood(schema: Any) -> Model:
    """The packaged model with one more parameter."""
    document = json.loads((MODELS / "lightricks-ltx-2-pro.json").read_text())
    document["properties"]["mood"] = schema
    document["x-ltxspec"]["order"].append("mood")
    return load_catalog({"mood.json": document}).models[0]


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*)*b"])
def test_a_pattern_that_would_search_for_ever_is_answered_at_once(pattern: str) -> None:
    started = time.process_time()
    (found,) = validate(with_mood({"type": "string", "pattern": pattern}), {**BODY, "mood": "a" * 4000 + "!"})
    assert (found.path, found.code) == (("mood",), "wrong-form")
    assert time.process_time() - started < 20  # of 2**4000 steps


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("^(?!x)", "invalid perl operator: (?!"),
        (r"(a)\1", r"invalid escape sequence: \1"),
    ],
)
def test_what_needs_steps_without_end_is_refused_with_its_place(pattern: str, reason: str) -> None:
    model = with_mood({"allOf": [{"not": {"pattern": pattern}}]})
    with pytest.raises(Invalid, match=r"`/properties/mood/allOf/0/not/pattern` is not a valid RE2") as caught:
        check_schema(model)
    assert reason in caught.value.summary
    (problem,) = caught.value.diagnostics
    assert problem.where is not None
    assert problem.where.file == "schemas/models/mood.json", "a file is named with its folder"


@pytest.mark.parametrize("pattern", ["a{99999999999999999999}", "(" * 3000 + ")" * 3000])
def test_what_another_reader_of_patterns_breaks_down_over_is_judged_by_re2_alone(pattern: str) -> None:
    model = with_mood({"type": "string", "pattern": pattern})
    assert list(pattern_problems(model.schema)) == []
    check_schema(model)


@pytest.mark.parametrize("keyword", ["$defs", "definitions", "dependentSchemas", "properties"])
@pytest.mark.parametrize("name", ["default", "const", "enum", "examples", "properties", "x-ltxspec"])
def test_a_pattern_is_looked_at_whatever_name_its_schema_stands_under(keyword: str, name: str) -> None:
    (found,) = pattern_problems({"allOf": [{keyword: {name: {"pattern": "^(?!x)"}}}]})
    assert found.startswith(f"`/allOf/0/{keyword}/{name}/pattern` is not a valid RE2 expression")


def test_names_by_pattern_are_refused() -> None:
    schema = {"type": "object", "properties": {"x": {"patternProperties": {"^(a+)+$": {}}, "additionalProperties": {}}}}
    assert reference_problems(schema) == [
        "`/properties/x/patternProperties` is not supported: name each parameter under `properties`"
    ]
    assert reference_problems({"properties": {"patternProperties": {"type": "string"}}}) == []


def test_a_parameter_may_be_called_pattern_and_data_is_left_alone() -> None:
    schema = {"properties": {"pattern": {"type": "string", "pattern": "^a$"}}, "default": {"pattern": "("}}
    assert list(pattern_problems(schema)) == []


@pytest.mark.parametrize(("value", "fits"), [("abc", True), ("Abc", False), ("x\ud800", True), ("", False), (3, True)])
def test_other_values_than_text_have_no_form(value: Any, fits: bool) -> None:
    found = validate(with_mood({"pattern": "^[a-z]"}), {**BODY, "mood": value})
    assert (found == []) is fits
