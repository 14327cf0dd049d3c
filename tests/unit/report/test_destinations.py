"""The one line that says where results are sent."""

from builders import change
from replacing import replace

from ltxspec.plan.actions import Change, Plan
from ltxspec.plan.destinations import destination_of
from ltxspec.report.destinations import parameters, sent_to


def sending(**delivery: str | int) -> Change:
    return replace(change(), destination=destination_of(delivery))


def test_hosts_are_named_once_each_with_what_is_sent_there() -> None:
    hook = sending(webhookURL="https://user:secret@calls.example/hook?token=1")
    store = sending(uploadEndpoint="https://bucket.example/a?X-Amz-Signature=1", ttl=60)
    told = "Results are sent to calls.example (webhook), bucket.example (upload)."
    assert sent_to(Plan("runware", [hook, hook, store, change()])) == told


def test_nothing_is_said_where_results_are_sent_nowhere() -> None:
    assert sent_to(Plan("runware", [change(), sending(ttl=60)])) == ""


def test_a_preview_sends_nothing() -> None:
    assert sent_to(Plan("sandbox", [sending(webhookURL="https://calls.example/hook")])) == ""


def test_many_hosts_are_counted_and_what_is_no_address_is_shown_as_it_is() -> None:
    changes = [sending(webhookURL=f"https://host{number}.example/") for number in range(7)]
    assert sent_to(Plan("runware", changes)).endswith("host4.example (webhook) and 2 more.")
    assert (
        sent_to(Plan("runware", [sending(webhookURL="https://[evil/")]))
        == "Results are sent to https://[evil/ (webhook)."
    )


def test_parameters_stand_on_one_line() -> None:
    assert parameters({"webhookURL": "https://a.example/\n", "ttl": 60}) == "ttl: 60, webhookURL: https://a.example/ "
