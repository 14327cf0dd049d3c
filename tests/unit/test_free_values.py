import pytest

from ltxspec.free_values import KnownNames, guarded
from ltxspec.redaction import REDACTED, redact_field, redact_request
from ltxspec.values import Json

KNOWN = KnownNames.of({"settings", "fps", "closed", "items"}, {"settings", "items"})


@pytest.mark.parametrize(
    "value",
    [
        "Hello there, and welcome to the 2nd night of the festival!",
        "high",
        "cinematic-dolly_zoom v2",
        "assets/0f8fad5bd9cb469fa16570867728950e.wav",
        "https://cdn.example/9f86d081884c7d659a2feaa0c55ad015.mp4",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "klingai:kling-video@3.0-turbo",
        "generateAudioTrack",
        "1920x1080",
        "",
        0.3333333333333333,
        4294967295,
        True,
        None,
    ],
)
def test_what_is_no_secret_is_recorded_in_a_part_that_the_model_leaves_open(value: Json) -> None:
    body = {"settings": {"deep": {"tone": value}, "list": [value]}, "items": [{"tone": value}]}
    assert redact_request(body, KNOWN) == body
    assert redact_field("/settings/deep/tone", value, KNOWN) == value


@pytest.mark.parametrize(
    "value",
    [
        "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMIbPxRfiCYEXAMPLEKEY",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.sflKxwRJSMeKKF2QT4",
        "use 9f86d081884c7d659a2feaa0c55ad015 for it",
        "abcdefghijklmnopqrstuvwxyzabcdefghij",
        4294967297,
    ],
)
def test_what_looks_like_a_credential_is_not(value: Json) -> None:
    assert redact_request({"settings": {"a": {"tone": value}}}, KNOWN) == {"settings": {"a": {"tone": REDACTED}}}
    assert redact_field("/settings/a/tone", value, KNOWN) == REDACTED


@pytest.mark.parametrize(
    "name", ["apiKey", "voice_key", "Authorization", "auth", "password", "X-Auth-Token", "cookies"]
)
def test_nor_is_what_has_the_name_of_one(name: str) -> None:
    assert redact_request({"settings": {name: "abc"}}, KNOWN) == {"settings": {name: REDACTED}}
    assert redact_request({"settings": {name: {"a": ["b"]}}}, KNOWN) == {"settings": {name: {"a": [REDACTED]}}}
    assert redact_field(f"/settings/{name}", "abc", KNOWN) == REDACTED
    assert redact_field(f"/settings/{name}/a/0", "b", KNOWN) == REDACTED


def test_a_signature_in_an_address_is_removed_there_too() -> None:
    body = {"settings": {"voice": "https://cdn.example/a.wav?sig=abc"}}
    assert redact_request(body, KNOWN) == {"settings": {"voice": "https://cdn.example/a.wav"}}


def test_parts_that_the_model_closes_are_as_ever() -> None:
    body = {"closed": {"other": "abc"}, "unknown": {"settings": {"tone": "high"}}}
    assert redact_request(body, KNOWN) == {"closed": {"other": REDACTED}, "unknown": REDACTED}
    assert redact_field("/unknown/settings/tone", "high", KNOWN) == REDACTED


def test_counts_are_kept_whatever_they_are_called() -> None:
    assert guarded({"maxTokens": 512}, REDACTED) == {"maxTokens": 512}
