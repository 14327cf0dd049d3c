from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sandboxes import Sandbox, codes, order

from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import ScenarioFault

DAY = 86_400
FAST = "lightricks:2@1"


def asked(operation: str = "getUsageActivity", **fields: Any) -> dict[str, Any]:
    return {"taskType": "accountManagement", "operation": operation, "taskUUID": derived_uuid("usage"), **fields}


def usage(sandbox: Sandbox, operation: str = "getUsageActivity", **fields: Any) -> dict[str, Any]:
    (item,) = sandbox.call(asked(operation, **fields))["data"]
    assert item["operation"] == operation
    found: dict[str, Any] = item["usage"]
    return found


def test_the_balance_is_drawn_down_and_then_refuses(open_sandbox: Callable[..., Sandbox]) -> None:
    sandbox = open_sandbox(balance=Decimal(1))
    sandbox.call(order(1), order(2))
    response = sandbox.post([order(3)])
    assert (response.status_code, codes(response.json())) == (402, [("insufficientCredits", None)])
    (item,) = sandbox.call({"taskType": "accountManagement", "operation": "getDetails", "taskUUID": derived_uuid(1)})[
        "data"
    ]
    assert item["balance"] == {"amount": 0.04, "currency": "USD"}
    assert item["usage"]["today"] == {"credits": 0.96, "requests": 2}
    assert (item["team"], item["apiKeys"]) == ([], [])


def test_a_report_has_a_row_for_each_day_with_charges(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2, numberResults=2))
    sandbox.clock.pass_seconds(DAY)
    sandbox.call(order(3, model=FAST))
    window = {"startDate": "2026-11-01", "endDate": "2026-11-30"}
    (item,) = sandbox.call(asked(**window))["data"]
    assert {name: item[name] for name in window} == window
    block = item["usage"]["timeseries"]
    assert block["data"] == [
        {"date": "2026-11-22", "count": 2, "spend": 1.44},
        {"date": "2026-11-23", "count": 1, "spend": 0.32},
    ]
    assert block["meta"] == {
        "totalRequests": 3,
        "totalResults": 4,
        "totalSpend": 1.76,
        "avgDailySpend": 0.058667,
        "projectedSpend": 1.76,
    }


def test_each_grouping_is_a_block_of_its_own(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2, model=FAST))
    found = usage(sandbox, groupBy=["model", "apiKey"])
    assert list(found) == ["model", "apiKey"]
    assert found["model"]["data"] == [
        {"model": "lightricks:2@0", "modelName": "LTX-2 Pro", "count": 1, "spend": 0.48},
        {"model": FAST, "modelName": "LTX-2 Fast", "count": 1, "spend": 0.32},
    ]
    ((row),) = found["apiKey"]["data"]
    assert (row["count"], row["spend"]) == (2, 0.8)
    assert usage(sandbox, apiKeys=[row["apiKey"]])["timeseries"]["data"] != []
    assert usage(sandbox, apiKeys=["another"])["timeseries"]["data"] == []


def test_rows_by_day_may_name_the_model_as_well(sandbox: Sandbox) -> None:
    sandbox.play(usage_rows="crossed")
    sandbox.call(order(1), order(2, model=FAST))
    rows = usage(sandbox, groupBy=["date", "model"])["timeseries"]["data"]
    assert [(row["date"], row["model"], row["spend"]) for row in rows] == [
        ("2026-11-22", "lightricks:2@0", 0.48),
        ("2026-11-22", FAST, 0.32),
    ]


def test_a_report_can_be_about_some_models_only(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2, model=FAST))
    assert usage(sandbox, models=[FAST])["timeseries"]["data"] == [{"date": "2026-11-22", "count": 1, "spend": 0.32}]


def test_days_are_those_of_the_time_zone(sandbox: Sandbox) -> None:
    sandbox.clock.pass_seconds(13 * 3600)  # 23:00 UTC
    sandbox.call(order())
    days = [
        usage(sandbox, timezone=zone)["timeseries"]["data"][0]["date"]
        for zone in ("UTC", "Asia/Tokyo", "Europe/Lisbon")
    ]
    assert days == ["2026-11-22", "2026-11-23", "2026-11-22"]


def test_errors_are_counted_by_who_is_to_blame(sandbox: Sandbox) -> None:
    sandbox.play(ScenarioFault("fail", uuid=order(1)["taskUUID"]))
    sandbox.call(order(1), order(2, positivePrompt="[[unsafe]]", safety={"mode": "fast"}), order(3, duration=7))
    sandbox.call(order(4))
    assert usage(sandbox, "getUsageErrors")["timeseries"]["data"] == [
        {"date": "2026-11-22", "clientErrors": 1, "serverErrors": 0}  # the others have not ended yet
    ]
    sandbox.finish()
    block = usage(sandbox, "getUsageErrors")["timeseries"]
    assert block["data"] == [{"date": "2026-11-22", "clientErrors": 2, "serverErrors": 1}]
    assert block["meta"] == {"totalErrors": 3, "errorRate": 100.0}  # of three orders that were accepted


