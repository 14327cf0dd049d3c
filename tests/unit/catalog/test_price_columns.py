import copy
from typing import Any

import pytest

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.price_columns import size_columns

FILE = "lightricks-ltx-2-pro.json"
CHOICE = {"enum": ["720p", "1080p"]}


@pytest.fixture
def document(documents: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(documents[FILE])
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    return document


def model_of(document: dict[str, Any]) -> Model:
    return load_catalog({FILE: document}).models[0]


def test_the_size_is_what_most_orders_give(document: dict[str, Any]) -> None:
    document["properties"]["resolution"] = CHOICE
    model = model_of(document)
    classes, pixels = {"resolution": "720p"}, {"width": 1920, "height": 1080}
    assert size_columns(model, [classes, classes, pixels]) == ("/resolution",)
    assert size_columns(model, [classes | pixels]) == ("/width", "/height")
    assert size_columns(model, []) == ("/width", "/height")


def test_a_choice_of_resolutions_counts_at_any_depth(document: dict[str, Any]) -> None:
    document["properties"]["settings"] = {"type": "object", "properties": {"targetResolution": CHOICE}}
    model = model_of(document)
    assert size_columns(model, [{"settings": {"targetResolution": "720p"}}]) == ("/settings/targetResolution",)


def test_a_default_decides_where_no_order_gives_one(document: dict[str, Any]) -> None:
    document["properties"]["resolution"] = {**CHOICE, "default": "720p"}
    assert size_columns(model_of(document), [{"duration": 5}]) == ("/resolution",)


def test_the_columns_of_the_file_stay(documents: dict[str, Any]) -> None:
    model = load_catalog({FILE: documents[FILE]}).models[0]
    assert size_columns(model, [{"resolution": "720p"}]) == model.settings.price.by
