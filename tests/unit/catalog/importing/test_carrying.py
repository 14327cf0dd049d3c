"""Whatever a source changes, requests keep their fingerprints, or the import is refused with the reason."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.defaults import sent_defaults
from ltxspec.catalog.importing.carrying import Carried, carried
from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.published import Published
from ltxspec.catalog.models import Model, load_catalog
from ltxspec.fingerprint import fingerprint_of
from ltxspec.storage.packaged import read_model_documents

FIRST, SECOND = Pin("a.json", "2026-10-01", "1", "runware"), Pin("a.json", "2026-11-01", "2", "runware")
HEAD: dict[str, Any] = {
    "taskType": {"const": "videoInference"},
    "model": {"const": "maker:film@1"},
    "positivePrompt": {"type": "string"},
}
PARAMETERS: dict[str, Any] = {
    **HEAD,
    "duration": {"enum": [5, 10], "default": 5},
    "fps": {"type": "integer", "default": 25},
    "seed": {"type": "integer"},
    "settings": {"type": "object", "properties": {"audio": {"type": "boolean", "default": False}, "style": {}}},
    "inputs": {"type": "object", "properties": {"image": {"type": "string", "format": "uri"}}},
    "safety": {"type": "object", "properties": {"mode": {"enum": ["none", "fast"], "default": "none"}}},
}


def file_of(properties: dict[str, Any], pin: Pin = FIRST, **more: Any) -> dict[str, Any]:
    schema = {"properties": properties, "required": ["taskType", "model"]}
    return document_of(Published("maker:film@1", "maker-film", schema, **more), pin)


def model_of(document: Any) -> Model:
    return load_catalog({"maker-film.json": document}).models[0]


def after(**changes: Any) -> Carried:
    """The file after some parameters of the source have changed; None removes one."""
    properties = {name: part for name, part in (PARAMETERS | changes).items() if part is not None}
    return carried(file_of(PARAMETERS), file_of(properties, SECOND))


def mark(document: Any, **params: Any) -> str:
    body = {"taskType": "videoInference", "model": "maker:film@1", "positivePrompt": "a", **params}
    return fingerprint_of(model_of(document), body, {})


def test_a_new_parameter_gets_no_default() -> None:
    found = after(quality={"type": "string", "default": "high"})
    assert found.refusals == []
    assert found.notes == ["the default of `/quality` (`high`) is not assumed"]
    assert mark(found.document) == mark(file_of(PARAMETERS))


def test_a_default_that_the_provider_changed_stays_and_is_sent() -> None:
    found = after(duration={"enum": [5, 10], "default": 10})
    assert found.document["properties"]["duration"]["default"] == 5
    assert found.document["x-ltxspec"]["defaults"]["sent"] == ["/duration"]
    assert found.notes == ["the default of `/duration` stays `5` and is sent; the source has `10`"]


def test_a_default_that_the_source_lost_stays_and_is_sent() -> None:
    found = after(settings={"type": "object", "properties": {"audio": {"type": "boolean"}, "style": {}}})
    assert found.document["x-ltxspec"]["defaults"]["sent"] == ["/settings/audio"]
    assert found.notes == ["the default of `/settings/audio` stays `false` and is sent; the source has none"]


def test_of_what_no_fingerprint_holds_nothing_is_noted() -> None:
    found = after(ttl={"type": "integer", "default": 60}, includeCost={"type": "boolean", "default": False})
    assert (found.refusals, found.notes) == ([], [])
    found = after(safety={"type": "object", "properties": {"level": {"type": "integer", "default": 1}}})
    assert (found.refusals, found.notes) == ([], [])


def test_what_is_recorded_only_may_change_and_buys_nothing() -> None:
    found = after(safety=None)
    assert found.refusals == []
    assert found.notes == ["`/safety` stays, because takes may have it and it counts in no fingerprint"]
    assert mark(found.document, safety={"mode": "fast"}) == mark(file_of(PARAMETERS))
    assert mark(found.document) == mark(file_of(PARAMETERS))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"duration": None}, "`/duration` is gone, and its default is part of every fingerprint"),
        (
            {"duration": {"type": "boolean", "default": True}},
            "the default of `/duration` is `5`, which the source does not take any more",
        ),
        (
            {"duration": {"type": "integer", "minimum": 6}},
            "the default of `/duration` is `5`, which the source does not take any more",
        ),
        ({"duration": {"enum": [10]}}, "the default of `/duration` is `5`, which the source does not take any more"),
        ({"taskType": {"const": "upscale"}}, "the task type is `upscale` now, and it is part of every fingerprint"),
    ],
)
def test_what_would_change_every_fingerprint_is_named(change: dict[str, Any], reason: str) -> None:
    properties = {name: part for name, part in (PARAMETERS | change).items() if part is not None}
    task = properties["taskType"]["const"]
    assert reason in carried(file_of(PARAMETERS), file_of(properties, SECOND, task_type=task)).refusals


def test_a_changed_default_that_rules_speak_of_cannot_always_be_sent() -> None:
    schema: dict[str, Any] = {
        "properties": PARAMETERS | {"fps": {"type": "integer", "default": 30}},
        "required": ["taskType", "model"],
    }
    schema["allOf"] = [{"not": {"required": ["fps", "seed"]}}]
    new = document_of(Published("maker:film@1", "maker-film", schema), SECOND)
    found = carried(file_of(PARAMETERS), new)
    assert found.refusals == ["the default of `/fps` has changed, and rules of the model do not let it always be sent"]


def test_facts_prices_and_names_of_the_file_stay() -> None:
    old = file_of(PARAMETERS)
    old["x-ltxspec"] |= {"name": "Film, by hand", "status": "retired", "statusDate": "2026-10-20"}
    fact = {"fact": "It exists.", "confidence": "verified", "source": "me", "date": "2026-10-02"}
    old["x-ltxspec"]["facts"].append(fact)
    block = carried(old, file_of(PARAMETERS, SECOND)).document["x-ltxspec"]
    assert (block["name"], block["status"], block["statusDate"]) == ("Film, by hand", "retired", "2026-10-20")
    assert [item["source"] for item in block["facts"]] == ["me", "a.json, version 2"]
    assert block["imported"]["version"] == "2"


def test_a_source_of_types_only_takes_no_limit_away() -> None:
    old = read_model_documents(None)["lightricks-ltx-2-5-fast.json"]
    properties = {
        "model": {"const": "lightricks:ltx@2.5-fast"},
        "taskType": {"const": "videoInference"},
        "positivePrompt": {"type": "string"},
        "inputs": {"type": "object"},
        "fps": {"enum": [24, 25]},
        **{
            name: {}
            for name in old["properties"]
            if name not in ("model", "taskType", "positivePrompt", "inputs", "fps")
        },
        "routing": {"type": "object"},
    }
    new = document_of(
        Published("lightricks:ltx@2.5-fast", "lightricks-ltx-2-5-fast", {"properties": properties}, types_only=True),
        SECOND,
    )
    found = carried(old, new)
    assert found.refusals == []
    assert found.document["properties"]["fps"]["enum"] == [24, 25]
    assert found.document["properties"]["duration"] == old["properties"]["duration"]
    assert found.document["x-ltxspec"]["media"] == old["x-ltxspec"]["media"]
    assert found.document["x-ltxspec"]["price"] == old["x-ltxspec"]["price"]
    assert {*found.document["required"]} == {*old["required"]}
    assert [*found.document["allOf"]] == [*old["allOf"]]
    assert model_of(found.document).air == "lightricks:ltx@2.5-fast"


SCALARS = st.sampled_from([0, 1, 5, 10, 25, "a", True, False])
SCHEMAS = st.sampled_from(
    [
        {},
        {"type": "integer"},
        {"enum": [5, 10]},
        {"enum": [10]},
        {"type": "object"},
        {"type": "object", "properties": {"audio": {"type": "boolean"}}},
        {"type": "string", "format": "uri"},
        {"type": "boolean"},
    ]
)


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """The parameters of the source after changes: gone, new, other kinds, and defaults that come, go and change."""
    found = copy.deepcopy(PARAMETERS)
    for name in draw(st.lists(st.sampled_from([*list(PARAMETERS)[3:], "new", "more"]), max_size=4, unique=True)):
        part = draw(st.none() | SCHEMAS)
        if part is None:
            found.pop(name, None)
            continue
        found[name] = copy.deepcopy(part)
        if draw(st.booleans()):
            found[name]["default"] = draw(SCALARS)
        for inner in found[name].get("properties", {}).values():
            if draw(st.booleans()):
                inner["default"] = draw(SCALARS)
    return found


REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "duration": st.sampled_from([5, 10]),
        "fps": st.integers(1, 60),
        "seed": st.integers(0, 9),
        "settings": st.fixed_dictionaries({"audio": st.booleans()}, optional={"style": SCALARS}),
        "inputs": st.just({"image": "https://a.example/a.png"}),
        "safety": st.fixed_dictionaries({"mode": st.sampled_from(["none", "fast"])}),
    },
)


@given(changes(), st.lists(REQUESTS, min_size=1, max_size=5))
def test_no_change_of_a_source_ever_changes_a_fingerprint(source: dict[str, Any], requests: list[Any]) -> None:
    old = file_of(PARAMETERS)
    found = carried(old, file_of(source, SECOND))
    if found.refusals:
        return
    assert [mark(found.document, **params) for params in requests] == [mark(old, **params) for params in requests]


@given(changes(), changes())
def test_nor_does_one_change_after_another(first: dict[str, Any], second: dict[str, Any]) -> None:
    old = file_of(PARAMETERS)
    one = carried(old, file_of(first, SECOND))
    two = carried(one.document, file_of(second, SECOND))
    if not one.refusals and not two.refusals:
        assert mark(two.document) == mark(old)


@given(changes())
def test_what_is_sent_is_what_the_fingerprint_says(source: dict[str, Any]) -> None:
    """A default that the provider has otherwise is in the request, so that it renders what is recorded."""
    new = file_of(source, SECOND)
    found = carried(file_of(PARAMETERS), new)
    if found.refusals:
        return
    body = sent_defaults(model_of(found.document), {"taskType": "videoInference", "model": "maker:film@1"})
    assumed = model_of(found.document).schema["properties"]
    for name in ("duration", "fps"):
        if assumed[name].get("default") != new["properties"][name].get("default"):
            assert body[name] == assumed[name]["default"]


def test_what_shots_must_say_from_now_on_is_told() -> None:
    new = file_of({**PARAMETERS, "quality": {"type": "string"}}, SECOND)
    new["required"] += ["quality", "seed", "fps"]
    assert carried(file_of(PARAMETERS), new).notes == [
        f"`/{name}` is required now: shots without it are errors, and a shot that gets one is bought again"
        for name in ("quality", "seed")
    ], "one with a default needs nothing"
    old = file_of(PARAMETERS)
    old["required"].append("seed")
    assert not any("required now" in note for note in carried(old, copy.deepcopy(old)).notes)
