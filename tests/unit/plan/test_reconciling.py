"""Recorded orders against a provider's report (`plan/usage.py`): what is equal, what differs, what is undecided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.plan.reconciling import DIFFERENCES, DayAndModel, Order, Reconciliation, Verdict, reconcile
from ltxspec.plan.usage import UsageReport, UsageRow, UsageSum
from ltxspec.values import ShotAddress, TaskId

PRO, FAST = "lightricks:2@0", "lightricks:2@1"
NONE = Decimal(0)
TODAY = date(2026, 11, 30)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PRICE = Decimal("0.48")


def order(
    number: int = 1, at: datetime | None = NOON, usd: Decimal | None = PRICE, model: str = PRO, **fields: str
) -> Order:
    end = None if at is None else at + timedelta(minutes=2)
    status = fields.get("status", "succeeded")
    return Order(ShotAddress("night", f"shot-{number}"), TaskId(f"task-{number}"), model, status, usd, PRICE, at, end)


def row(day: int = 22, requests: int | None = 1, usd: str | None = "0.48", model: str = PRO) -> UsageRow:
    return UsageRow(date(2026, 11, day), model, requests, None if usd is None else Decimal(usd))


def report(*rows: UsageRow, first: date = date(2026, 11, 1), since: date | None = None) -> UsageReport:
    return UsageReport(first, TODAY, rows, since=since)


def compared(orders: Sequence[Order], found: UsageReport) -> Reconciliation:
    return reconcile(orders, found, date(2026, 1, 1), TODAY, TODAY)


def only(orders: Sequence[Order], *rows: UsageRow) -> DayAndModel:
    (item,) = compared(orders, report(*rows)).days
    return item


def test_what_agrees_is_equal() -> None:
    found = compared([order(1), order(2)], report(row(requests=2, usd="0.96")))
    (item,) = found.days
    assert (item.verdict, item.difference, item.recorded, found.differs) == (
        Verdict.EQUAL,
        NONE,
        Decimal("0.96"),
        False,
    )


def test_nothing_recorded_and_nothing_reported_is_no_difference() -> None:
    assert compared([], report()).differs is False


def test_more_at_the_provider_is_named_with_the_orders_of_the_day() -> None:
    item = only([order()], row(requests=2, usd="0.96"))
    assert (item.verdict, item.difference, [one.task_id for one in item.orders]) == (Verdict.MORE, PRICE, ["task-1"])


def test_a_day_without_any_order_is_named_too() -> None:
    before, after = compared([order()], report(row(), row(24))).days
    assert (before.verdict, after.verdict, after.orders) == (Verdict.EQUAL, Verdict.MORE, [])


def test_less_at_the_provider_is_named_also_where_it_has_nothing() -> None:
    for rows in ([], [row(requests=0, usd="0")], [row(requests=1, usd="0.40")]):
        assert only([order()], *rows).verdict is Verdict.LESS


def test_binary_fractions_and_rounded_amounts_are_no_difference() -> None:
    assert only([order()], row(usd="0.48000000000000001")).verdict is Verdict.EQUAL
    assert only([order(usd=Decimal("0.4834"))], row(usd="0.48")).verdict is Verdict.EQUAL
    assert only([order(usd=Decimal("0.4834"))], row(requests=2, usd="0.4844")).verdict is Verdict.MORE
    assert only([order()], row(requests=None, usd="0.481")).verdict is Verdict.MORE


def test_another_number_of_requests_for_the_same_money_is_no_second_payment() -> None:
    assert only([order()], row(requests=3)).verdict is Verdict.EQUAL  # refused ones may be counted
    assert only([order()], row(requests=None)).verdict is Verdict.EQUAL


def test_an_unknown_cost_is_never_zero() -> None:
    item = only([order(1), order(2, usd=None, status="failed")], row(requests=2, usd="0.96"))
    assert (item.verdict, item.difference, item.recorded, item.unknown) == (Verdict.OPEN, PRICE, PRICE, 1)
    found = only([order(1), order(2, usd=None)], row(requests=2, usd="0.48"))
    assert (found.verdict, found.unknown) == (Verdict.EQUAL, 1)


def test_more_than_the_unknown_costs_explain_is_a_difference() -> None:
    unknown = [order(1), order(2, usd=None)]
    item = only(unknown, row(requests=2, usd="1.44"))
    assert (item.verdict, item.difference, item.at_least) == (Verdict.MORE, PRICE, True)
    unlisted = replace(unknown[1], listed=None)
    assert only([order(1), unlisted], row(requests=2, usd="9")).verdict is Verdict.OPEN
    one_more = only([order(1), unlisted], row(requests=3, usd="9"))
    assert (one_more.verdict, one_more.difference) == (Verdict.MORE, None)
    assert only(unknown, row(requests=2, usd="0.40")).verdict is Verdict.LESS


def test_an_order_in_progress_may_be_charged_or_not() -> None:
    running = [order(1), order(2, usd=None, status="in-progress")]
    assert only(running, row(requests=1, usd="0.48")).verdict is Verdict.EQUAL
    item = only(running, row(requests=2, usd="0.96"))
    assert (item.verdict, item.in_progress, item.unknown) == (Verdict.OPEN, 1, 0)


def test_an_amount_that_the_provider_does_not_tell_is_not_equal() -> None:
    item = only([order()], row(usd=None))
    assert (item.verdict, item.usd, item.difference) == (Verdict.OPEN, None, None)
    assert only([order()], row(requests=2, usd=None)).verdict is Verdict.MORE
    assert only([order()], row(requests=None, usd=None)).verdict is Verdict.OPEN


LATE = NOON.replace(hour=23, minute=59)


def test_ordered_before_midnight_and_charged_after_it_is_one_shift_and_no_difference() -> None:
    found = compared([order(1, at=LATE), order(2)], report(row(), row(23)))
    before, after = found.days
    assert (before.verdict, before.difference, dict(before.shifted)) == (Verdict.SHIFTED, NONE, {after.day: PRICE})
    assert (after.verdict, after.difference, dict(after.shifted)) == (Verdict.SHIFTED, NONE, {before.day: -PRICE})
    assert found.differs is False


def test_a_clock_that_is_ahead_shifts_the_other_way() -> None:
    early = order(1, at=NOON.replace(hour=0, minute=10) + timedelta(days=1))
    assert [item.verdict for item in compared([early], report(row(22))).days] == [Verdict.SHIFTED] * 2


def test_a_long_render_was_under_way_at_midnight() -> None:
    slow = replace(order(at=LATE - timedelta(hours=6)), end=LATE + timedelta(hours=1))
    assert [item.verdict for item in compared([slow], report(row(23))).days] == [Verdict.SHIFTED] * 2


def test_neighbouring_days_that_balance_without_an_order_near_midnight_differ_and_say_so() -> None:
    found = compared([order()], report(row(23)))
    before, after = found.days
    assert (before.verdict, before.balances) == (Verdict.LESS, after.day)
    assert (after.verdict, after.balances) == (Verdict.MORE, before.day)
    assert found.differs


def test_an_order_that_was_found_again_later_and_its_real_day_say_so() -> None:
    real, recorded = compared([order(at=NOON + timedelta(days=4))], report(row(22))).days
    assert (real.verdict, real.balances) == (Verdict.MORE, recorded.day)
    assert (recorded.verdict, recorded.balances) == (Verdict.LESS, real.day)


def test_a_second_payment_after_a_shift_is_still_named() -> None:
    before, after = compared([order(1, at=LATE)], report(row(23, requests=2, usd="0.96"))).days
    assert before.verdict is Verdict.SHIFTED
    assert (after.verdict, after.difference, dict(after.shifted)) == (Verdict.MORE, PRICE, {before.day: -PRICE})


def test_days_of_different_models_never_balance() -> None:
    found = compared([order(1, at=LATE)], report(row(23, model=FAST)))
    assert [item.verdict for item in found.days] == [Verdict.LESS]
    assert found.elsewhere == [UsageSum(FAST, 1, PRICE)]


def test_days_out_of_reach_are_neither_equal_nor_different() -> None:
    old = order(1, at=datetime(2026, 10, 20, tzinfo=UTC))
    short = compared([old, order(2)], report(row(), first=date(2026, 11, 10)))
    assert [item.verdict for item in short.days] == [Verdict.NOT_COMPARED, Verdict.EQUAL]
    assert (short.days[0].requests, short.days[0].usd, short.differs) == (None, None, False)


def test_before_the_first_row_of_a_report_nothing_may_be_kept() -> None:
    old = order(1, at=datetime(2026, 10, 20, tzinfo=UTC))
    reaching = compared([old, order(2)], report(row(), first=date(2026, 10, 1)))
    assert [item.verdict for item in reaching.days] == [Verdict.NOT_COMPARED, Verdict.EQUAL]
    earlier = UsageRow(date(2026, 10, 5), "another:1@1", 1, PRICE)
    kept = compared([old, order(2)], report(earlier, row(), first=date(2026, 10, 1)))
    assert [item.verdict for item in kept.days] == [Verdict.LESS, Verdict.EQUAL]


def test_the_last_thirty_days_are_kept_so_an_empty_report_differs() -> None:
    (item,) = compared([order()], report()).days
    assert item.verdict is Verdict.LESS


def test_before_the_oldest_key_nothing_is_compared() -> None:
    found = compared([order(1), order(2, at=NOON + timedelta(days=5))], report(row(27), since=date(2026, 11, 25)))
    assert [item.verdict for item in found.days] == [Verdict.NOT_COMPARED, Verdict.EQUAL]
    used = compared([order(1)], report(row(22), since=date(2026, 11, 25)))  # by a key that is deleted now
    assert [item.verdict for item in used.days] == [Verdict.EQUAL]


def test_if_nothing_recorded_can_be_compared_that_is_no_agreement() -> None:
    assert compared([order()], report(first=date(2026, 11, 25))).differs


def test_imported_takes_without_a_day_are_apart() -> None:
    found = compared([order(1, at=None)], report())
    assert (found.days, [one.task_id for one in found.undated]) == ([], ["task-1"])


def test_models_of_which_nothing_is_recorded_are_apart() -> None:
    rows = [row(), row(model="other:1@1"), row(23, requests=None, model="other:1@1"), row(24, usd=None, model="b:1@1")]
    found = compared([order()], report(*rows))
    assert found.elsewhere == [UsageSum("b:1@1", 1, None), UsageSum("other:1@1", None, Decimal("0.96"))]
    summed = replace(report(row()), sums=[UsageSum("b:1@1", 1, PRICE), UsageSum("b:1@1", 2, PRICE)])
    assert compared([order()], summed).elsewhere == [UsageSum("b:1@1", 3, Decimal("0.96"))]
    assert found.differs is False


def test_only_the_days_that_were_asked_for_are_compared() -> None:
    day = date(2026, 11, 23)
    found = reconcile([order(1), order(2, at=NOON + timedelta(days=1))], report(row(), row(23)), day, day, TODAY)
    assert [(item.day, item.verdict) for item in found.days] == [(day, Verdict.EQUAL)]


def test_a_refund_and_a_second_payment_around_midnight_are_no_shift() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    orders = [order(1, at=late), order(2, at=late + timedelta(days=1))]
    found = compared(orders, report(row(22, 1, "0"), row(23, 2, "0.96")))  # one request of each day was counted there
    assert [item.verdict for item in found.days] == [Verdict.LESS, Verdict.MORE]
    moved = compared(orders, report(row(23, 2, "0.96")))
    assert [item.verdict for item in moved.days] == [Verdict.SHIFTED, Verdict.SHIFTED]


@pytest.mark.parametrize(
    ("charged", "verdict"),
    [("0.04", Verdict.EQUAL), ("0.036", Verdict.EQUAL), ("0.0409", Verdict.MORE), ("0.0360009", Verdict.EQUAL)],
)
def test_an_amount_is_rounded_to_its_last_digit_and_no_more(charged: str, verdict: Verdict) -> None:
    orders = [order(number, usd=Decimal("0.012")) for number in range(3)]
    assert only(orders, row(requests=3, usd=charged)).verdict is verdict


def test_videos_of_unknown_cost_of_which_the_provider_knows_nothing_are_not_equal() -> None:
    other_key = only([order(1, usd=None), order(2, usd=None)])
    assert (other_key.verdict, other_key.difference) == (Verdict.OPEN, NONE)
    assert only([order(1, usd=None)], row(requests=1, usd="0")).verdict is Verdict.EQUAL
    assert only([order(1, usd=None, status="failed")]).verdict is Verdict.EQUAL


def test_what_is_undecided_is_said() -> None:
    assert compared([order(1)], report(row(usd=None))).undecided
    assert not compared([order(1)], report(row())).undecided
    assert compared([order(1)], replace(report(row()), doubts=["no"])).undecided


def test_days_that_the_report_does_not_reach_are_no_agreement_even_without_orders() -> None:
    early = date(2026, 6, 1)
    assert reconcile([order(1)], report(row()), early, early, TODAY).differs
    calm = date(2026, 11, 25)
    assert not reconcile([order(1)], report(row()), calm, calm, TODAY).differs


def test_usage_of_an_account_of_which_nothing_is_recorded_is_no_agreement() -> None:
    assert compared([], report(row())).differs


# --- any orders, and a report made from them ------------------------------------------------------

EARLIEST = datetime(2026, 11, 2, tzinfo=UTC)
COSTS = st.decimals("0.01", "9", places=3)
ORDERS = st.lists(
    st.tuples(st.integers(0, 27 * 86_400_000), st.sampled_from([PRO, FAST, "other:1@1"]), COSTS),
    min_size=1,
    max_size=25,
).map(
    lambda made: [
        order(number, at=EARLIEST + timedelta(milliseconds=after), usd=usd, model=model)
        for number, (after, model, usd) in enumerate(made)
    ]
)


def report_of(orders: Sequence[Order]) -> UsageReport:
    """What an honest provider says."""
    groups: dict[tuple[date, str], list[Decimal]] = {}
    for one in orders:
        assert one.day is not None
        assert one.usd is not None
        groups.setdefault((one.day, one.model), []).append(one.usd)
    return report(*(UsageRow(day, air, len(costs), sum(costs, Decimal(0))) for (day, air), costs in groups.items()))


@given(ORDERS)
def test_any_orders_equal_a_report_made_from_them(orders: list[Order]) -> None:
    found = compared(orders, report_of(orders))
    assert {item.verdict for item in found.days} == {Verdict.EQUAL}
    assert sum(len(item.orders) for item in found.days) == len(orders)


@given(ORDERS, st.data())
def test_any_charge_more_is_named(orders: list[Order], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(orders))
    found = compared(orders, report_of([*orders, twice]))
    (item,) = [item for item in found.days if item.verdict is not Verdict.EQUAL]
    assert (item.verdict, item.difference) == (Verdict.MORE, twice.usd)
    assert (item.day, item.model) == (twice.day, twice.model)
    assert twice in item.orders


@given(ORDERS, st.data())
def test_any_charge_less_is_named(orders: list[Order], data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(orders))
    found = compared(orders, report_of([one for one in orders if one is not gone]))
    (item,) = [item for item in found.days if item.verdict is not Verdict.EQUAL]
    assert item.verdict is Verdict.LESS
    assert item.difference == -(gone.usd or 0)
    assert gone in item.orders


@given(ORDERS, st.data())
def test_a_cost_that_is_unknown_here_never_hides_a_second_payment(orders: list[Order], data: st.DataObject) -> None:
    twice = data.draw(st.sampled_from(orders))
    forgotten = [replace(one, usd=None, listed=one.usd) if one is twice else one for one in orders]
    once, again = report_of(orders), report_of([*orders, twice])
    assert not compared(forgotten, once).differs
    assert [item.verdict for item in compared(forgotten, again).days if item.verdict in DIFFERENCES] == [Verdict.MORE]


@given(ORDERS, st.data())
def test_a_charge_on_the_next_day_is_named_on_both_and_is_no_loss(orders: list[Order], data: st.DataObject) -> None:
    moved = data.draw(st.sampled_from(orders))
    assert moved.at is not None
    late = replace(moved, at=moved.at + timedelta(days=1))
    found = compared(orders, report_of([late if one is moved else one for one in orders]))
    odd = [item for item in found.days if item.verdict is not Verdict.EQUAL]
    assert {item.day for item in odd} == {moved.day, late.day}
    assert all(item.shifted or item.balances for item in odd)


@pytest.mark.parametrize("verdict", Verdict)
def test_only_a_difference_that_is_certain_counts_as_one(verdict: Verdict) -> None:
    assert (verdict in DIFFERENCES) is (verdict in {Verdict.MORE, Verdict.LESS})
