"""Every file in schemas/models/ passes the same tests: adding a model adds its cases."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ltxspec.catalog.defaults import full_defaults, sent_defaults
from ltxspec.catalog.models import PROMPT, Model, load_catalog
from ltxspec.catalog.price_examples import example_problems
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.settings import Sourced
from ltxspec.catalog.validation import check_schema, validate, validate_prompt

FILES = sorted((Path(__file__).parents[3] / "schemas" / "models").glob("*.json"))
COMPOSITES = ("not", "if", "contains", "dependentRequired", "dependentSchemas", "pattern")


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def model(request: pytest.FixtureRequest, documents: dict[str, Any]) -> Model:
    return load_catalog({request.param.name: documents[request.param.name]}).models[0]


def schemas_in(node: Any, *, worded: bool = False) -> Iterator[tuple[dict[str, Any], bool]]:
    """Every schema object of a file, and whether words of its own stand on the way to it."""
    if isinstance(node, list):
        for item in node:
            yield from schemas_in(item, worded=worded)
    elif isinstance(node, dict):
        worded = worded or "x-problem" in node
        yield node, worded
        for key, item in node.items():
            if key not in ("x-ltxspec", "x-problem", "examples", "const", "enum", "default"):
                yield from schemas_in(item, worded=worded)


def test_the_folder_is_not_empty() -> None:
    assert len(FILES) >= 3


def test_the_file_is_named_after_the_slug(model: Model) -> None:
    assert model.file == f"{model.slug}.json"


def test_the_schema_is_valid(model: Model) -> None:
    check_schema(model)


def test_every_example_is_accepted_and_stays_so_with_its_defaults(model: Model) -> None:
    assert model.schema["examples"]
    for example in model.schema["examples"]:
        assert validate(model, example) == []
        assert validate(model, sent_defaults(model, example)) == []
        assert validate(model, full_defaults(model, example)) == []
        assert validate_prompt(model, example[PROMPT]) == []


def test_every_fact_price_and_decision_has_a_source_and_a_date(model: Model) -> None:
    settings = model.settings
    known: list[Sourced] = [*settings.facts, *settings.price.rows]
    for entry in known:
        assert entry.source.strip()
        assert entry.confidence in ("verified", "inferred", "unverified")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry.date)
    assert all(decision.why.strip() for decision in settings.decisions)


def test_every_size_that_the_schema_lists_has_a_decimal_price_and_no_other_one_has(model: Model) -> None:
    offered = [
        tuple(branch["properties"][side]["const"] for side in ("width", "height"))
        for rule in model.schema["allOf"]
        for branch in rule.get("anyOf", rule.get("then", {}).get("anyOf", []))
    ]
    rows = model.settings.price.rows
    assert all(Decimal(row.usd_per_second) > 0 for row in rows)
    if not offered:  # sizes of one's own: those that have a price are at least among them
        sizes = [dict(zip(("width", "height"), row.at, strict=True)) for row in rows]
        assert [validate(model, {**model.schema["examples"][0], **size}) for size in sizes] == [[]] * len(rows)
        return
    assert {row.at for row in rows} == set(offered)
    assert all(estimate(model, {"width": w, "height": h, "duration": 6}) is not None for w, h in offered)


def test_the_published_examples_of_prices_come_out(model: Model) -> None:
    assert list(example_problems(model)) == []


def test_no_rule_is_left_without_words_of_its_own(model: Model) -> None:
    bare = [schema for schema, worded in schemas_in(model.schema) if not worded and set(COMPOSITES) & set(schema)]
    assert bare == []


def test_every_parameter_is_described(model: Model) -> None:
    assert [name for name, schema in model.schema["properties"].items() if not schema.get("description")] == []


def test_the_prompt_is_bounded_by_length_alone_as_the_cheap_check_assumes(model: Model) -> None:
    bounds = {"minLength", "maxLength"}  # none where no source names any
    assert set(model.schema["properties"][PROMPT]) - bounds == {"description", "type"}


def test_no_mapping_below_the_request_takes_unknown_keys(model: Model) -> None:
    objects = [schema for schema, _ in schemas_in(model.schema) if schema.get("type") == "object"]
    open_ones = [schema for schema in objects if schema.get("additionalProperties") is not False]
    assert all("properties" in schema and "description" not in schema for schema in open_ones)  # parts of rules only
