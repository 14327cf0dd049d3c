import copy
from collections.abc import Callable
from typing import Any

import pytest

from ltxspec.catalog.shape import hint_for, problems_of

FILE = "lightricks-ltx-2-5-fast.json"
Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def document(documents: dict[str, Any]) -> dict[str, Any]:
    """A sound model file, to be spoilt."""
    found: dict[str, Any] = copy.deepcopy(documents[FILE])
    return found


def test_the_models_that_are_shipped_are_sound(documents: dict[str, Any]) -> None:
    assert {name: problems_of(name, document) for name, document in documents.items()} == {key: [] for key in documents}


def edited(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a path of keys (None: without it)."""
    *way, last = (int(part) if part.isdigit() else part for part in path.split(" "))
    target: Any = document
    for key in way:
        target = target[key]
    if value is None:
        del target[last]
    else:
        target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("$schema", "draft-07", "`$schema` must be `https://json-schema.org/draft/2020-12/schema`"),
        ("additionalProperties", True, "the schema must have `type: object` and `additionalProperties: false`"),
        ("properties", [], "`properties` must be an object of schemas"),
        ("properties model", None, "`properties` must describe `model`"),
        ("properties positivePrompt maxLength", "5000", "`minLength` and `maxLength` of `properties.positivePrompt`"),
        ("x-ltxspec", None, "the `x-ltxspec` block is missing"),
        ("x-ltxspec air", None, "`x-ltxspec.air` is missing"),
        ("x-ltxspec slug", "Not A Slug", "`x-ltxspec.slug` must be lower case words joined by `-`"),
        ("x-ltxspec released", "yesterday", "`x-ltxspec.released` must be a date such as `2026-01-31`"),
        ("x-ltxspec colour", "red", "`x-ltxspec.colour` is not a field of this version"),
        ("x-ltxspec media", ["inputs"], "`x-ltxspec.media[0]` must be a JSON Pointer"),
        (
            "x-ltxspec price rows 0 usdPerSecond",
            "0.00",
            "`x-ltxspec.price.rows[0].usdPerSecond` must be a decimal string above",
        ),
        *(
            ("x-ltxspec price rows 0 usdPerSecond", rate, "`x-ltxspec.price.rows[0].usdPerSecond` must be a decimal")
            for rate in ("\u0660", "\u0660.\u0660", "1_0", "+1", f"0.{'0' * 1_000_000}1", "9" * 100)
        ),
        ("x-ltxspec released", "\u0662026-01-31", "`x-ltxspec.released` must be a date such as `2026-01-31`"),
        (
            "x-ltxspec price rows 0 usdPerSecond",
            0.09,
            "`x-ltxspec.price.rows[0].usdPerSecond` is wrong: expected `str`, got `float`",
        ),
        (
            "x-ltxspec price rows 0 at",
            [1280],
            "`x-ltxspec.price.rows[0].at` must have one value for each pointer of `by`",
        ),
        ("x-ltxspec price rows 0 confidence", "sure", "must be `verified`, `inferred` or `unverified`"),
        ("x-ltxspec facts 0 source", "", "`x-ltxspec.facts[0].source` must be text"),
        ("x-ltxspec recorded", ["safty"], "`x-ltxspec.recorded` names `safty`, which `properties` does not have"),
        *(
            (f"x-ltxspec {field}", [name], f"`x-ltxspec.{field}` names `{name}`, which decides what is bought")
            for field in ("recorded", "delivery", "order")
            for name in ("model", "taskType", "positivePrompt", "inputs", "duration", "numberResults", "width")
        ),
        (
            "x-ltxspec defaults implied",
            [{"when": "/model", "is": ["x"], "set": "/positivePrompt", "to": "another"}],
            "`x-ltxspec.defaults.implied` overrides `/positivePrompt`, which decides what is bought",
        ),
        ("x-ltxspec air", "lightricks:9@9", "`properties.model` must have the `const` `lightricks:9@9`"),
        (
            "x-ltxspec defaults sent",
            ["/fps"],
            "`x-ltxspec.defaults` names `/fps`, which has no `default` in the schema",
        ),
        ("x-ltxspec price seconds", "/length", "`x-ltxspec` names `/length`, which is not in the schema"),
        ("allOf 0 x-problem message", None, "`/allOf/0/x-problem.message` is missing"),
        ("allOf 0 x-problem", "words", "`/allOf/0/x-problem` is wrong: expected `object`, got `str`"),
    ],
)
def test_what_is_malformed_is_said_in_a_sentence(path: str, value: Any, message: str, document: dict[str, Any]) -> None:
    found = problems_of(FILE, edited(document, path, value))
    assert len(found) == 1, found
    assert message in found[0]


def test_a_file_that_holds_something_else_is_named() -> None:
    assert problems_of("a.json", []) == ["`a.json` must hold one JSON object"]


def test_several_problems_are_told_at_once(document: dict[str, Any]) -> None:
    edited(document, "x-ltxspec provider", 7)
    edited(document, "properties model", None)
    edited(document, "$schema", "?")
    assert len(problems_of(FILE, document)) == 3


def test_every_price_says_how_sure_it_is(documents: dict[str, Any]) -> None:
    rows = [row for document in documents.values() for row in document["x-ltxspec"]["price"]["rows"]]
    assert {row["confidence"] for row in rows} <= {"verified", "inferred", "unverified"}


def test_two_amounts_for_the_same_values_are_refused(document: dict[str, Any]) -> None:
    price = document["x-ltxspec"]["price"]
    first = price["rows"][0]
    price["rows"] += [{**first, "source": "elsewhere"}]
    assert problems_of(FILE, document) == [], "the same amount from two sources"
    number = len(price["rows"])
    price["rows"] += [{**first, "usdPerSecond": "0.011"}]
    assert problems_of(FILE, document) == [
        f"`x-ltxspec.price.rows[{number}]` has another amount than row 0 for the same values: leave one of them"
    ]
    row = {"at": [], "usd": "0.05", "confidence": "inferred", "source": "a", "date": "2026-11-29"}
    part = {"per": "second", "of": "/duration", "rows": [row, {**row, "usd": "6"}]}
    document["x-ltxspec"]["price"] = {"unit": "USD", "results": "/numberResults", "by": [], "rows": [], "parts": [part]}
    (found,) = problems_of(FILE, document)
    assert found.startswith("`x-ltxspec.price.parts[0].rows[1]` has another amount than row 0")


def test_what_a_row_of_a_price_looks_like_is_the_hint_of_a_wrong_one() -> None:
    assert '"usdPerSecond": "0.06"' in hint_for("`x-ltxspec.price.rows[0].usd` is not a field of this version")
    assert '"at": [], "usd": "0.06"' in hint_for("`x-ltxspec.price.parts[0].rows[0].at` is missing")
    assert hint_for("`x-ltxspec.price.parts[0].of` must be text") == "model files are described in `docs/models.md`"
