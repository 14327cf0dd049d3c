import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.models import Model, load_catalog
from ltxspec.catalog.price_learning import Paid, learn, priced, why_nothing
from ltxspec.catalog.pricing import estimate

FILE = "lightricks-ltx-2-pro.json"


@pytest.fixture(scope="module")
def unpriced(documents: dict[str, Any]) -> Model:
    document = copy.deepcopy(documents[FILE])
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    return load_catalog({FILE: document}).models[0]


def paid(name: str, cost: str | None, seconds: Any = 8, width: int = 1920, results: int = 1, **more: Any) -> Paid:
    request = {"width": width, "height": width * 9 // 16, "duration": seconds, **more}
    return Paid(name, request, None if cost is None else Decimal(cost), results)


def with_price(model: Model, price: dict[str, Any]) -> Model:
    document = copy.deepcopy(dict(model.schema))
    document["x-ltxspec"]["price"] = price
    return load_catalog({FILE: document}).models[0]


def test_a_rate_is_learned_for_each_size_and_prices_the_takes_again(unpriced: Model) -> None:
    takes = [paid("a.one", "0.48"), paid("a.two", "0.36", 6), paid("a.big", "1.92", width=3840)]
    learned = learn(unpriced, takes)
    assert [(rate.at, rate.usd_per_second, len(rate.takes), rate.confidence) for rate in learned.rates] == [
        ((1920, 1080), Decimal("0.06"), 2, "inferred"),
        ((3840, 2160), Decimal("0.24"), 1, "unverified"),
    ]
    price, kept = priced(unpriced, learned, "2026-11-29", replace=False)
    assert kept == []
    assert price["rows"][0]["source"] == "learned from 2 takes"
    model = with_price(unpriced, price)
    assert [estimate(model, take.request) for take in takes] == [take.cost for take in takes]


def test_what_a_take_does_not_tell_is_said_and_not_guessed(unpriced: Model) -> None:
    takes = [
        paid("a.free", None),
        paid("a.nothing", "0"),
        paid("a.auto", "0.5", "auto"),
        paid("a.half", "0.48", results=1, numberResults=2),
        Paid("a.size", {"duration": 8}, Decimal("0.48"), 1),
    ]
    learned = learn(unpriced, takes)
    assert learned.rates == []
    assert learned.contradictions == []
    assert learned.unexplained == {
        "a.free": "its cost is not known",
        "a.nothing": "its cost is not known",
        "a.auto": "its length is not in the request",
        "a.half": "1 of 2 results were delivered",
        "a.size": "its size is not in the request",
    }


def test_a_model_sized_by_resolution_has_rows_by_it(documents: dict[str, Any]) -> None:
    document = copy.deepcopy(documents[FILE])
    document["x-ltxspec"]["price"] |= {"by": [], "rows": []}
    document["properties"]["resolution"] = {"enum": ["720p", "1080p"]}
    model = load_catalog({FILE: document}).models[0]
    takes = [
        Paid("a.short", {"resolution": "720p", "duration": 5}, Decimal("0.5"), 1),
        Paid("a.long", {"resolution": "720p", "duration": 10}, Decimal(1), 1),
        Paid("a.big", {"resolution": "1080p", "duration": 10}, Decimal(2), 1),
    ]
    learned = learn(model, takes)
    rates = {rate.at: rate.usd_per_second for rate in learned.rates}
    assert rates == {("720p",): Decimal("0.1"), ("1080p",): Decimal("0.2")}
    price, _ = priced(model, learned, "2026-11-29", replace=False)
    assert price["by"] == ["/resolution"]
    dear = with_price(model, price)
    assert [estimate(dear, take.request) for take in takes] == [take.cost for take in takes]


def test_why_nothing_is_learned_is_said_with_what_to_do(documents: dict[str, Any], unpriced: Model) -> None:
    def why(model: Model, request: dict[str, Any], cost: Decimal | None = Decimal("0.5")) -> str:
        return why_nothing(model, learn(model, [Paid("a.one", request, cost, 1)]))

    document = copy.deepcopy(documents[FILE])
    for name in ("duration", "resolution"):
        document["properties"].pop(name, None)
    document["x-ltxspec"]["price"] = {
        "unit": "USD",
        "seconds": "/fps",
        "results": "/numberResults",
        "by": [],
        "rows": [],
    }
    document["x-ltxspec"]["defaults"]["sent"] = []
    document.pop("examples", None)
    timeless = load_catalog({FILE: document}).models[0]
    assert why(timeless, {"width": 1920, "height": 1080}).startswith("it has no `duration`")
    assert learn(timeless, [paid("a.one", "0.5")]).unexplained == {"a.one": "its model has no `duration`"}
    assert why(unpriced, {"duration": 8}).startswith("no take says `width` and `height`")
    assert why(unpriced, {"width": 1920, "height": 1080, "duration": "auto"}).startswith("no take says its `duration`")
    assert why(unpriced, {"width": 1920, "height": 1080, "duration": 8}, None).startswith("the cost of no take")
    assert all("`schemas/models/" in why(one, {"duration": 8}) for one in (timeless, unpriced))


def test_costs_that_contradict_each_other_teach_nothing_and_name_the_takes(unpriced: Model) -> None:
    learned = learn(unpriced, [paid("a.one", "0.48"), paid("a.two", "0.96", fps=50), paid("a.ok", "1.92", width=3840)])
    assert learned.rates == []
    (told,) = learned.contradictions
    costs = "`a.one` cost $0.48 for 8 s × 1, but `a.two` cost $0.96 for 8 s × 1"
    assert told == f"width 1920, height 1080: {costs}; their requests differ in `fps`"


def test_costs_that_were_rounded_give_the_highest_rate(unpriced: Model) -> None:
    (rate,) = learn(unpriced, [paid("a.one", "0.48"), paid("a.two", "0.484")]).rates
    assert (rate.lowest, rate.usd_per_second) == (Decimal("0.06"), Decimal("0.0605"))


def test_a_published_rate_stays_unless_it_is_to_be_replaced(documents: dict[str, Any]) -> None:
    model = load_catalog({FILE: documents[FILE]}).models[0]
    learned = learn(model, [paid("a.one", "0.56")])
    price, kept = priced(model, learned, "2026-11-29", replace=False)
    assert price["rows"] == documents[FILE]["x-ltxspec"]["price"]["rows"]
    assert "$0.06 a second stays" in kept[0]
    assert "the takes say $0.07" in kept[0]
    replaced, kept = priced(model, learned, "2026-11-29", replace=True)
    assert (replaced["rows"][0]["usdPerSecond"], kept) == ("0.07", [])
    assert replaced["rows"][1:] == price["rows"][1:]
    again, kept = priced(with_price(model, replaced), learn(model, [paid("a", "0.64")]), "2026-11-30", replace=False)
    assert (again["rows"][0]["usdPerSecond"], kept) == ("0.08", [])  # what was learned may be learned anew


@given(rate=st.decimals("0.001", "9", places=3), lengths=st.lists(st.integers(1, 60), min_size=1, max_size=5))
def test_a_true_rate_is_found_from_any_takes(unpriced: Model, rate: Decimal, lengths: list[int]) -> None:
    takes = [paid(f"a.{number}", str(rate * seconds), seconds) for number, seconds in enumerate(lengths)]
    (found,) = learn(unpriced, takes).rates
    assert abs(found.usd_per_second - rate) < Decimal("1e-20")
    price, _ = priced(unpriced, learn(unpriced, takes), "2026-11-29", replace=False)
    assert Decimal(price["rows"][0]["usdPerSecond"]) == rate
