"""A learned rate counts for what its takes chose, and for nothing else."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.price_choices import choices_of, chosen
from ltxspec.catalog.price_learning import Paid, learn, priced
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Invalid

FILE = "lightricks-ltx-2-pro.json"


@pytest.fixture(scope="module")
def unpriced(documents: dict[str, Any]) -> Model:
    document = copy.deepcopy(documents[FILE])
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    return load_catalog({FILE: document}).models[0]


def paid(name: str, cost: str | None, seconds: int = 8, **more: Any) -> Paid:
    request = {"width": 1920, "height": 1080, "duration": seconds, **more}
    return Paid(name, request, None if cost is None else Decimal(cost), 1)


def with_price(model: Model, price: dict[str, Any]) -> Model:
    document = copy.deepcopy(dict(model.schema))
    document["x-ltxspec"]["price"] = price
    return load_catalog({FILE: document}).models[0]


def test_choices_are_what_may_cost_something_besides_size_and_length(unpriced: Model) -> None:
    found = choices_of(unpriced, ("/width", "/height"))
    assert {"/fps", "/inputs/frameImages", "/providerSettings/lightricks/generateAudio"} <= set(found)
    assert not {"/width", "/duration", "/positivePrompt", "/numberResults", "/outputFormat", "/webhookURL"} & set(found)
    said = dict(zip(found, chosen(unpriced, {}, found), strict=True))
    assert (said["/fps"], said["/inputs/frameImages"]) == (25, 0)  # the default; none


def test_a_rate_is_unknown_for_choices_that_no_take_was_made_with(documents: dict[str, Any]) -> None:
    document = copy.deepcopy(documents[FILE])
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    document["properties"]["mode"] = {"enum": ["std", "pro"]}
    document["properties"]["settings"] = {"type": "object"}  # its source does not say what is in it
    document["x-ltxspec"]["media"] = [*document["x-ltxspec"]["media"], "/inputs/voice"]
    document["properties"]["inputs"]["properties"]["voice"] = {"type": "string"}
    unpriced = load_catalog({FILE: document}).models[0]
    ordered: dict[str, Any] = {"mode": "std", "settings": {"tier": 1}, "inputs": {"frameImages": ["a.png"]}}
    takes = [paid("a.one", "0.40", **ordered), paid("a.two", "0.30", 6)]
    price, _ = priced(unpriced, learn(unpriced, takes), "2026-11-29", replace=False)
    model = with_price(unpriced, price)

    def price_of(**more: Any) -> Decimal | None:
        return estimate(model, paid("", None, 10, **more).request)

    assert price_of() == price_of(seed=7, outputFormat="WEBM", positivePrompt="ho") == Decimal("0.50")
    assert price_of(**ordered) == price_of(**{**ordered, "inputs": {"frameImages": ["b.png"]}}) == Decimal("0.50")
    for other in (
        {"mode": "pro"},
        {"mode": "std"},  # seen with an image and with settings only
        {**ordered, "settings": {"tier": 2}},
        {**ordered, "inputs": {"frameImages": ["a.png", "b.png"]}},
        {**ordered, "inputs": {**ordered["inputs"], "voice": "a.wav"}},
        {"providerSettings": {"lightricks": {"generateAudio": True}}},
        {"fps": 50},
    ):
        assert price_of(**other) is None


def test_what_was_seen_names_every_choice(unpriced: Model) -> None:
    price, _ = priced(unpriced, learn(unpriced, [paid("a.one", "0.48")]), "2026-11-29", replace=False)
    price["choices"] = price["choices"][1:]
    with pytest.raises(Invalid, match="seen` must have one value for each pointer of `choices`"):
        with_price(unpriced, price)
