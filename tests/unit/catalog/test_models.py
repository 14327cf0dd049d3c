import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ltxspec.catalog.defaults import full_defaults, sent_defaults
from ltxspec.catalog.media import media_values
from ltxspec.catalog.models import Catalog, known_names, load_catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import validate
from ltxspec.errors import Invalid
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import format_usd

SOURCED = {"confidence": "verified", "source": "test", "date": "2026-01-31"}

# A model of another maker: other names for everything that ltxspec looks at.
OTHER: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": False,
    "required": ["taskType", "model", "positivePrompt", "resolution"],
    "properties": {
        "taskType": {"const": "videoInference"},
        "model": {"const": "acme:clip@1"},
        "positivePrompt": {"type": "string", "minLength": 1, "maxLength": 20},
        "resolution": {"type": "string", "enum": ["720p", "1080p"]},
        "length": {"type": "number", "minimum": 1, "maximum": 30, "default": 5},
        "copies": {"type": "integer", "minimum": 1, "default": 1},
        "stills": {"type": "array", "items": {"type": "string"}},
        "look": {"type": "object", "additionalProperties": False, "properties": {"grain": {"default": 0}}},
        "callback": {"type": "string"},
        "note": {"type": "string"},
        "ticket": {"type": "string"},
    },
    "x-ltxspec": {
        "air": "acme:clip@1",
        "slug": "acme-clip",
        "name": "Clip",
        "taskType": "videoInference",
        "provider": "acme",
        "creator": "Acme",
        "released": "2026-01-31",
        "recorded": ["note"],
        "delivery": ["callback"],
        "order": ["ticket"],
        "media": ["/stills/*"],
        "defaults": {"sent": ["/length"]},
        "price": {
            "unit": "USD per second of video",
            "seconds": "/length",
            "results": "/copies",
            "by": ["/resolution"],
            "rows": [{"at": ["720p"], "usdPerSecond": "0.015", **SOURCED}],
        },
        "facts": [{"fact": "It exists.", **SOURCED}],
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """`OTHER` with one field set (or removed, when the value is None)."""
    document = copy.deepcopy(OTHER)
    *parents, last = path.split(".")
    node = document
    for key in parents:
        node = node[key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return document


def messages_of(documents: dict[str, Any]) -> list[str]:
    with pytest.raises(Invalid) as caught:
        load_catalog(documents)
    return [f"{d.where}: {d.message}" for d in caught.value.diagnostics]


def test_a_model_is_found_by_air_slug_and_file_name() -> None:
    catalog = load_catalog({"models/my-file.json": OTHER})
    assert catalog.find("acme:clip@1") is catalog.find("acme-clip") is catalog.find("my-file") is catalog.models[0]
    assert catalog.find("acme") is None


def test_a_misspelt_model_gets_the_nearest_name(catalog: Catalog) -> None:
    assert catalog.suggest("lightriks:2@0") == "lightricks:2@0"
    assert catalog.suggest("Lightricks-LTX-2-Pro") == "lightricks-ltx-2-pro"
    assert catalog.suggest("zzz") is None


def test_another_model_is_one_json_file_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "acme-clip.json").write_text(json.dumps(OTHER))
    catalog = load_catalog({path.name: json.loads(path.read_text()) for path in tmp_path.glob("*.json")})
    model = catalog.find("acme-clip")
    assert model is not None
    body = {"taskType": "videoInference", "model": "acme:clip@1", "positivePrompt": "hi", "resolution": "720p"}

    assert validate(model, body) == []
    assert [p.message for p in validate(model, {**body, "length": 31})] == [
        "`length` must be between 1 and 30, not `31`"
    ]
    assert sent_defaults(model, body) == {**body, "length": 5}
    assert full_defaults(model, {**body, "ticket": "7"}) == {**body, "length": 5, "copies": 1, "look": {"grain": 0}}
    assert format_usd(estimate(model, {**body, "copies": 3}) or 0) == "0.225"  # type: ignore[arg-type]  # None fails too
    assert estimate(model, {**body, "resolution": "1080p"}) is None
    assert media_values(model, {**body, "stills": ["a.png"]}) == [(("stills", 0), "a.png")]
    assert [*model.recorded, *model.delivery, *model.order] == ["note", "callback", "ticket"]


def test_the_digest_follows_the_content_of_the_file() -> None:
    same = load_catalog({"a.json": OTHER}).models[0].digest
    assert same == load_catalog({"b.json": json.loads(json.dumps(OTHER))}).models[0].digest
    assert same != load_catalog({"a.json": changed("x-ltxspec.released", "2026-02-01")}).models[0].digest


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "`bad.json` must hold one JSON object"),
        ({}, "the `x-ltxspec` block is missing"),
        (
            changed("$schema", "http://json-schema.org/draft-07/schema#"),
            "`$schema` must be `https://json-schema.org/draft/2020-12/schema`",
        ),
        (
            changed("additionalProperties", True),  # noqa: FBT003  # a JSON value
            "the schema must have `type: object` and `additionalProperties: false`: unknown parameters are errors",
        ),
        (changed("properties.taskType", None), "`properties` must describe `taskType`"),
        (
            changed("properties.positivePrompt.minLength", "2"),
            "`minLength` and `maxLength` of `properties.positivePrompt` must be whole numbers",
        ),
        (changed("x-ltxspec.slug", "Not A Slug"), "`x-ltxspec.slug` must be lower case words joined by `-`"),
        (changed("x-ltxspec.air", None), "`x-ltxspec.air` is missing"),
        (changed("x-ltxspec.prices", []), "`x-ltxspec.prices` is not a field of this version"),
        (
            changed("x-ltxspec.recorded", ["nope"]),
            "`x-ltxspec.recorded` names `nope`, which `properties` does not have",
        ),
        (changed("x-ltxspec.media", ["/nope/*"]), "`x-ltxspec.media` names `nope`, which `properties` does not have"),
        (
            changed("x-ltxspec.air", "acme:clip@2"),
            "`properties.model` must have the `const` `acme:clip@2`, as `x-ltxspec.air` says",
        ),
        (
            changed("x-ltxspec.defaults.sent", ["/resolution"]),
            "`x-ltxspec.defaults` names `/resolution`, which has no `default` in the schema",
        ),
        (changed("x-ltxspec.price.seconds", "/time"), "`x-ltxspec` names `/time`, which is not in the schema"),
        (
            changed("x-ltxspec.price.rows", [{"at": ["720p"], "usdPerSecond": 0.015, **SOURCED}]),
            "`x-ltxspec.price.rows[0].usdPerSecond` is wrong: expected `str`, got `float`",
        ),
        (
            changed("x-ltxspec.price.rows", [{"at": ["720p"], "usdPerSecond": "0.00", **SOURCED}]),
            "`x-ltxspec.price.rows[0].usdPerSecond` must be a decimal string above zero",
        ),
        (
            changed("x-ltxspec.price.rows", [{"at": [], "usdPerSecond": "0.1", **SOURCED}]),
            "`x-ltxspec.price.rows[0].at` must have one value for each pointer of `by`",
        ),
        (
            changed("x-ltxspec.facts", [{"fact": "It exists.", "confidence": "sure", "source": "me", "date": "today"}]),
            "`x-ltxspec.facts[0].confidence` must be `verified`, `inferred` or `unverified`",
        ),
        (
            changed("x-ltxspec.price.unit", 1),
            "`x-ltxspec.price.unit` is wrong: expected `str`, got `int`",
        ),
        (
            changed("properties.length.x-problem", {"text": "no"}),
            "`/properties/length/x-problem.text` is not a field of this version",
        ),
    ],
)
def test_a_malformed_model_file_is_named_with_what_is_wrong(document: Any, message: str) -> None:
    assert f"schemas/models/bad.json:1:1: {message}" in messages_of({"bad.json": document})


