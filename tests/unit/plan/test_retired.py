"""A retired model is a warning where something of it would be ordered, and nowhere else."""

import copy
from typing import Any

import pytest
from builders import change, request

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.plan.actions import Action, Plan
from ltxspec.plan.retired import retired_models
from ltxspec.storage.packaged import read_model_documents

AIR = "lightricks:2@0"


def catalog(**life: Any) -> Catalog:
    documents = copy.deepcopy(read_model_documents(None))
    block = next(each["x-ltxspec"] for each in documents.values() if each["x-ltxspec"]["air"] == AIR)
    for field in ("status", "statusDate"):
        block.pop(field, None)
    block |= life
    return load_catalog(documents)


def plan(*actions: Action) -> Plan:
    return Plan("runware", [change(action, request(f"shot{n}", model=AIR)) for n, action in enumerate(actions)])


def test_orders_are_counted_and_the_successor_is_named() -> None:
    models = catalog(status="retired", statusDate="2026-11-20", replacedBy="lightricks:ltx@2.5-pro")
    (found,) = retired_models(plan(Action.CREATE, Action.CREATE, Action.NO_OP), models)
    assert (found.severity, found.code) == ("warning", "retired-model")
    assert found.message == "`lightricks:2@0` is retired since 2026-11-20, and 2 shots order it"
    assert found.hint == "use `lightricks:ltx@2.5-pro`"


def test_without_a_date_or_a_successor_none_is_named() -> None:
    (found,) = retired_models(plan(Action.CREATE), catalog(status="retired"))
    assert found.message == "`lightricks:2@0` is retired, and 1 shot orders it"
    assert found.hint == "`ltxspec models` lists the models that are offered"


@pytest.mark.parametrize(
    ("name", "said"), [("nosuch", "not in the catalog: `ltxspec models import`"), (AIR, "is retired, too")]
)
def test_a_successor_that_cannot_be_ordered_here_is_not_offered(name: str, said: str) -> None:
    (found,) = retired_models(plan(Action.CREATE), catalog(status="retired", replacedBy=name))
    assert said in str(found.hint)
    assert not str(found.hint).startswith("use ")


@pytest.mark.parametrize("action", [Action.NO_OP, Action.UPDATE, Action.RESUME, Action.RESTORE])
def test_what_is_owned_is_no_order(action: Action) -> None:
    assert retired_models(plan(action), catalog(status="retired")) == []


@pytest.mark.parametrize("status", ["active", "unlisted"])
def test_other_models_may_be_ordered(status: str) -> None:
    assert retired_models(plan(Action.CREATE), catalog(status=status)) == []
