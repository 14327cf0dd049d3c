"""Any charges, reported by the sandbox, read by the client and compared: nothing is lost or added on the way."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.plan.reconciling import Order, Reconciliation, Verdict, reconcile
from ltxspec.plan.usage import UsageQuestion
from ltxspec.providers.runware.usage import read_usage
from ltxspec.providers.runware.wire import Item, decode_reply, encode
from ltxspec.providers.sandbox.usage import Asked, Event, blocks
from ltxspec.values import ShotAddress, TaskId

EARLIEST, TODAY = datetime(2026, 9, 20, tzinfo=UTC), date(2026, 11, 30)
MODELS = ["lightricks:2@0", "lightricks:2@1", "maker:3@3"]
ORDERS = st.lists(
    st.tuples(st.integers(0, 70 * 86_400 - 1), st.sampled_from(MODELS), st.decimals("0.01", "9", places=3)),
    min_size=1,
    max_size=20,
).map(
    lambda made: [
        Order(
            ShotAddress("night", f"shot-{number}"), TaskId(f"task-{number}"), model, "succeeded", usd, None,
            EARLIEST + timedelta(seconds=after),
        )
        for number, (after, model, usd) in enumerate(made)
    ]
)  # fmt: skip


def charge(order: Order) -> Event:
    assert order.at is not None
    return Event(order.at.timestamp(), order.model, order.model, requests=1, results=1, usd=order.usd)


def compared(orders: Sequence[Order], charges: Sequence[Event], *, crossed: bool) -> Reconciliation:
    """What the command finds if the service reports these charges."""

    async def ask(task: Mapping[str, Any], _: str) -> Item:
        asked = Asked(
            operation=task["operation"],
            first=date.fromisoformat(task["startDate"]),
            last=date.fromisoformat(task["endDate"]),
            zone=UTC,
            groups=task["groupBy"],
            models=task.get("models", ()),
            key="key",
            shows_key=True,
            crossed=crossed,
        )
        body = encode({"taskUUID": task["taskUUID"], "usage": blocks(asked, charges)})
        (item,) = decode_reply(200, b'{"data": ' + body + b"}").items  # as bytes: with the numbers of JSON
        return item

    question = UsageQuestion(EARLIEST.date(), TODAY)
    return reconcile(orders, asyncio.run(read_usage(ask, question)), EARLIEST.date(), TODAY, TODAY)


@pytest.mark.parametrize("crossed", [True, False])
@given(ORDERS, st.data())
def test_equal_if_all_is_reported_and_named_if_one_is_charged_twice(
    crossed: bool,  # a form of the service's report
    orders: list[Order],
    data: st.DataObject,
) -> None:
    honest = compared(orders, [charge(order) for order in orders], crossed=crossed)
    assert {item.verdict for item in honest.days} == {Verdict.EQUAL}
    assert sum((item.usd for item in honest.days if item.usd is not None), Decimal(0)) == sum(
        order.usd for order in orders if order.usd is not None
    )
    twice = data.draw(st.sampled_from(orders))
    found = compared(orders, [charge(order) for order in [*orders, twice]], crossed=crossed)
    (item,) = [item for item in found.days if item.verdict is not Verdict.EQUAL]
    assert (item.day, item.model, item.verdict, item.difference) == (twice.day, twice.model, Verdict.MORE, twice.usd)
    assert found.report.remarks == []
