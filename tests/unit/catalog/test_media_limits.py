from copy import deepcopy
from typing import Any

import pytest

from ltxspec.catalog.media_facts import MediaFacts
from ltxspec.catalog.media_limits import MediaUse, bytes_of, media_problems, media_warnings
from ltxspec.catalog.models import Model, load_catalog
from ltxspec.errors import Invalid

FILE = "lightricks-ltx-2-5-fast.json"
BODY = {"width": 1920, "height": 1080}
FRAME = ("inputs", "frameImages", 0, "image")
FACTS: dict[str, Any] = {"kind": "image", "format": "PNG", "bytes": 5_000, "width": 1920, "height": 1080}


def model_with(documents: dict[str, Any], **changes: Any) -> Model:
    """LTX-2.5 Fast; `changes` are made to all of its limits."""
    document = deepcopy(documents[FILE])
    for limit in document["x-ltxspec"]["mediaLimits"]:
        limit.update(changes)
    return load_catalog({FILE: document}).models[0]


def use(model: Model, path: tuple[str | int, ...] = FRAME, body: dict[str, Any] | None = None) -> MediaUse:
    return MediaUse(model, BODY if body is None else body, path, "`a.png`")


def problems(model: Model, path: tuple[str | int, ...] = FRAME, **facts: Any) -> list[tuple[str, str]]:
    return [(one.code, one.message) for one in media_problems(MediaFacts(**(FACTS | facts)), use(model, path))]


@pytest.mark.parametrize(
    ("facts", "code", "message"),
    [
        ({"kind": "", "format": "", "bytes": 0}, "media-empty", "`a.png` is empty"),
        ({"kind": "", "format": "a web page"}, "media-kind", "`a.png` is a web page, not an image"),
        ({"kind": "", "format": ""}, "media-kind", "`a.png` is not an image: its format is unknown"),
        ({"kind": "video", "format": "MP4"}, "media-kind", "`a.png` is MP4, not an image"),
        ({"format": "HEIC"}, "media-format", "`a.png` is HEIC; LTX-2.5 Fast accepts images as PNG, JPEG or WEBP"),
        ({"bytes": 7_000_001}, "media-bytes", "`a.png` has 7.1 MB; LTX-2.5 Fast accepts images of at most 7 MB"),
        ({"problem": "it ends too early"}, "media-damaged", "`a.png` cannot be decoded as PNG: it ends too early"),
        ({"problem": "it is huge", "oversized": True}, "media-size", "`a.png` is too large to be checked: it is huge"),
    ],
)
def test_what_a_model_does_not_accept_is_an_error(
    documents: dict[str, Any], facts: dict[str, Any], code: str, message: str
) -> None:
    assert problems(model_with(documents), **facts) == [(code, message)]


def test_what_a_model_accepts_has_no_problem(documents: dict[str, Any]) -> None:
    model = model_with(documents)
    assert problems(model, bytes=7_000_000) == problems(model, format="JPEG") == []
    assert problems(model, ("inputs", "audio"), kind="audio", format="FLAC") == []
    assert problems(model, ("inputs", "audio")) == [("media-kind", "`a.png` is PNG, not a sound file")]


def test_sides_and_seconds_are_checked_where_the_model_limits_them(documents: dict[str, Any]) -> None:
    model = model_with(documents, minSide=300, maxSide=2000, maxSeconds=30)
    assert problems(model, width=200, height=4000) == [
        ("media-size", "`a.png` is 200 × 4000; LTX-2.5 Fast accepts images of at least 300 pixels a side"),
        ("media-size", "`a.png` is 200 × 4000; LTX-2.5 Fast accepts images of at most 2000 pixels a side"),
    ]
    assert problems(model, ("inputs", "audio"), kind="audio", format="WAV", width=None, seconds=31.04) == [
        ("media-seconds", "`a.png` lasts 31.0 seconds; LTX-2.5 Fast accepts sound files of at most 30 seconds")
    ]


def test_places_without_limits_are_only_checked_for_content(documents: dict[str, Any]) -> None:
    document = deepcopy(documents[FILE])
    del document["x-ltxspec"]["mediaLimits"]
    (model,) = load_catalog({FILE: document}).models
    assert problems(model, format="GIF", bytes=10**8) == []
    assert problems(model, bytes=0) == [("media-empty", "`a.png` is empty")]


@pytest.mark.parametrize(
    ("facts", "body", "codes"),
    [
        ({}, BODY, []),
        ({"width": 1280, "height": 720}, BODY, []),
        ({"width": 1376, "height": 768}, BODY, []),
        ({"width": 1080, "height": 1920}, BODY, ["media-aspect"]),
        ({"width": 1080, "height": 1920, "turned": 6}, BODY, ["media-rotated"]),
        ({"width": 1080, "height": 1920}, {"width": 1080, "height": 1920}, []),
        ({"width": 1080, "height": 1920}, {}, ["media-aspect"]),
        ({"width": None}, BODY, []),
    ],
)
def test_rotation_and_another_aspect_are_warnings(
    documents: dict[str, Any], facts: dict[str, Any], body: dict[str, Any], codes: list[str]
) -> None:
    found = media_warnings(MediaFacts(**(FACTS | facts)), use(model_with(documents), body=body))
    assert [one.code for one in found] == codes


def test_the_aspect_of_a_reference_does_not_matter(documents: dict[str, Any]) -> None:
    reference = use(model_with(documents), ("inputs", "referenceImages", 0))
    assert list(media_warnings(MediaFacts(**(FACTS | {"width": 9})), reference)) == []


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("data:image/png;base64,AAAA", None),
        ("data:text/html,<p>", "media-format"),
        ("data:image/png;base64,@", "media-data"),
    ],
)
def test_data_may_be_broken_or_declared_as_something_else(
    documents: dict[str, Any], value: str, code: str | None
) -> None:
    problem = bytes_of(value, use(model_with(documents)))[1]
    assert (problem.code if problem else None) == code


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"formats": ["WAV"]}, "which is not a format of kind `image`"),
        ({"formats": ["JPG"]}, "a format such as `PNG`"),
        ({"kind": "picture"}, "`image`, `audio` or `video`"),
        ({"at": ["/inputs/masks/*"]}, "`x-ltxspec.mediaLimits` names `/inputs/masks/*`"),
        ({"maxBytes": 0}, "maxBytes"),
    ],
)
def test_a_model_file_with_wrong_limits_is_refused(
    documents: dict[str, Any], change: dict[str, Any], message: str
) -> None:
    with pytest.raises(Invalid) as caught:
        model_with(documents, **change)
    assert message in caught.value.summary
