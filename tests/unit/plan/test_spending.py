"""What a spec has cost: reported apart from reckoned."""

import copy
from decimal import Decimal

import pytest
from builders import lockfile, record, take
from replacing import replace

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.spending import assumed, counted_once, proven_factor, spent
from ltxspec.storage.packaged import read_model_documents, replaced_model_documents

AIR = "lightricks:2@0"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(read_model_documents(None))


def unreported(number: int, *, status: str = "succeeded", duration: int = 8, model: str = AIR) -> Take:
    request = {"model": model, "width": 1920, "height": 1080, "duration": duration, "fps": 25}
    return replace(take(number=number, cost=None, status=status), model=model, request=request)


def test_spent_counts_shared_takes_once_and_unknown_costs_apart() -> None:
    shared = take()
    retired = {"old": record(take("o", number=3, cost="1.92"))}
    unpriced = record(take("t", number=2, cost=None))
    locked = lockfile(retired, alley=record(shared), gate=record(shared), tower=unpriced)
    assert spent(RecordedState(locked)) == (Decimal("2.40"), 1)


def test_a_task_whose_cost_is_known_under_one_of_two_keys_is_known() -> None:
    locked = lockfile({"old": record(take(cost=None))}, alley=record(take()), gate=record(take(cost=None)))
    assert spent(RecordedState(locked)) == (Decimal("0.48"), 0)


def test_a_task_in_two_lockfiles_counts_in_the_one_where_it_is_still_a_shot() -> None:
    have = {
        "dawn": RecordedState(Lockfile("runware", "dawn", {}, {"alley": record(take())})),
        "night": RecordedState(lockfile(alley=record(take(cost=None)), gate=record(take(number=2)))),
    }
    assert {name: spent(one) for name, one in counted_once(have).items()} == {
        "dawn": (Decimal(0), 0),
        "night": (Decimal("0.96"), 0),
    }
    alone = {"night": have["night"]}
    assert counted_once(alone) is alone


def test_takes_of_unreported_cost_are_reckoned_at_the_listed_price_of_their_own_request(catalog: Catalog) -> None:
    short, long = unreported(1), unreported(2, duration=10)
    locked = lockfile({"old": record(long)}, alley=record(short, take(number=3)), gate=record(short))
    assert assumed(RecordedState(locked), catalog) == (Decimal("1.08"), 0)


def test_failed_takes_may_have_been_billed(catalog: Catalog) -> None:
    assert assumed(RecordedState(lockfile(alley=record(unreported(1, status="failed")))), catalog) == (
        Decimal("0.48"),
        0,
    )


def test_a_take_without_a_listed_price_stays_unknown(catalog: Catalog) -> None:
    strange = lockfile(alley=record(unreported(1, model="gone:1@0"), unreported(2, duration=7)))
    assert assumed(RecordedState(strange), catalog)[1] == 1


def test_the_newest_reported_cost_says_how_far_prices_are_to_be_believed(catalog: Catalog) -> None:
    def paid(number: int, cost: str | None, at: str | None) -> Take:
        return replace(unreported(number), cost=None if cost is None else Decimal(cost), submitted_at=at)

    old, new = "2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"
    dear, right, cheap = paid(1, "1.44", old), paid(2, "0.48", new), paid(3, "0.24", new)
    silent, imported = paid(4, None, new), paid(5, "9.60", None)

    def factor(*takes: Take) -> Decimal:
        return proven_factor([RecordedState(lockfile(alley=record(*takes)))], catalog)

    assert [factor(dear), factor(dear, right), factor(cheap)] == [3, 1, 1]
    assert factor(dear, silent, imported) == 3
    refused = replace(unreported(6, status="failed"), cost=Decimal(0), submitted_at=new)
    assert factor(dear, refused) == 3, "a refused order says nothing about prices"
    assert factor(silent) == factor(imported) == factor(replace(dear, model="gone:1@0", request={})) == 1
    others = RecordedState(lockfile({"gone": record(dear)}, alley=record(imported)))
    assert proven_factor([RecordedState(lockfile(alley=record(right))), others], catalog) == 3
    assert proven_factor([], catalog) == 1


def test_a_price_that_a_file_of_the_project_states_lower_proves_nothing_against_the_packaged_one(
    catalog: Catalog,
) -> None:
    documents = read_model_documents(None)
    (file,) = [model.file for model in catalog.models if model.air == AIR]
    documents[file] = copy.deepcopy(documents[file])
    for row in documents[file]["x-ltxspec"]["price"]["rows"]:
        row["usdPerSecond"] = "0.00006"
    cheap = load_catalog(documents, replaced_model_documents(documents))
    paid = RecordedState(lockfile(alley=record(replace(unreported(1), cost=Decimal("0.48")))))
    assert proven_factor([paid], cheap) == 1
