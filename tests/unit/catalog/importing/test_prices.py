"""Published prices are carried as they are, and no rate is guessed from them."""

from typing import Any

from ltxspec.catalog.importing.carrying import carried
from ltxspec.catalog.importing.document import Pin, document_of
from ltxspec.catalog.importing.prices import latency, price_examples, price_facts
from ltxspec.catalog.importing.published import Published, read_published
from ltxspec.catalog.models import load_catalog
from ltxspec.catalog.pricing import estimate

EXAMPLES: list[Any] = [
    {"configuration": "8 seconds, 1080p", "price": "$1.04", "latencyMs": 40_000},
    {"configuration": {"duration": 8}, "price": "$0.48", "latencyMs": 60_000},
    {"configuration": {"duration": 8, "resolution": "1080p"}, "price": "$0.50"},
    {"configuration": {"duration": 5}, "price": "from $0.30", "latencyMs": True},
    {"configuration": {"duration": 5}, "price": "$0", "latencyMs": 80_000},
    "words",
]


def page(*examples: Any) -> Published:
    properties = {
        "model": {"const": "maker:film@1"}, "taskType": {"const": "videoInference"}, "duration": {"type": "integer"},
    }  # fmt: skip
    document = {
        "openapi": "3.1.0",
        "info": {"x-air-id": "maker:film@1", "x-pricing": {"examples": [*examples]}},
        "components": {"schemas": {"RequestBody": {"items": {"type": "object", "properties": properties}}}},
    }
    (found,) = read_published(document)
    return found


def test_only_exact_prices_of_known_parameters_are_examples() -> None:
    found = price_examples(page(*EXAMPLES), "a page", "2026-11-29")
    assert [(one["parameters"], one["usd"]) for one in found] == [({"duration": 8}, "0.48")]
    assert [one["fact"] for one in price_facts(page(*EXAMPLES), "a page", "2026-11-29")] == [
        "Published price: 8 seconds, 1080p: $1.04."
    ]


def test_the_middle_of_published_times_is_the_latency() -> None:
    found = latency(page(*EXAMPLES), "a page", "2026-11-29")
    assert found is not None
    assert found["seconds"] == 60
    assert latency(page(), "a page", "2026-11-29") is None


def test_an_imported_file_has_them_and_its_price_is_unknown_until_someone_adds_rates() -> None:
    document = document_of(page(*EXAMPLES), Pin("a page", "2026-11-29", provider="runware"))
    model = load_catalog({"maker-film.json": document}).models[0]
    assert estimate(model, {"duration": 8}) is None
    assert model.settings.latency is not None
    again = carried(document, document)
    assert again.refusals == []
    bare = document_of(page(), Pin("a page", "2026-11-29", provider="runware"))
    assert carried(bare, document).document["x-ltxspec"]["price"] == document["x-ltxspec"]["price"]
    assert again.document["x-ltxspec"]["facts"] == document["x-ltxspec"]["facts"]


def test_a_source_without_prices_keeps_its_hash() -> None:
    assert page().hash == page("words").hash
    assert page().hash != page(*EXAMPLES).hash
