"""The flat rules find what the published ones find, at the same place and by the same keyword."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from ltxspec.catalog.dialect import flat_rules

MODELS = sorted((Path(__file__).parents[3] / "schemas" / "models").glob("*.json"))
PUBLISHED = Draft202012Validator(Draft202012Validator.META_SCHEMA)
FLAT = Draft202012Validator(flat_rules(), registry=Registry())
KEYWORDS = sorted(flat_rules()["properties"])
ODD: list[Any] = [None, True, -1, 0, 1.5, "", "a", "#a", "(", [], ["a"], ["a", "a"], [{}], [1], {}, {"a": 1}]


def first(rules: Any, schema: Any) -> Any:
    error = next(rules.iter_errors(schema), None)
    return error and (list(error.absolute_path), error.validator, error.message)


@pytest.mark.parametrize("keyword", KEYWORDS)
@pytest.mark.parametrize("wrap", [lambda schema: schema, lambda schema: {"$defs": {"a": {"allOf": [True, schema]}}}])
def test_every_keyword_takes_and_refuses_the_same_values(keyword: str, wrap: Any) -> None:
    for value in [*ODD, {"a": {"type": "x"}}, {"a": ["b"]}, [{"type": "x"}], "https://example.com/a#", "integer"]:
        schema = wrap({keyword: value})
        assert first(FLAT, schema) == first(PUBLISHED, schema)


@pytest.mark.parametrize("value", ODD)
def test_what_is_no_schema_at_all_is_refused_alike(value: Any) -> None:
    assert first(FLAT, value) == first(PUBLISHED, value)


@given(st.dictionaries(st.sampled_from(KEYWORDS), st.sampled_from(ODD), max_size=4), st.data())
def test_of_several_mistakes_the_same_is_found_first(wrong: dict[str, Any], data: st.DataObject) -> None:
    schema = {**wrong, "properties": {"a": data.draw(st.dictionaries(st.sampled_from(KEYWORDS), st.sampled_from(ODD)))}}
    assert first(FLAT, schema) == first(PUBLISHED, schema)


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_the_packaged_models_are_fine_by_both(file: Path) -> None:
    schema = json.loads(file.read_text())
    assert first(FLAT, schema) is None is first(PUBLISHED, schema)


def test_nothing_is_looked_up_but_the_rules_themselves() -> None:
    text = json.dumps(flat_rules())
    assert text.count('"$ref": "#"') == text.count('"$ref": "') > 10
    assert '"$dynamicRef": "' not in text
