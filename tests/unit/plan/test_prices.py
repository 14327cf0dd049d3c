"""Limits reckon with the higher price where a project describes a packaged model anew."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from builders import change, request
from replacing import replace

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.prices import limit_price, listed_price, shadowed_prices
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents

AIR = "lightricks:2@0"
BODY: dict[str, Any] = {"model": AIR, "width": 1920, "height": 1080, "duration": 8, "fps": 25}


def catalog(rate: str | None = None) -> Catalog:
    """The packaged models; with a rate, the one in question as a project has it, for that price a second."""
    documents = read_model_documents(None)
    for name, document in documents.items():
        if rate is not None and document["x-ltxspec"]["air"] == AIR:
            documents[name] = copy.deepcopy(document)
            for row in documents[name]["x-ltxspec"]["price"]["rows"]:
                row["usdPerSecond"] = rate
    return load_catalog(documents, replaced_model_documents(documents))


@pytest.mark.parametrize(("rate", "listed", "limit"), [("0.001", "0.008", "0.48"), ("1.00", "8.00", "8.00")])
def test_the_higher_of_both_prices_counts_for_limits_and_the_projects_own_is_shown(
    rate: str, listed: str, limit: str
) -> None:
    models = catalog(rate)
    assert listed_price(models, BODY) == Decimal(listed)
    assert limit_price(models, BODY, listed_price(models, BODY)) == Decimal(limit)


def test_without_a_file_of_the_projects_own_there_is_one_price() -> None:
    models = catalog()
    assert models.packaged == {}
    assert limit_price(models, BODY, listed_price(models, BODY)) == listed_price(models, BODY) == Decimal("0.48")


def test_a_price_that_only_the_packaged_file_knows_counts() -> None:
    assert limit_price(catalog("0.001"), BODY, None) == Decimal("0.48")


def shot(estimate: str | None, limit: str | None, action: Action = Action.CREATE) -> Change:
    found = change(action, request(estimate=estimate, **BODY))
    return replace(found, limit_price=None if limit is None else Decimal(limit))


def test_a_plan_warns_of_each_model_whose_packaged_price_is_higher_with_both_sums() -> None:
    plan = Plan("runware", [shot("0.01", "0.48"), shot(None, "0.48"), shot("0.01", "0.60", Action.RESUME)])
    (found,) = shadowed_prices(plan, catalog("0.001"))
    assert (found.severity, found.code) == ("warning", "shadowed-price")
    assert found.message == (
        "the project's own `lightricks-ltx-2-pro.json` prices orders of `lightricks:2@0` at $0.01 and 1 unknown price, "
        "the file that comes with ltxspec prices them at $0.96"
    )


def test_a_plan_at_the_packaged_price_or_above_has_no_such_warning() -> None:
    plan = Plan("runware", [shot("0.48", "0.48"), shot("0.48", None), shot(None, None)])
    assert shadowed_prices(plan, catalog("0.001")) == []


def test_a_request_that_nobody_has_a_price_for_has_none() -> None:
    for body in ({**BODY, "model": "gone:1@0"}, {}, {**BODY, "width": 7}):
        assert listed_price(catalog(), body) is None
        assert limit_price(catalog("0.001"), body, None) is None


def test_an_unknown_price_in_a_file_of_the_projects_own_is_never_told_as_zero() -> None:
    (warning,) = shadowed_prices(Plan("runware", [shot(None, "0.48"), shot(None, "0.48")]), catalog("0.001"))
    assert warning.message == (
        "the project's own `lightricks-ltx-2-pro.json` has no price for orders of `lightricks:2@0`, the file that "
        "comes with ltxspec prices them at $0.96"
    )