def test_a_missing_price_is_told_with_what_stands_for_an_unknown_one() -> None:
    with pytest.raises(Invalid) as caught:
        load_catalog({"a.json": changed("x-ltxspec.price", None)})
    (diagnostic,) = caught.value.diagnostics
    shown = json.loads("{" + (diagnostic.hint or "").split("`")[1] + "}")
    written = changed("x-ltxspec.price", shown["price"])
    written["x-ltxspec"]["price"] |= {"seconds": "/length", "results": "/copies"}
    model = load_catalog({"a.json": written}).models[0]
    assert estimate(model, {"resolution": "720p"}) is None


def test_a_number_that_readers_of_json_take_for_different_ones_is_refused() -> None:
    (found,) = messages_of({"a.json": changed("properties.positivePrompt.maxLength", 2**60)})
    assert found.startswith(f"schemas/models/a.json:1:1: {2**60} exceeds")


def test_places_of_omitted_items_match_their_number() -> None:
    document = changed("x-ltxspec.defaults.lists", [{"path": "/stills", "omitted": {"2": [{}]}}])
    wanted = "an object of lists of objects, each under its number of items"
    assert messages_of({"a.json": document}) == [
        f"schemas/models/a.json:1:1: `x-ltxspec.defaults.lists[0].omitted` must be {wanted}"
    ]


