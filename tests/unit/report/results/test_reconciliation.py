"""The comparison with the provider's report as a document."""

from datetime import UTC, date, datetime
from decimal import Decimal

from jsonschema import Draft202012Validator

from ltxspec.formats import to_json
from ltxspec.plan.reconciling import DayAndModel, Order, Reconciliation, Verdict
from ltxspec.plan.usage import UsageReport, UsageSum
from ltxspec.report.results.reconciliation import reconciliation_of
from ltxspec.report.results.schemas import result_schema
from ltxspec.values import ShotAddress, TaskId

DAY, NEXT = date(2026, 11, 22), date(2026, 11, 23)
PRICE = Decimal("0.48")
ORDER = Order(
    ShotAddress("night", "alley"),
    TaskId("task-1"),
    "a:1@1",
    "in-progress",
    None,
    PRICE,
    datetime(2026, 11, 22, tzinfo=UTC),
)


def test_the_document_has_what_was_found() -> None:
    found = Reconciliation(
        UsageReport(DAY, NEXT, [], keys=["key-1"], remarks=["odd"]),
        [
            DayAndModel(DAY, "a:1@1", Verdict.MORE, [ORDER], None, Decimal("0.96"), PRICE, True, {NEXT: -PRICE}, NEXT),  # noqa: FBT003  # a field
            DayAndModel(NEXT, "a:1@1", Verdict.NOT_COMPARED, [], None, None),
        ],
        [UsageSum("b:1@1", 1, None)],
        [Order(ORDER.address, ORDER.task_id, "a:1@1", "succeeded", PRICE, None, None)],
    )
    document = to_json(reconciliation_of(found, "runware", restricted=True))
    Draft202012Validator(result_schema("cost-reconcile")).validate(document)
    first, second = document["days"]
    assert first == {
        "day": "2026-11-22",
        "model": "a:1@1",
        "verdict": "provider-has-more",
        "recorded": {"tasks": 1, "usd": "0.00", "unknown": 0, "inProgress": 1},
        "reported": {"requests": None, "usd": "0.96"},
        "difference": "0.48",
        "beyondUnknown": True,
        "shifted": [{"day": "2026-11-23", "usd": "-0.48"}],
        "balances": "2026-11-23",
        "tasks": [
            {
                "address": "night.alley",
                "taskUUID": "task-1",
                "status": "in-progress",
                "usd": None,
                "submittedAt": "2026-11-22T00:00:00Z",
            }
        ],
    }
    assert (second["verdict"], second["reported"], second["difference"]) == ("not-compared", None, None)
    assert document["undated"][0]["submittedAt"] is None
    assert document["elsewhere"] == [{"model": "b:1@1", "requests": 1, "usd": None}]
    assert (document["differs"], document["restricted"], document["keys"]) == (True, True, ["key-1"])
