"""Limits over a project: what counts, in which month and under which label, and when a plan is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from builders import change, intent, request, take
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ltxspec.catalog.models import Catalog, load_catalog
from ltxspec.errors import Refused
from ltxspec.lock.journal import OpenTask
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.budgets import (
    History,
    LabelLimit,
    Order,
    ProjectLimit,
    Spent,
    exceeded_over_project,
    label_limits,
    month_limit,
    month_of,
    order_of_take,
    order_of_task,
)
from ltxspec.plan.exceeded import refuse_exceeded
from ltxspec.storage.packaged import read_model_documents
from ltxspec.values import ShotAddress, Usd

ALLEY, PIER = ShotAddress("night", "alley"), ShotAddress("day", "pier")
NOTHING = Catalog((), {})


def month(limit: str, *, spent: str = "0", unknown: int = 0) -> ProjectLimit:
    return ProjectLimit("2026-11", "[budget] per_month", Usd(limit), Spent(Usd(spent), unknown))


def labelled(action: Action = Action.CREATE, instance: str = "alley", **labels: str) -> Change:
    return change(action, replace(request(instance), labels=labels))


def refuse_over_project(plan: Plan, limits: list[ProjectLimit], assumed: Usd | None = None) -> None:
    refuse_exceeded(plan, exceeded_over_project(plan, limits, assumed))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-30T23:59:59.999Z", "2026-11"),
        ("2026-12-01T00:30:00+01:00", "2026-11"),
        ("2026-11-30T23:30:00-01:00", "2026-12"),
        ("2026-11-30T23:30:00", "2026-11"),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_month_of_an_order_is_that_in_utc(moment: str | None, expected: str | None) -> None:
    assert month_of(moment) == expected


def test_a_month_counts_its_own_orders_and_those_whose_time_cannot_be_read() -> None:
    orders = [
        Order(ALLEY, "2026-11-30T23:00:00Z", Usd(1)),
        Order(ALLEY, "2026-12-01T00:00:00Z", Usd(2)),
        Order(PIER, "some day", Usd(4)),
        Order(PIER, None, Usd(8)),  # imported: not ordered here
        Order(PIER, "2026-11-01T00:00:00Z", None),
    ]
    assert month_limit(Usd(9), "2026-11", orders).spent == Spent(Usd(5), 1)


def test_an_order_without_a_reported_cost_counts_at_its_listed_price_or_as_unknown() -> None:
    catalog = load_catalog(read_model_documents())
    known = take(cost="0.30")
    assert order_of_take(ALLEY, known, NOTHING).usd == Usd("0.30")
    assert order_of_take(ALLEY, structs.replace(known, cost=None), NOTHING).usd is None
    body: dict[str, Any] = {"width": 1280, "height": 720, "duration": 6, "fps": 24}
    listed = {"taskType": "videoInference", "model": "lightricks:ltx@2.5-fast", "positivePrompt": "a", **body}
    unreported = structs.replace(known, cost=None, request=listed)
    assert order_of_take(ALLEY, unreported, catalog).usd == Usd("0.54")
    under_way = OpenTask(structs.replace(intent(), request=listed, estimate=Decimal("0.01")))
    assert order_of_task(ALLEY, under_way, catalog).usd == Usd("0.54"), "what a journal says of prices is not believed"
    assert order_of_task(ALLEY, OpenTask(intent()), NOTHING).usd is None


def test_each_value_of_a_label_has_a_limit_and_one_that_is_named_its_own() -> None:
    history = History(
        [Order(ALLEY, None, Usd(1)), Order(PIER, None, Usd(2)), Order(ShotAddress("day", "gone"), None, Usd(4))],
        {ALLEY: {"act": "one"}, PIER: {"act": "two", "city": "Rome"}},
    )
    given = [LabelLimit("act", None, Usd(9)), LabelLimit("act", "two", Usd(5)), LabelLimit("mood", None, Usd(7))]
    found = label_limits(given, history, [labelled(act="three"), labelled(city="Rome")])
    assert [(one.name, one.limit, one.spent.known) for one in found] == [
        ("act=one", Usd(9), Usd(1)),
        ("act=three", Usd(9), Usd(0)),
        ("act=two", Usd(5), Usd(2)),
    ]


def test_only_changes_with_the_label_count_against_it() -> None:
    (limit,) = label_limits([LabelLimit("act", "one", Usd("0.48"))], History(), [labelled(act="one")])
    refuse_over_project(Plan("runware", [labelled(act="one"), labelled(act="two"), labelled()]), [limit])
    with pytest.raises(Refused, match="`act=one` would have cost"):
        refuse_over_project(Plan("runware", [labelled(act="one"), labelled(instance="b", act="one")]), [limit])


@pytest.mark.parametrize(
    ("limit", "assumed", "says"),
    [
        (month("1.43", spent="0.96"), None, "($0.96 spent, $0.48 planned), over its limit of $1.43"),
        (
            month("1.43", spent="0.96", unknown=1),
            None,
            "at least $1.44 in all ($0.96 spent, $0.48 planned, 1 of unknown",
        ),
        (month("2.43", spent="0.96", unknown=1), "1", "$2.44 in all ($1.96 spent, $0.48 planned, 1 of unknown price)"),
    ],
)
def test_a_plan_over_a_limit_is_refused_with_the_figures(limit: ProjectLimit, assumed: str | None, says: str) -> None:
    with pytest.raises(Refused) as refused:
        refuse_over_project(Plan("runware", [labelled()]), [limit], Usd(assumed) if assumed else None)
    assert refused.value.code == "over-budget"
    assert "the month 2026-11 (UTC) would have cost" in refused.value.summary
    assert says in refused.value.summary


def test_what_is_in_progress_counts_also_outside_the_selection_and_alone_refuses_nothing() -> None:
    resumed = labelled(Action.RESUME, "b")
    with pytest.raises(Refused, match=r"\$0.48 in progress") as refused:
        refuse_over_project(Plan("runware", [labelled()], outside=[resumed]), [month("0.95")])
    assert "`ltxspec collect` fetches what is in progress" in (refused.value.hint or "")
    refuse_over_project(Plan("runware", [labelled()], outside=[resumed]), [month("0.96")])
    refuse_over_project(Plan("runware", [resumed]), [month("0")])


def test_what_is_left_is_never_below_nothing() -> None:
    assert month("1", spent="0.25", unknown=1).left() == Usd("0.75")
    assert month("1", spent="0.25", unknown=1).left(Usd("0.5")) == Usd("0.25")
    assert month("1", spent="3").left() == 0
    assert month("1").left_beside([labelled(Action.RESUME), labelled()]) == Usd("0.52")


@given(st.lists(st.integers(1, 200), max_size=6), st.integers(0, 900), st.integers(0, 900))
def test_a_plan_is_refused_exactly_if_the_sum_is_over(prices: list[int], spent: int, limit: int) -> None:
    changes = [
        replace(labelled(instance=f"s{number}"), estimate=Decimal(price) / 100) for number, price in enumerate(prices)
    ]
    one = ProjectLimit("2026-11", "[budget] per_month", Decimal(limit) / 100, Spent(Decimal(spent) / 100))
    is_over = bool(prices) and sum(prices) + spent > limit
    try:
        refuse_over_project(Plan("runware", changes), [one])
    except Refused:
        assert is_over
    else:
        assert not is_over
