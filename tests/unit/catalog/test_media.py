import base64
from typing import Any

import pytest

from ltxspec.catalog.media import is_local_file, media_values
from ltxspec.catalog.models import Model

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def test_images_are_found_in_the_short_and_the_long_form(fast25: Model) -> None:
    params = {"inputs": {"frameImages": ["a.jpg", {"image": "b.png", "frame": "last"}]}}
    assert media_values(fast25, params) == [
        (("inputs", "frameImages", 0), "a.jpg"),
        (("inputs", "frameImages", 1, "image"), "b.png"),
    ]


def test_sound_and_reference_images_are_found(fast25: Model) -> None:
    params = {"inputs": {"audio": "voice.wav", "referenceImages": ["face.jpg"]}}
    assert sorted(media_values(fast25, params)) == [
        (("inputs", "audio"), "voice.wav"),
        (("inputs", "referenceImages", 0), "face.jpg"),
    ]


@pytest.mark.parametrize("inputs", [None, [], "a.jpg", {}, {"frameImages": "a.jpg"}, {"frameImages": [3, None, {}]}])
def test_a_request_of_another_shape_has_no_media(pro: Model, inputs: Any) -> None:
    assert media_values(pro, {"inputs": inputs}) == []


def test_a_request_without_inputs_has_no_media(pro: Model) -> None:
    assert media_values(pro, {"width": 1920, "webhookURL": "https://example.com"}) == []


@pytest.mark.parametrize(
    "value",
    [
        "assets/alley.jpg",
        "../alley.jpg",
        "alley",
        "Ünïcode name.png",
        "a" * 64,  # base64 letters, but no known kind of file
        "https.jpg",
        "deadbeef-dead-beef-dead-beefdeadbeef.jpg",
        "C:/pictures/a.png",
        "",
    ],
)
def test_a_path_is_a_local_file(value: str) -> None:
    assert is_local_file(value)


@pytest.mark.parametrize(
    "value",
    [
        "https://example.com/a.jpg",
        "HTTP://EXAMPLE.COM/A.JPG",
        "s3://bucket/a.jpg",
        "data:image/png;base64,AAAA",
        "aac49721-1964-481a-ae78-8a4e29b91402",
        "AAC49721-1964-481A-AE78-8A4E29B91402",
        PIXEL,
        base64.b64encode(bytes(range(256)) * 4).decode(),
    ],
)
def test_what_the_provider_can_read_by_itself_is_not_a_local_file(value: str) -> None:
    assert not is_local_file(value)