def test_times_are_those_of_finished_tasks(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2, duration=10))
    assert usage(sandbox, "getUsagePerformance", groupBy=["model"])["model"] == {"data": [], "meta": {}}
    sandbox.finish()
    block = usage(sandbox, "getUsagePerformance", groupBy=["model"])["model"]
    (row,) = block["data"]
    assert row["avgInferenceTime"] == pytest.approx(26.66, abs=0.01)
    assert row["p90InferenceTime"] == row["p99InferenceTime"] == pytest.approx(28.736)
    assert block["meta"]["p50InferenceTime"] == pytest.approx(24.5888)


@pytest.mark.parametrize(
    ("fields", "code", "parameter"),
    [
        ({"operation": "getMoney"}, "invalidOperation", "operation"),
        ({"operation": None}, "invalidOperation", "operation"),
        ({"startDate": "2026-10-01", "endDate": "2026-11-01"}, "invalidEndDate", "endDate"),  # 31 days apart
        ({"startDate": "2026-11-02", "endDate": "2026-11-01"}, "invalidEndDate", "endDate"),
        ({"startDate": "yesterday"}, "invalidStartDate", "startDate"),
        ({"endDate": 20261101}, "invalidEndDate", "endDate"),
        ({"groupBy": ["hour"]}, "invalidGroupBy", "groupBy"),
        ({"groupBy": "date"}, "invalidGroupBy", "groupBy"),
        ({"models": [1]}, "invalidModels", "models"),
        ({"apiKeys": "key"}, "invalidApiKeys", "apiKeys"),
        ({"timezone": "Nowhere/Atall"}, "invalidTimezone", "timezone"),
        ({"timezone": "../../etc/passwd"}, "invalidTimezone", "timezone"),
        ({"timezone": 1}, "invalidTimezone", "timezone"),
    ],
)
def test_a_wrong_question_is_refused(sandbox: Sandbox, fields: dict[str, Any], code: str, parameter: str) -> None:
    response = sandbox.post([asked() | fields])
    assert (response.status_code, codes(response.json())) == (400, [(code, parameter)])


def test_thirty_days_apart_is_the_most_that_can_be_asked(sandbox: Sandbox) -> None:
    assert "errors" not in sandbox.call(asked(startDate="2026-10-02", endDate="2026-11-01"))


def test_an_older_account_has_no_reports(sandbox: Sandbox) -> None:
    sandbox.play(usage="missing")
    assert codes(sandbox.call(asked())) == [("invalidOperation", "operation")]
    assert "errors" not in sandbox.call(asked("getDetails"))


def test_charges_can_appear_late(sandbox: Sandbox) -> None:
    sandbox.play(usage_late=3600.0)
    sandbox.call(order())
    assert usage(sandbox)["timeseries"]["data"] == []
    sandbox.clock.pass_seconds(3601)
    assert len(usage(sandbox)["timeseries"]["data"]) == 1


def test_reports_may_reach_back_a_few_days_only(sandbox: Sandbox) -> None:
    sandbox.play(usage_days=5)
    sandbox.call(order())
    sandbox.clock.pass_seconds(10 * DAY)
    (item,) = sandbox.call(asked(startDate="2026-11-20", endDate="2026-12-02"))["data"]
    assert (item["startDate"], item["usage"]["timeseries"]["data"]) == ("2026-11-27", [])


def test_an_order_can_be_charged_twice(sandbox: Sandbox) -> None:
    sandbox.play(charges="twice")
    sandbox.call(order())
    assert usage(sandbox)["timeseries"]["data"] == [{"date": "2026-11-22", "count": 2, "spend": 0.96}]
    sandbox.finish()
    assert sandbox.ledger()["total"] == "0.96"


def test_a_used_id_that_is_charged_again_is_in_the_report(sandbox: Sandbox) -> None:
    sandbox.play(conflict="never")
    sandbox.call(order())
    sandbox.call(order())
    assert usage(sandbox)["timeseries"]["data"] == [{"date": "2026-11-22", "count": 2, "spend": 0.96}]


def test_a_sum_with_an_unknown_amount_is_left_out(sandbox: Sandbox) -> None:
    sandbox.call(order(1), order(2, model="lightricks:ltx@2.3"))
    block = usage(sandbox)["timeseries"]
    assert block["data"] == [{"date": "2026-11-22", "count": 2}]
    assert "totalSpend" not in block["meta"]
