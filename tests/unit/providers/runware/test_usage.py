"""Usage reports in every form that the service may have, and what is done with those that cannot be read."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from ltxspec.errors import ProviderRefused, ProviderUnavailable
from ltxspec.plan.usage import UsageQuestion, UsageReport, UsageRow, UsageSum
from ltxspec.providers.runware.provider import RunwareProvider
from ltxspec.providers.runware.usage import oldest_key
from ltxspec.providers.runware.wire import Item

OpenProvider = Callable[..., RunwareProvider]
Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]  # a question -> the reply's `usage`, or an error

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
PRO, FAST = "lightricks:2@0", "lightricks:2@1"
CROSSED = [
    {"date": "2026-11-22", "model": PRO, "modelName": "LTX-2 Pro", "count": 2, "spend": 0.96},
    {"date": "2026-11-23", "model": FAST, "count": 1, "spend": 0.32},
]
ROWS = [
    UsageRow(date(2026, 11, 22), PRO, 2, Decimal("0.96")),
    UsageRow(date(2026, 11, 23), FAST, 1, Decimal("0.32")),
]


def block(*rows: Any, **meta: Any) -> dict[str, Any]:
    return {"data": list(rows), "meta": meta}


def usage(rows: list[Any], models: list[Any] | None = None, keys: list[Any] | None = None) -> dict[str, Any]:
    return {"timeseries": block(*rows), "model": block(*(models or [])), "apiKey": block(*(keys or []))}


class Service:
    """Answers questions for usage, and remembers them."""

    def __init__(self, answer: Answer, details: Mapping[str, Any] | None = None) -> None:
        self.answer, self.details = answer, details
        self.asked: list[Mapping[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        (task,) = json.loads(request.content)
        head = {key: task[key] for key in ("taskType", "taskUUID", "operation")}
        if task["operation"] == "getDetails":
            return self._reply(head, {} if self.details is None else self.details)
        self.asked.append(task)
        return self._reply(head, self.answer(task))

    @staticmethod
    def _reply(head: Mapping[str, Any], found: Mapping[str, Any]) -> httpx.Response:
        if "code" in found:
            error = {"message": "No.", "taskUUID": head["taskUUID"], **found}
            return httpx.Response(400, json={"data": [], "errors": [error]})
        return httpx.Response(200, json={"data": [{**head, **found}]})


@pytest.fixture
def read(open_provider: OpenProvider) -> Callable[..., UsageReport]:
    def go(service: Service, first: date = FIRST, last: date = LAST, **fields: Any) -> UsageReport:
        async def main() -> UsageReport:
            provider = open_provider(service)
            try:
                return await provider.usage(UsageQuestion(first, last, **fields))
            finally:
                await provider.close()

        return asyncio.run(main())

    return go


Read = Callable[..., UsageReport]


def test_rows_by_day_that_name_the_model_are_enough(read: Read) -> None:
    service = Service(lambda _: {"usage": usage(CROSSED, [{"model": PRO}, {"model": FAST}], [{"apiKey": "key-1"}])})
    report = read(service)
    assert (report.first, report.last, report.rows, report.keys) == (FIRST, LAST, ROWS, ["key-1"])
    (asked,) = service.asked
    assert {key: asked[key] for key in asked if key not in {"taskUUID", "taskType", "operation"}} == {
        "startDate": "2026-11-01",
        "endDate": "2026-11-30",
        "groupBy": ["date", "model", "apiKey"],
        "timezone": "UTC",
    }


def apart(task: Mapping[str, Any]) -> Mapping[str, Any]:
    """Each grouping by itself: a question about one model is needed for its days."""
    mine = [row for row in CROSSED if row["model"] in task.get("models", (PRO, FAST))]
    rows = [{key: row[key] for key in ("date", "count", "spend")} for row in mine]
    return {"usage": usage(rows, [{"model": row["model"], "spend": row["spend"]} for row in CROSSED])}


def test_otherwise_each_model_is_asked_about_alone(read: Read) -> None:
    service = Service(apart)
    assert read(service, keys=("key-1",)).rows == ROWS
    assert [task.get("models") for task in service.asked] == [None, [PRO], [FAST]]
    assert {tuple(task["apiKeys"]) for task in service.asked} == {("key-1",)}


def test_of_a_model_whose_days_do_not_matter_the_sum_is_enough(read: Read) -> None:
    service = Service(apart)
    report = read(service, by_day=lambda name: name == PRO)
    assert (report.rows, report.sums) == (ROWS[:1], [UsageSum(FAST, None, Decimal("0.32"))])
    assert [task.get("models") for task in service.asked] == [None, [PRO]]


def test_blocks_beside_usage_are_understood(read: Read) -> None:
    assert read(Service(lambda _: usage(CROSSED))).rows == ROWS


def test_rows_that_are_split_by_key_are_added_up(read: Read) -> None:
    rows = [{**CROSSED[0], "apiKey": "a"}, {**CROSSED[0], "apiKey": "b", "spend": 0.48}, {**CROSSED[1], "spend": None}]
    report = read(Service(lambda _: {"usage": usage(rows)}))
    assert [(row.requests, row.usd) for row in report.rows] == [(4, Decimal("1.44")), (1, None)]


def test_a_missing_figure_is_unknown(read: Read) -> None:
    rows = [{"date": "2026-11-22", "model": PRO}, {**CROSSED[0], "count": None}]
    assert read(Service(lambda _: {"usage": usage(rows)})).rows == [UsageRow(date(2026, 11, 22), PRO, None, None)]


def test_binary_fractions_are_not_shown_as_money(read: Read) -> None:
    (found,) = read(Service(lambda _: {"usage": usage([{**CROSSED[0], "spend": 0.1 + 0.2}])})).rows
    assert str(found.usd) == "0.3"


def test_a_time_is_as_good_as_a_day(read: Read) -> None:
    rows = [{**CROSSED[0], "date": "2026-11-22T00:00:00Z"}]
    assert read(Service(lambda _: {"usage": usage(rows)})).rows == ROWS[:1]


def test_thirty_days_are_asked_at_a_time_the_newest_first(read: Read) -> None:
    service = Service(lambda _: {"usage": usage([])})
    report = read(service, LAST - timedelta(69), LAST)
    assert [(task["startDate"], task["endDate"]) for task in service.asked] == [
        ("2026-11-01", "2026-11-30"),
        ("2026-10-02", "2026-10-31"),
        ("2026-09-22", "2026-10-01"),
    ]
    assert (report.first, report.last) == (date(2026, 9, 22), LAST)


def test_days_that_the_service_refuses_end_the_report_and_it_says_so(read: Read) -> None:
    def answer(task: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"usage": usage(CROSSED)} if task["endDate"] == "2026-11-30" else {"code": "invalidStartDate"}

    report = read(Service(answer), FIRST - timedelta(10), LAST)
    assert (report.first, report.rows) == (FIRST, ROWS)
    (remark,) = report.remarks
    assert remark.startswith("the service gives no usage before 2026-11-01: ")
    assert "invalidStartDate" in remark


def test_a_shorter_window_in_the_reply_is_the_reach_of_the_report(read: Read) -> None:
    service = Service(lambda _: {"startDate": "2026-11-20", "endDate": "2026-11-29", "usage": usage(CROSSED)})
    report = read(service, FIRST - timedelta(100), LAST)
    assert (report.first, report.last, len(service.asked)) == (date(2026, 11, 20), date(2026, 11, 29), 1)


def test_a_service_without_reports_is_an_error_that_says_what_to_do(read: Read) -> None:
    with pytest.raises(ProviderRefused, match="invalidOperation") as refused:
        read(Service(lambda _: {"code": "invalidOperation", "parameter": "operation"}))
    assert refused.value.hint is not None
    assert "nothing was compared" in refused.value.hint


def test_a_bad_key_is_an_error_at_any_window(read: Read) -> None:
    def answer(task: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"usage": usage([])} if task["endDate"] == "2026-11-30" else {"code": "invalidApiKey"}

    with pytest.raises(ProviderRefused, match="invalidApiKey"):
        read(Service(answer), FIRST - timedelta(10), LAST)


ROW = CROSSED[0]


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ({}, "it has no rows in `timeseries`"),
        ({"usage": {"timeseries": {"data": None}}}, "it has no rows in `timeseries`"),
        ({"usage": usage([3])}, "row 1 of `timeseries` is not an object: 3"),
        ({"usage": usage([ROW, {**ROW, "date": "2026-12-01"}])}, "row 2 of `timeseries` is of no day that was asked"),
        ({"usage": usage([{**ROW, "date": "22.11.2026"}])}, "row 1 of `timeseries` is of no day"),
        ({"usage": usage([{**ROW, "count": "two"}])}, "row 1 of `timeseries` has no number of requests"),
        ({"usage": usage([{**ROW, "count": -1}])}, "has no number of requests"),
        ({"usage": usage([{**ROW, "spend": "much"}])}, "row 1 of `timeseries` has no amount of money"),
        ({"usage": usage([{**ROW, "spend": -0.48}])}, "has no amount of money"),
        ({"usage": usage([{**ROW, "spend": True}])}, "has no amount of money"),
        ({"usage": usage([{**ROW, "model": None}])}, "row 1 of `timeseries` names no model"),
        ({"usage": usage([ROW, {"date": "2026-11-22", "count": 1}])}, "only some rows of `timeseries` name a model"),
        ({"usage": usage([{"date": "2026-11-22", "count": 1}])}, "it has rows by day and none by model"),
        ({"usage": usage([], [{"model": PRO, "count": "1"}])}, "row 1 of `model` has no number of requests"),
        ({"usage": usage([], [{"model": "", "spend": 0.1}])}, "row 1 of `model` has costs and names no model"),
        ({"usage": usage([], [{"count": 1}])}, "row 1 of `model` has costs and names no model"),  # perhaps costs
    ],
)
def test_a_report_that_cannot_be_read_is_an_error_that_names_the_row(
    read: Read, found: dict[str, Any], named: str
) -> None:
    with pytest.raises(ProviderUnavailable) as failed:
        read(Service(lambda _: found))
    assert "the usage report of 2026-11-01 to 2026-11-30 cannot be read: " in failed.value.summary
    assert named in failed.value.summary


def test_a_row_without_a_model_and_without_costs_is_of_no_interest(read: Read) -> None:
    assert read(Service(lambda _: {"usage": usage([], [{"count": 4, "spend": 0}])})).rows == []


def test_totals_that_do_not_fit_the_rows_are_told(read: Read) -> None:
    found = {**usage([]), "timeseries": block(*CROSSED, totalRequests=4, totalSpend=1.76)}
    assert read(Service(lambda _: {"usage": found})).doubts == [
        "in the usage report of 2026-11-01 to 2026-11-30, the rows have 3 requests, the total of `timeseries` 4",
        "in the usage report of 2026-11-01 to 2026-11-30, the rows come to $1.28, the total of `timeseries` to $1.76",
    ]
    right = {**usage([]), "timeseries": block(*CROSSED, totalRequests=3, totalSpend=1.2800000001)}
    assert read(Service(lambda _: {"usage": right})).doubts == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"model": block({"model": PRO, "count": 3, "spend": 1.44}, {"model": FAST, "count": 1, "spend": 0.32})}, 4),
        ({"model": block({"model": PRO, "count": 3, "spend": 0.96})}, 2),
        ({"model": block(totalSpend=1.76)}, 1),
        ({"apiKey": block({"apiKey": "k", "count": 4, "spend": 1.28})}, 1),
        ({"apiKey": block({"apiKey": "k", "count": 2, "spend": 1.76}, {"apiKey": "other"})}, 1),  # at least that much
        ({"apiKey": block(totalRequests=4)}, 1),
        ({"timeseries": block(*CROSSED, {"date": "2026-11-23", "model": "x:1@1"}, totalSpend=0.99)}, 1),  # less
    ],
)
def test_blocks_that_contradict_each_other_are_told(read: Read, changed: dict[str, Any], told: int) -> None:
    found = {**usage(CROSSED), **changed}
    assert len(read(Service(lambda _: {"usage": found})).doubts) == told


def test_the_days_of_a_model_asked_about_alone_are_compared_with_its_row(read: Read) -> None:
    assert read(Service(apart)).doubts == []
    models = block({"model": PRO, "spend": 1.92}, {"model": FAST, "spend": 0.32})
    more = Service(lambda task: {"usage": {**apart(task)["usage"], "model": models}})
    assert any("the days of `lightricks:2@0` come to $0.96, its row" in doubt for doubt in read(more).doubts)


def test_a_time_with_a_zone_is_of_its_day_in_utc(read: Read) -> None:
    rows = [{"date": "2026-11-22T23:30:00-08:00", "model": PRO, "count": 1, "spend": 0.48}]
    assert [row.day for row in read(Service(lambda _: {"usage": usage(rows)})).rows] == [date(2026, 11, 23)]


@pytest.mark.parametrize(
    "changed",
    [
        {"currency": "EUR"},
        {"timeseries": block(*CROSSED, currency="EUR")},
        {"timeseries": block({**CROSSED[0], "currency": "EUR"})},
        {"model": {**block(), "currency": "EUR"}},
    ],
)
def test_amounts_in_another_currency_are_not_taken_for_dollars(read: Read, changed: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnavailable, match="its amounts are in `EUR`"):
        read(Service(lambda _: {"usage": {**usage(CROSSED), **changed}}))


def test_a_report_of_other_keys_than_those_named_is_in_doubt(read: Read) -> None:
    other = Service(lambda _: {"usage": usage(CROSSED, keys=[{"apiKey": "key-2"}])})
    assert ["other API keys" in doubt for doubt in read(other, keys=("key-1",)).doubts] == [True]
    nothing = Service(lambda _: {"usage": usage([])})
    assert ["is every id right?" in doubt for doubt in read(nothing, keys=("key-1",)).doubts] == [True]
    assert read(nothing).doubts == []


def test_the_age_of_the_oldest_key_is_read_if_it_is_told(read: Read) -> None:
    answer: Answer = lambda _: {"usage": usage([])}  # noqa: E731  # its type is stated
    keys = [{"apiKey": "x…", "createdAt": "2026-10-05T09:00:00Z"}, {"apiKey": "y…", "createdAt": "2026-09-01"}]
    assert read(Service(answer, {"apiKeys": keys})).since == date(2026, 9, 1)
    untold: list[dict[str, Any]] = [{}, {"apiKeys": []}, {"apiKeys": [*keys, {"apiKey": "z"}]}, {"code": "forbidden"}]
    for told in untold:
        assert read(Service(answer, told)).since is None
    assert oldest_key(Item(None, {"apiKeys": "none"})) is None
