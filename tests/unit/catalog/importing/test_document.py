from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import NotPublished, Published, read_published
from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.pricing import estimate
from ltxspec.catalog.validation import check_schema, validate
from ltxspec.errors import Invalid

PIN = Pin("schema-map.json", "2026-10-12", "20261012233936", "runware")


def published(schema: dict[str, Any] | None = None, **more: Any) -> Published:
    properties = {
        "taskType": {"const": "videoInference"},
        "taskUUID": {"type": "string", "format": "uuid"},
        "model": {"const": "maker:film@1"},
        "positivePrompt": {"type": "string", "minLength": 2, "maxLength": 50, "pattern": "[a-z]"},
        "duration": {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
        "settings": {"properties": {"audio": {"type": "boolean", "default": True}}},
        "speech": {"properties": {"voice": {"type": "string", "default": "a"}}},
        "webhookURL": {"type": "string", "format": "uri", "description": "Where."},
        "deliveryMethod": {"enum": ["sync", "async"], "default": "sync"},
        "numberResults": {"type": "integer", "maximum": 4},
        "safety": {"type": "object"},
    }
    base = {"properties": properties, "required": ["taskType", "taskUUID", "model", "positivePrompt"]}
    return Published("maker:film@1", "maker-film", {**base, **(schema or {})}, **more)


def model_of(document: dict[str, Any]) -> Model:
    (model,) = load_catalog({"maker-film.json": document}).models
    check_schema(model)
    return model


def problems(document: dict[str, Any], **params: Any) -> list[str]:
    body = {"taskType": "videoInference", "model": "maker:film@1", "positivePrompt": "hi", **params}
    return [problem.code for problem in validate(model_of(document), body)]


def test_a_file_is_usable_at_once_and_says_where_it_comes_from() -> None:
    document = document_of(published(), PIN)
    block = document["x-ltxspec"]
    assert (block["air"], block["slug"], block["name"], block["creator"]) == (
        "maker:film@1", "maker-film", "Maker Film", "Maker",
    )  # fmt: skip
    assert block["imported"] == {
        "source": "schema-map.json",
        "version": "20261012233936",
        "date": "2026-10-12",
        "hash": published().hash,
    }
    assert (block["recorded"], block["delivery"], block["order"]) == (
        ["safety"], ["webhookURL"], ["taskUUID", "outputType", "deliveryMethod", "includeCost"],
    )  # fmt: skip
    assert model_of(document).settings.released is None
    assert problems(document) == []


def test_a_request_is_checked_before_it_has_an_id_and_unknown_parameters_are_errors() -> None:
    document = document_of(published(), PIN)
    assert document["required"] == ["taskType", "model", "positivePrompt"]
    assert problems(document, colour="red") == ["unknown-parameter"]
    assert problems(document, numberResults=0) == ["out-of-range"]
    assert problems(document, webhookURL="ftp://x") == ["wrong-form"]
    assert "pattern" not in document["properties"]["positivePrompt"]


def test_only_defaults_that_surely_apply_are_in_fingerprints() -> None:
    properties = document_of(published(), PIN)["properties"]
    assert properties["duration"]["default"] == 5
    assert properties["settings"]["properties"]["audio"]["default"] is True
    assert "default" not in properties["speech"]["properties"]["voice"]


def test_conditions_and_dependencies_are_rules() -> None:
    rules = {
        "dependentRequired": {"width": ["height"]},
        "if": {"properties": {"duration": {"const": 10}}, "required": ["duration"]},
        "then": {"required": ["fps", "taskUUID"]},
    }
    more = {name: {"type": "integer"} for name in ("width", "height", "fps")}
    schema = {"properties": {**published().schema["properties"], **more}, **rules}
    document = document_of(published(schema), PIN)
    assert problems(document, width=640) == ["missing-parameter"]
    assert problems(document, duration=10) == ["missing-parameter"]
    assert problems(document, duration=10, fps=25) == []


def test_variants_exclude_each_other() -> None:
    shared = published().schema["properties"]
    variants = [
        {"type": "object", "additionalProperties": False, "properties": {**shared, "image": {"type": "string"}}},
        {"type": "object", "additionalProperties": False, "properties": {**shared, "clip": {"type": "string"}}},
    ]
    document = document_of(Published("maker:film@1", "maker-film", {"anyOf": variants}), PIN)
    assert problems(document, image="https://a.example/a.png") == []
    assert problems(document, clip="https://a.example/a.mp4") == []
    assert problems(document, image="https://a.example/a.png", clip="https://a.example/a.mp4") != []


def test_the_life_of_a_model_is_dated() -> None:
    block = document_of(published(status="retired", replaced_by="maker:film@2"), PIN)["x-ltxspec"]
    assert (block["status"], block["statusDate"], block["replacedBy"]) == ("retired", "2026-10-12", "maker:film@2")
    assert "status" not in document_of(published(status="active"), PIN)["x-ltxspec"]


def test_what_is_not_known_is_written_down() -> None:
    block = document_of(
        published({"patternProperties": {}}, types_only=True), Pin("runware-sdk", "2026-10-12", provider="runware")
    )["x-ltxspec"]
    assert [item["about"] for item in block["decisions"]] == ["limits and defaults", "checks of the provider"]
    assert block["imported"]["typesOnly"] is True
    assert block["facts"][0]["source"] == "runware-sdk"
    assert PIN.words == "schema-map.json, version 20261012233936"


def test_a_version_in_a_slug_is_one_word() -> None:
    named = Published("lightricks:ltx@2.5", "lightricks-ltx-2-5-fast", published().schema)
    assert document_of(named, PIN)["x-ltxspec"]["name"] == "Lightricks LTX 2.5 Fast"


WORDS = [
    "type",
    "properties",
    "items",
    "anyOf",
    "oneOf",
    "allOf",
    "not",
    "if",
    "then",
    "required",
    "enum",
    "const",
    "default",
]
WORDS += ["minimum", "maxLength", "multipleOf", "pattern", "$ref", "$id", "dependencies", "dependentRequired", "format"]
WORDS += ["additionalProperties", "patternProperties", "prefixItems", "contains", "title", "x-problem", "x-ltxspec"]
LEAVES = st.sampled_from(
    [None, True, 0, -1, 10**30, 1.5, "", "string", "object", "#/properties/a", "uri", "(?=a)", "a"]
)
ODD = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.sampled_from(["a", "image", "inputs"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["a", "inputs", "duration", "numberResults", "safety"]), ODD), ODD)
def test_whatever_is_published_becomes_a_usable_file_or_is_refused(parameters: dict[str, Any], more: Any) -> None:
    head = {name: published().schema["properties"][name] for name in ("taskType", "model", "positivePrompt")}
    schema = {**(more if isinstance(more, dict) else {"allOf": more}), "properties": {**head, **parameters}}
    try:
        (found,) = read_published(schema)
        document = document_of(found, PIN)
    except NotPublished:
        return
    try:
        model_of(document)
    except Invalid:
        return


def test_one_result_is_reckoned_with_where_none_is_asked_for() -> None:
    row = {"at": [], "usdPerSecond": "0.02", "confidence": "inferred", "source": "a", "date": "2026-11-29"}
    for parameters, price in (({}, Decimal("0.10")), ({"numberResults": 3}, Decimal("0.30"))):
        document = document_of(published(), PIN)
        document["x-ltxspec"]["price"]["rows"] = [row]
        assert estimate(model_of(document), parameters) == price
    schema = published().schema
    without = {name: part for name, part in schema["properties"].items() if name != "numberResults"}
    document = document_of(published({"properties": without}), PIN)
    document["x-ltxspec"]["price"]["rows"] = [row]
    assert estimate(model_of(document), {}) == Decimal("0.10")


def test_every_file_takes_what_belongs_to_an_order_whether_its_source_says_so_or_not() -> None:
    document = document_of(published(), PIN)
    order = {"taskUUID": "0f8fad5b-d9cb-469f-a165-70867728950e", "includeCost": True, "outputType": "URL"}
    assert problems(document, **order, deliveryMethod="async") == []
    assert document["properties"]["deliveryMethod"]["enum"] == ["sync", "async"], "what the source says stays"
