"""What a change does to settings, models and delivery; prices of real model files."""

import copy
from typing import Any

from builders import request
from replacing import replace
from unit.review.changes import BASE, HEAD, side

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.render.models import Request
from ltxspec.review.models import RuleChange
from ltxspec.review.rules import delivery_changes, model_changes, setting_changes
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents

AIR, FILE = "lightricks:2@0", "lightricks-ltx-2-pro.json"
HOOK = {"webhookURL": "https://calls.example/hook"}


def catalog(**changes: Any) -> Catalog:
    """The packaged models; with changes, those of the `x-ltxspec` block of one, as a file of the project."""
    documents = read_model_documents(None)
    if changes:
        documents[FILE] = copy.deepcopy(documents[FILE])
        documents[FILE]["x-ltxspec"] |= changes
    return load_catalog(documents, replaced_model_documents(documents))


def price(rate: str) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(read_model_documents(None)[FILE]["x-ltxspec"]["price"])
    found["rows"] = [{**found["rows"][0], "usdPerSecond": rate}]
    return found


def told(found: Any) -> dict[str, tuple[str | None, str | None]]:
    return {item.name: (item.before, item.after) for item in found}


def test_settings_that_changed_came_or_went_are_told_and_no_others() -> None:
    before = {"budget.per_apply": "$5.00", "provider.name": "runware", "policy a": "error"}
    after = {"budget.per_apply": None, "provider.name": "runware", "policy b": "warning"}
    assert told(setting_changes(before, after)) == {
        "budget.per_apply": ("$5.00", None),
        "policy b": (None, "warning"),
        "policy a": ("error", None),
    }


def test_no_secret_is_told_and_one_that_changed_is_not_passed_over() -> None:
    before, after = ({"delivery.uploadEndpoint": f"https://b.example/v?X-Amz-Signature={n}"} for n in (1, 2))
    assert list(setting_changes(before, after)) == [
        RuleChange(
            "delivery.uploadEndpoint", "https://b.example/v", "https://b.example/v (in a part that is not shown)"
        )
    ]


def test_a_model_file_of_the_project_in_place_of_a_packaged_one_is_told_with_its_prices() -> None:
    found = told(model_changes(catalog(), catalog(price=price("0.001"))))
    assert found[f"model {AIR}"] == (
        "the file that comes with ltxspec",
        "a file of the project instead of ltxspec's own",
    )
    assert found[f"price of {AIR} at width 1920, height 1080"] == ("$0.06 a second", "$0.001 a second")
    assert found[f"price of {AIR} at width 3840, height 2160"] == ("$0.24 a second", None)
    assert f"content of {FILE}" in found


def test_another_price_in_a_file_that_stood_in_already_is_told_without_saying_so_again() -> None:
    found = told(model_changes(catalog(price=price("0.001")), catalog(price=price("0.002"))))
    assert list(found) == [f"price of {AIR} at width 1920, height 1080", f"content of {FILE}"]


def test_a_model_file_that_changed_in_anything_else_is_told() -> None:
    assert list(told(model_changes(catalog(), catalog(name="Another")))) == [f"model {AIR}", f"content of {FILE}"]


def test_models_that_came_or_went_are_told_by_their_file() -> None:
    some = Catalog(tuple(model for model in catalog().models if model.air != AIR), {})
    assert told(model_changes(some, catalog()))[f"model {AIR}"] == (None, FILE)
    assert told(model_changes(catalog(), some))[f"model {AIR}"] == (FILE, None)


def test_the_same_models_are_no_change_whether_read_once_or_twice() -> None:
    models = catalog()
    assert list(model_changes(models, models)) == list(model_changes(models, catalog())) == []


def sent(shot: Request, **delivery: Any) -> Request:
    return replace(shot, delivery=delivery)


def test_an_address_that_specs_send_to_is_told_once_for_all_shots_that_change_alike() -> None:
    base = side(BASE, request("a"), request("b", "x"))
    head = side(HEAD, *(sent(request(key, key), **HOOK) for key in ("a", "b", "new")), sent(request("d", "y"), ttl=60))
    assert told(delivery_changes(base, head, {}, {})) == {
        "webhookURL of night.a and 2 more": (None, "https://calls.example/hook"),
        "ttl of night.d": (None, "60"),
    }


def test_what_the_configuration_changed_for_all_shots_is_told_as_a_setting() -> None:
    base, head = side(BASE, request("a")), side(HEAD, sent(request("a"), **HOOK), sent(request("b", "x"), **HOOK))
    assert delivery_changes(base, head, {}, HOOK) == []
    assert told(delivery_changes(head, base, {}, {})) == {"webhookURL of night.a": ("https://calls.example/hook", None)}
