"""The forms in which a provider publishes schemas."""

from typing import Any

import pytest

from ltxspec.catalog.importing.published import (
    NotPublished,
    Published,
    as_slug,
    listed_airs,
    read_published,
    version_of,
)

REQUEST: dict[str, Any] = {
    "type": "object",
    "properties": {"model": {"const": "maker:film@1"}, "taskType": {"const": "videoInference"}},
}
STILL: dict[str, Any] = {
    "properties": {"model": {"const": "maker:still@1"}, "taskType": {"const": "imageInference"}},
}
UPSCALER: dict[str, Any] = {
    "properties": {"model": {"enum": ["maker:up@1"]}, "taskType": {"const": "upscale"}},
}


def only(document: Any) -> Published:
    (found,) = read_published(document)
    return found


def test_a_bundle_lists_models_with_their_names() -> None:
    entries = [
        {"slug": "maker-film", "air": "maker:film@1", "requestSchema": REQUEST},
        {"slug": "Maker Still", "air": "maker:still@1", "requestSchema": STILL},
        {"slug": "no-schema", "air": "maker:none@1"},
    ]
    found = read_published({"version": "20261012233936", "inference": entries})
    assert [(one.air, one.slug, one.gives_video) for one in found] == [
        ("maker:film@1", "maker-film", True),
        ("maker:still@1", "maker-still", False),
    ]


def test_other_task_types_make_videos_if_their_answer_or_their_containers_say_so() -> None:
    video = {"properties": {"videoURL": {"type": "string"}}}
    image = {"properties": {"imageURL": {"type": "string"}}}
    formats = {**UPSCALER, "properties": {**UPSCALER["properties"], "outputFormat": {"enum": ["MP4", "MOV"]}}}
    assert only({"requestSchema": UPSCALER, "responseSchema": video, "air": "maker:up@1"}).gives_video
    assert not only({"requestSchema": formats, "responseSchema": image, "air": "maker:up@1"}).gives_video
    assert only(formats).gives_video
    assert not only(UPSCALER).gives_video


def test_one_request_schema_names_its_model_itself() -> None:
    assert (only(REQUEST).air, only(REQUEST).slug) == ("maker:film@1", "maker-film-1")


def test_variants_of_a_request_name_one_model() -> None:
    assert only({"oneOf": [REQUEST, REQUEST]}).air == "maker:film@1"


def test_an_openapi_page_says_more_about_its_model() -> None:
    page = {
        "openapi": "3.1.0",
        "info": {
            "title": "Runware API - Film",
            "version": "20261101",
            "x-model-id": "maker-film",
            "x-air-id": "maker:film@1",
            "x-status": "deprecated",
            "x-replaced-by": "maker:film@2",
            "x-creator": {"name": "Maker"},
            "x-released-at": "2026-08-11T00:00:00Z",
        },
        "components": {"schemas": {"RequestBody": {"type": "array", "items": {"properties": {}}}}},
    }
    found = only(page)
    assert (found.air, found.slug, found.name, found.creator) == ("maker:film@1", "maker-film", "Film", "Maker")
    assert (found.status, found.replaced_by, found.released) == ("retired", "maker:film@2", "2026-08-11")
    assert found.root is page
    assert version_of(page) == "20261101"
    with pytest.raises(NotPublished, match="RequestBody"):
        read_published({"openapi": "3.1.0"})


@pytest.mark.parametrize("document", [None, [], 1, {}, {"inference": 1}, {"properties": {"model": {}}}, {"a": {}}])
def test_anything_else_is_no_source(document: Any) -> None:
    with pytest.raises(NotPublished):
        read_published(document)


def test_the_hash_is_of_everything_that_is_said_and_of_nothing_else() -> None:
    one = Published("maker:film@1", "film", REQUEST, root={"a": 1})
    assert one.hash == Published("maker:film@1", "film", {**REQUEST}, root={}).hash
    assert one.hash != Published("maker:film@1", "film", {**REQUEST, "maximum": 9223372036854776000}).hash
    assert one.hash != Published("maker:film@1", "film", REQUEST, status="retired").hash


@pytest.mark.parametrize(("text", "slug"), [("LTX-2.5 Fast", "ltx-2-5-fast"), ("a:b@1.0", "a-b-1-0"), ("…", "model")])
def test_slugs_are_words(text: str, slug: str) -> None:
    assert as_slug(text) == slug


@pytest.mark.parametrize(
    ("document", "version"),
    [({"version": 3}, "3"), ({"schemasVersion": "a"}, "a"), ({}, None), ([], None), ({"info": 1}, None)],
)
def test_versions(document: Any, version: str | None) -> None:
    assert version_of(document) == version


def page(**duration: Any) -> Published:
    body = {"type": "array", "items": {"$ref": "#/components/schemas/Task"}}
    task = {**REQUEST, "properties": {**REQUEST["properties"], "duration": {"$ref": "#/components/schemas/Length"}}}
    schemas = {"RequestBody": body, "Task": task, "Length": {"type": "integer", **duration}, "Other": {"x": duration}}
    return only({"openapi": "3.1.0", "info": {"x-air-id": "maker:film@1"}, "components": {"schemas": schemas}})


def test_the_hash_is_also_of_what_references_lead_into() -> None:
    assert page().hash == page().hash != page(maximum=5).hash


def test_the_hash_is_also_of_the_kind_of_work_that_an_entry_names() -> None:
    schema = {"properties": {"model": {"const": "maker:up@1"}, "outputFormat": {"enum": ["MP4"]}}}
    one, other, none = (
        only({"air": "maker:up@1", "requestSchema": schema, **task}).hash
        for task in ({"taskType": "upscale"}, {"taskType": "erase"}, {})
    )
    assert len({one, other, none}) == 3
    entry = {"air": "maker:film@1", "requestSchema": REQUEST}
    assert only(entry).hash == only({**entry, "taskType": "videoInference"}).hash


def test_an_entry_that_names_no_model_is_named_itself() -> None:
    bad = {"slug": "odd", "air": "no air", "requestSchema": {"properties": {}}}
    with pytest.raises(NotPublished, match=r"which model it is about: `inference\[1\]` \(odd\)"):
        read_published({"inference": [{"air": "maker:film@1", "requestSchema": REQUEST}, bad]})


@pytest.mark.parametrize("broken", [{"oneOf": 5}, {"anyOf": {"a": 1}}, {"allOf": None}])
def test_choices_that_are_no_lists_name_nothing(broken: dict[str, Any]) -> None:
    with pytest.raises(NotPublished, match="does not say which model"):
        read_published({"inference": [{"requestSchema": broken}]})


def test_a_bundle_lists_also_what_it_does_not_describe() -> None:
    entries = [{"air": "maker:film@1", "requestSchema": None}, {"slug": "x"}, 5, {"air": "maker:still@1"}]
    assert listed_airs({"inference": entries}) == {"maker:film@1", "maker:still@1"}
    assert listed_airs([]) == listed_airs({"inference": 5}) == frozenset()
