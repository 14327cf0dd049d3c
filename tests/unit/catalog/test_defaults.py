import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.defaults import full_defaults, sent_defaults, value_or_default
from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.pointers import MISSING, with_value
from ltxspec.catalog.validation import validate

BODY = {
    "taskType": "videoInference",
    "model": "lightricks:2@0",
    "positivePrompt": "A cat.",
    "width": 1920,
    "height": 1080,
}
BODY25 = {"taskType": "videoInference", "model": "lightricks:ltx@2.5-fast", "positivePrompt": "A cat."}

IMAGES = st.sampled_from(["a.jpg", "b.png", "https://example.com/c.webp"])
BOOLEANS = st.booleans()


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


COMMON: dict[str, st.SearchStrategy[Any]] = {
    "outputFormat": st.sampled_from(["MP4", "WEBM", "MOV"]),
    "outputQuality": st.integers(20, 99),
    "numberResults": st.integers(1, 4),
    "webhookURL": st.just("https://example.com/hook"),
    "ttl": st.integers(60, 10**6),
}
PRO = st.fixed_dictionaries(
    {"positivePrompt": st.sampled_from(["A cat.", "A dog."])},
    optional={
        **COMMON,
        "duration": st.sampled_from([6, 8, 10]),
        "fps": st.sampled_from([25, 50]),
        "inputs": optional(
            frameImages=st.lists(
                IMAGES | st.fixed_dictionaries({"image": IMAGES}, optional={"frame": st.just("first")}),
                min_size=1,
                max_size=1,
            )
        ),
        "providerSettings": optional(lightricks=optional(generateAudio=BOOLEANS)),
        "safety": optional(checkContent=BOOLEANS, mode=st.sampled_from(["none", "fast", "full"])),
    },
).map(lambda params: {**BODY, **params})
FAST25 = st.fixed_dictionaries(
    {"positivePrompt": st.sampled_from(["A cat.", "A dog."])},
    optional={
        **COMMON,
        "duration": st.sampled_from([6, 8, 10, "auto"]),
        "fps": st.sampled_from([24, 25, 48, 50]),
        "inputs": optional(
            frameImages=st.lists(
                IMAGES | st.fixed_dictionaries({"image": IMAGES}, optional={"frame": st.sampled_from(["first", 0])}),
                min_size=1,
                max_size=2,
            )
        ),
        "settings": optional(audio=BOOLEANS, cameraMovement=st.sampled_from(["static", "jib_up"])),
        "safety": optional(checkContent=BOOLEANS, mode=st.sampled_from(["fast", "full"])),
    },
).map(lambda params: {**BODY25, **params})
REQUESTS = PRO | FAST25
SIZE: tuple[tuple[str, ...], ...] = (("width",), ("height",))  # assumed together or not at all


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every place in nested mappings that holds something else than a mapping."""
    if not isinstance(value, dict):
        return {path: value}
    return {at: leaf for key, item in value.items() for at, leaf in leaves(item, (*path, key)).items()}


def test_exactly_the_documented_few_are_sent(pro: Model, fast25: Model) -> None:
    assert sent_defaults(pro, BODY) == {**BODY, "duration": 6, "fps": 25}
    assert sent_defaults(fast25, BODY25) == {**BODY25, "width": 1920, "height": 1080, "duration": 6}


def test_the_requests_of_the_model_page_are_sent_with_the_keys_of_the_page(pro: Model) -> None:
    page = {
        **BODY,
        "duration": 8,
        "fps": 25,
        "providerSettings": {"lightricks": {"generateAudio": True}},
        "inputs": {"frameImages": [{"image": "https://example.com/a.jpg", "frame": "first"}]},
    }
    assert sent_defaults(pro, page) == page


def test_whole_floats_are_sent_as_integers(pro: Model) -> None:
    sent = sent_defaults(pro, {**BODY, "duration": 8.0, "fps": 25.0})
    assert [type(sent[key]) for key in ("duration", "fps")] == [int, int]


def test_half_a_size_is_not_completed_behind_the_users_back(fast25: Model) -> None:
    assert "height" not in sent_defaults(fast25, {**BODY25, "width": 1280})
    assert "height" not in full_defaults(fast25, {**BODY25, "width": 1280})


def test_a_sound_track_sets_the_length_so_no_default_is_assumed(fast25: Model) -> None:
    body = {**BODY25, "inputs": {"audio": "voice.wav", "referenceImages": ["face.jpg"]}}
    assert "duration" not in sent_defaults(fast25, body)
    assert "duration" not in full_defaults(fast25, body)
    assert value_or_default(fast25, body, ("duration",)) is MISSING
    assert value_or_default(fast25, BODY25, ("duration",)) == 6


COMMON_DEFAULTS = {"numberResults": 1, "outputFormat": "MP4", "outputQuality": 95}
LTX2_DEFAULTS = {
    **COMMON_DEFAULTS,
    "duration": 6,
    "fps": 25,
    "providerSettings": {"lightricks": {"generateAudio": False}},
    "safety": {"checkContent": False, "mode": "none"},
}


@pytest.mark.parametrize(
    ("air", "assumed"),
    [
        ("lightricks:2@0", LTX2_DEFAULTS),
        ("lightricks:2@1", LTX2_DEFAULTS),
        ("lightricks:ltx@2.5-fast", {**COMMON_DEFAULTS, "width": 1920, "height": 1080, "duration": 6}),
        ("lightricks:ltx@2.3", COMMON_DEFAULTS),
        ("lightricks:ltx@2.3-fast", {**COMMON_DEFAULTS, "fps": 25, "settings": {"enhancePrompt": True}}),
        ("lightricks:ltx@2.5-pro", COMMON_DEFAULTS),
    ],
)
def test_what_a_released_model_assumes_never_changes_because_fingerprints_rest_on_it(
    catalog: Catalog, air: str, assumed: dict[str, Any]
) -> None:
    model = catalog.find(air)
    assert model is not None
    assert full_defaults(model, {}) == assumed


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"inputs": {"frameImages": ["a.jpg"]}}, {"inputs": {"frameImages": [{"image": "a.jpg", "frame": "first"}]}}),
        ({"inputs": {}}, {}),
        ({"providerSettings": {}}, {"providerSettings": {"lightricks": {"generateAudio": False}}}),
        ({"providerSettings": {"lightricks": {}}}, {}),
        ({"safety": {"checkContent": True}}, {"safety": {"checkContent": True, "mode": "fast"}}),
        ({"safety": {"mode": "full"}}, {"safety": {"checkContent": True, "mode": "full"}}),
        ({"safety": {"mode": "full", "checkContent": False}}, {"safety": {"mode": "full"}}),  # the mode wins
        ({"taskUUID": "x", "includeCost": True, "deliveryMethod": "async", "outputType": "URL"}, {}),
    ],
)
def test_two_ways_to_write_one_request_are_one(pro: Model, short: dict[str, Any], long: dict[str, Any]) -> None:
    assert full_defaults(pro, {**BODY, **short}) == full_defaults(pro, {**BODY, **long})


@pytest.mark.parametrize(
    ("images", "meant"),
    [
        (["a.jpg"], [{"image": "a.jpg", "frame": "first"}]),
        (["a.jpg", "b.jpg"], [{"image": "a.jpg", "frame": "first"}, {"image": "b.jpg", "frame": "last"}]),
        (
            ["a.jpg", {"image": "b.jpg", "frame": "last"}],
            [{"image": "a.jpg", "frame": "first"}, {"image": "b.jpg", "frame": "last"}],
        ),
        # who comes first when the first of two is pinned to the end is not documented: nothing is filled in
        ([{"image": "a.jpg", "frame": "last"}, "b.jpg"], [{"image": "a.jpg", "frame": "last"}, {"image": "b.jpg"}]),
        ([{"image": "a.jpg", "frame": 0}], [{"image": "a.jpg", "frame": 0}]),
    ],
)
def test_frames_left_out_follow_from_the_number_of_images(fast25: Model, images: list[Any], meant: list[Any]) -> None:
    full = full_defaults(fast25, {**BODY25, "inputs": {"frameImages": images}})
    assert full["inputs"]["frameImages"] == meant


@pytest.mark.parametrize("name", ["seed", "inputs", "safety", "providerSettings", "duration"])
@pytest.mark.parametrize("odd", [None, 7, "text", [], ["x"], [None]])
def test_what_the_model_does_not_know_stays_as_it_is(pro: Model, name: str, odd: Any) -> None:
    assert full_defaults(pro, {**BODY, name: odd})[name] == odd


def test_unknown_keys_inside_known_mappings_stay(pro: Model) -> None:
    full = full_defaults(pro, {**BODY, "providerSettings": {"other": {}, "lightricks": {"x": {}}}})
    assert full["providerSettings"] == {"other": {}, "lightricks": {"x": {}, "generateAudio": False}}


@given(params=REQUESTS)
def test_every_request_is_complete_after_one_pass(catalog: Catalog, params: dict[str, Any]) -> None:
    model = model_of(catalog, params)
    once = full_defaults(model, params)
    assert full_defaults(model, once) == once


@given(params=REQUESTS)
def test_no_request_is_ever_mutated(catalog: Catalog, params: dict[str, Any]) -> None:
    model, before = model_of(catalog, params), copy.deepcopy(params)
    full_defaults(model, params)
    sent_defaults(model, params)
    assert params == before


@given(params=REQUESTS)
def test_what_is_sent_means_the_same_as_what_was_written(catalog: Catalog, params: dict[str, Any]) -> None:
    model = model_of(catalog, params)
    assert full_defaults(model, sent_defaults(model, params)) == full_defaults(model, params)


@given(params=REQUESTS)
def test_every_valid_request_stays_valid_with_what_is_sent(catalog: Catalog, params: dict[str, Any]) -> None:
    model = model_of(catalog, params)
    assert validate(model, params) == []
    assert validate(model, sent_defaults(model, params)) == []


@given(params=REQUESTS, data=st.data())
def test_a_default_written_out_changes_nothing(catalog: Catalog, params: dict[str, Any], data: st.DataObject) -> None:
    model = model_of(catalog, params)
    full = full_defaults(model, params)
    given_already = leaves(params)
    assumed = {path: value for path, value in leaves(full).items() if path not in given_already}
    written = params
    for path in data.draw(st.lists(st.sampled_from(sorted(assumed)), unique=True)) if assumed else []:
        for at in SIZE if path in SIZE else (path,):
            written = with_value(written, at, leaves(full)[at])
    assert full_defaults(model, written) == full


@given(params=REQUESTS, data=st.data())
def test_any_other_value_of_what_renders_changes_the_request(
    catalog: Catalog, params: dict[str, Any], data: st.DataObject
) -> None:
    model = model_of(catalog, params)
    full = full_defaults(model, params)
    path = data.draw(st.sampled_from(sorted(at for at in leaves(full) if at[0] not in model.recorded)))
    other = data.draw(st.sampled_from([1, 2.5, "other", True, ["other"]]).filter(lambda v: v != leaves(full)[path]))
    assert full_defaults(model, with_value(params, path, other)) != full


def model_of(catalog: Catalog, params: dict[str, Any]) -> Model:
    model = catalog.find(params["model"])
    assert model is not None
    return model
