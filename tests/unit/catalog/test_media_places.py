import copy
from typing import Any

import pytest

from ltxspec.catalog.media_places import free_places, with_free_places
from ltxspec.catalog.models import Model, load_catalog

FILE = "lightricks-ltx-2-pro.json"
KNOWN = {"confidence": "inferred", "date": "2026-11-29", "source": "made up"}


@pytest.fixture
def free(documents: dict[str, Any]) -> Model:
    """A model whose `inputs` name only the frames, and take anything."""
    document: dict[str, Any] = copy.deepcopy(documents[FILE])
    document["properties"]["inputs"].pop("additionalProperties")
    own = document["x-ltxspec"]
    own["media"] += ["/inputs/video", "/inputs/video/*", "/inputs/voices/*/audio"]
    own["mediaLimits"] += [
        {"at": ["/inputs/video", "/inputs/video/*"], "kind": "video", **KNOWN},
        {"at": ["/inputs/voices/*/audio"], "kind": "audio", **KNOWN},
    ]
    return load_catalog({FILE: document}).models[0]


def test_places_below_a_free_object_are_listed_once_with_their_kind(free: Model) -> None:
    assert free_places(free) == {("inputs", "video"): "video", ("inputs", "voices"): "audio"}


def test_they_are_named_in_the_schema_for_editors_and_the_model_stays_as_it_is(free: Model) -> None:
    named = with_free_places(free)["properties"]["inputs"]["properties"]
    assert named["video"]["description"].startswith("Takes a video")
    assert "frameImages" in named
    assert "video" not in free.schema["properties"]["inputs"]["properties"]


def test_a_schema_that_names_all_its_media_is_used_as_it_is(documents: dict[str, Any]) -> None:
    for model in load_catalog(documents).models:
        assert free_places(model) == {}
        assert with_free_places(model) is model.schema