def test_all_malformed_files_are_reported_at_once() -> None:
    found = messages_of({"a.json": {}, "b.json": changed("x-ltxspec.name", None)})
    assert [line.partition(":")[0] for line in found] == ["schemas/models/a.json", "schemas/models/b.json"]


def test_two_files_may_not_claim_one_name() -> None:
    assert messages_of({"a.json": OTHER, "b.json": OTHER}) == [
        "schemas/models/b.json:1:1: `acme:clip@1` is already the name of the model in `a.json`",
        "schemas/models/b.json:1:1: `acme-clip` is already the name of the model in `a.json`",
    ]


def test_an_invalid_json_schema_is_refused_when_it_is_first_used() -> None:
    model = load_catalog({"bad.json": changed("properties.length.minimum", "1")}).models[0]
    with pytest.raises(Invalid) as caught:
        validate(model, {})
    diagnostic = caught.value.diagnostics[0]
    assert str(diagnostic.where) == "schemas/models/bad.json:1:1"
    assert (
        diagnostic.message
        == "`/properties/length/minimum` is not valid in a JSON Schema (`type` of the 2020-12 dialect)"
    )


@pytest.mark.parametrize("field", ["recorded", "delivery", "order"])
def test_a_file_in_place_of_a_packaged_one_counts_all_that_it_counts(field: str) -> None:
    own = changed("properties.seed", {"type": "integer"})
    packaged = copy.deepcopy(own)
    own["x-ltxspec"][field] = [*own["x-ltxspec"][field], "seed"]
    with pytest.raises(Invalid, match=f"`x-ltxspec.{field}` names `seed`, which the file that comes with ltxspec does"):
        load_catalog({"own.json": own}, {"a.json": packaged})
    assert load_catalog({"own.json": own}).models
    packaged["x-ltxspec"][field] = own["x-ltxspec"][field]
    own["x-ltxspec"][field] = []
    assert load_catalog({"own.json": own}, {"a.json": packaged}).models


def test_of_two_files_with_one_name_the_projects_own_is_to_blame_as_nobody_can_mend_the_packaged_one() -> None:
    with pytest.raises(Invalid) as caught:
        load_catalog({"a.json": OTHER, "b.json": OTHER}, own={"a.json"})
    first = caught.value.diagnostics[0]
    assert first.where is not None
    assert first.where.file == "schemas/models/a.json"
    assert first.message == "`acme:clip@1` is already the name of the model in the packaged `b.json`"
    assert "name the file `b.json`" in (first.hint or "")


def test_the_names_of_all_fields_are_known_at_any_depth_and_nothing_else() -> None:
    model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
    assert model is not None
    names = known_names(model)
    assert {"positivePrompt", "providerSettings", "lightricks", "generateAudio", "frameImages", "image"} <= names
    assert not names & {"type", "properties", "facts", "price", "source"}


def test_it_is_known_which_fields_a_model_leaves_open() -> None:
    shipped = load_catalog(read_model_documents(None))
    assert not any(known_names(model).open for model in shipped.models)
    model = replace(
        shipped.models[0],
        schema={
            "$defs": {"any": {"type": "object"}},
            "properties": {
                "free": {"type": "object"},
                "listed": {"type": "array", "items": {"$ref": "#/$defs/any"}},
                "anything": {"description": "?"},
                "either": {"anyOf": [{"type": "string"}, {"type": "object"}]},
                "closed": {"type": "object", "additionalProperties": False},
                "text": {"type": "string"},
                "one": {"enum": ["a"]},
                "texts": {"type": "array", "items": {"type": "string"}},
            },
        },
    )
    assert known_names(model).open == {"free", "listed", "anything", "either"}
