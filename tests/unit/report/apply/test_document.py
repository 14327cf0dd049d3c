from dataclasses import replace
from decimal import Decimal

from unit.report.runs import DONE, FAILED, summary

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome
from ltxspec.formats import to_json
from ltxspec.report.apply.document import event_document, summary_document


def test_machines_get_counts_money_and_every_shot() -> None:
    document = to_json(summary_document(summary(DONE, FAILED, spent_unknown=1, in_flight=2)))
    assert document["outcomes"]["rendered"] == 1
    assert set(document["outcomes"]) == {outcome.value for outcome in Outcome}
    assert document["spent"] == {"usd": "0.48", "unknown": 1}
    assert document["inFlight"] == {"usd": "0.96", "unknown": 0, "tasks": 2}
    assert document["incomplete"] is True
    assert [shot["cost"] for shot in document["shots"]] == ["0.48", None]


def test_a_run_that_cost_more_than_it_was_allowed_and_money_of_earlier_runs_are_written() -> None:
    run = replace(summary(DONE), limit=Decimal("0.40"), overspent=Decimal("0.08"), spent_before=Decimal("0.48"))
    document = to_json(summary_document(run))
    assert (document["overspent"], document["incomplete"], document["spentBefore"]) == ("0.08", True, "0.48")
    assert to_json(summary_document(summary(DONE)))["overspent"] == "0.00"


def test_every_field_of_an_event_is_written_and_the_last_one_has_the_summary() -> None:
    event = ApplyEvent(EventKind.RUN_FINISHED, "see https://u:pw@h.example/x?token=canary")
    document = to_json(event_document(event))
    assert (document["type"], document["message"]) == ("run-finished", "see https://h.example/x")
    assert [name for name, value in document.items() if value is None] == [
        "address", "taskUUID", "estimate", "cost", "percent", "elapsed", "code",
    ]  # fmt: skip
    assert to_json(event_document(event, summary(DONE)))["summary"]["outcomes"]["rendered"] == 1
