from typing import Any

import pytest

from ltxspec.catalog.importing.media import with_media

UUID_OR_URL = {"anyOf": [{"type": "string", "format": "uuid"}, {"type": "string", "format": "uri"}]}


def places(**properties: Any) -> dict[str, str]:
    return dict(with_media({"properties": properties}).kinds)


def inputs(**properties: Any) -> dict[str, str]:
    return places(inputs={"type": "object", "properties": properties})


def test_unions_of_addresses_ids_and_data_are_media_of_the_kind_their_name_says() -> None:
    found = inputs(video=UUID_OR_URL, audio=UUID_OR_URL, mask=UUID_OR_URL, source=UUID_OR_URL)
    assert found == {
        "/inputs/video": "video",
        "/inputs/audio": "audio",
        "/inputs/mask": "image",
        "/inputs/source": "image",
    }


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string", "format": "audio"}, "audio"),
        ({"type": "string", "pattern": "^data:video/"}, "video"),
        ({"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"}, "image"),
        ({"oneOf": [{"type": "string", "format": "uri"}, {"pattern": "^data:audio/[a-z]+;base64,"}]}, "audio"),
        ({"type": "string", "anyOf": [{"format": "uri"}, {"format": "uuid"}]}, "image"),
    ],
)
def test_what_is_said_of_the_text_comes_before_its_name(schema: dict[str, Any], kind: str) -> None:
    assert inputs(source=schema) == {"/inputs/source": kind}


def test_lists_of_media_and_of_objects_with_media_keep_both_forms() -> None:
    item = {"anyOf": [*UUID_OR_URL["anyOf"], {"type": "object", "properties": {"image": UUID_OR_URL, "frame": {}}}]}
    schema = {"properties": {"inputs": {"properties": {"frameImages": {"type": "array", "items": item}}}}}
    found = with_media(schema)
    assert dict(found.kinds) == {"/inputs/frameImages/*": "image", "/inputs/frameImages/*/image": "image"}
    assert dict(found.shorthands) == {"/inputs/frameImages": "image"}
    items = found.schema["properties"]["inputs"]["properties"]["frameImages"]["items"]
    assert items["anyOf"][0] == {"$ref": "#/$defs/image"}
    assert items["anyOf"][1]["properties"]["image"]["$ref"] == "#/$defs/image"
    assert found.schema["$defs"].keys() == {"image"}


def test_the_older_flat_form_is_understood_by_its_names() -> None:
    item = {"type": "object", "properties": {"inputImage": UUID_OR_URL, "frame": {"type": "string"}}}
    assert places(frameImages={"type": "array", "items": item}) == {"/frameImages/*/inputImage": "image"}


def test_other_addresses_and_ids_are_no_media() -> None:
    found = places(
        webhookURL={"type": "string", "format": "uri"},
        taskUUID={"type": "string", "format": "uuid"},
        homepage={"type": "string", "format": "uri"},
        settings={"properties": {"voice": {"type": "string"}, "style": {"enum": ["a"]}}},
    )
    assert found == {}
    assert inputs(characterId={"type": "string", "format": "uuid"}, note={"type": "string"}) == {}


def test_inputs_without_contents_take_what_the_provider_calls_its_inputs() -> None:
    found = with_media({"properties": {"inputs": {"type": "object"}}})
    assert found.kinds["/inputs/frameImages/*/inputImage"] == "image"
    assert found.kinds["/inputs/video"] == "video"
    assert found.kinds["/inputs/referenceAudios/*"] == "audio"
    assert found.schema == {"properties": {"inputs": {"type": "object"}}}
