from decimal import Decimal
from typing import Any

import orjson
import pytest
from builders import change, request, task
from replacing import replace

from ltxspec.canonical import digest
from ltxspec.plan.actions import Action, Change, Plan, Reason
from ltxspec.plan.destinations import destination_of
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import (
    PlanFileError,
    applied,
    as_planned,
    plan_differences,
    plan_digest,
    read_plan_file,
    terms_of,
)
from ltxspec.plan.terms import SpendingLimits, Terms
from ltxspec.report.plan.json import plan_json


def plan(*changes: Change) -> Plan:
    return Plan("runware", changes)


def test_a_saved_plan_reads_back_with_its_options_and_digest() -> None:
    options = PlanOptions(("specs",), ("night.*",), (), ("night.alley",), {"city": "Lisbon"})
    saved = read_plan_file(plan_json(plan(change()), options), "plan.json")
    assert (saved.digest, saved.provider, saved.options) == (plan_digest(plan(change())), "runware", options)


@pytest.mark.parametrize(
    "other",
    [
        change(wanted=request(prompt="b")),
        change(wanted=request("tower")),
        change(wanted=request(estimate="0.60")),
        change(wanted=request(estimate=None)),
        change(Action.RESTORE),
        change(number=2),
    ],
)
def test_whatever_would_be_done_differently_changes_the_digest(other: Change) -> None:
    assert plan_digest(plan(other)) != plan_digest(plan(change()))


def test_what_is_up_to_date_or_only_told_does_not_change_the_digest() -> None:
    moved = replace(change(), source=("elsewhere.yaml", 99, 1))
    assert plan_digest(plan(moved, change(Action.NO_OP, request("tower")))) == plan_digest(plan(change()))


def test_another_provider_is_another_plan() -> None:
    assert plan_digest(Plan("sandbox", [change()])) != plan_digest(plan(change()))


HOOK = "https://calls.example/hook"


def sending(**delivery: Any) -> Change:
    return replace(change(), destination=destination_of(delivery))


@pytest.mark.parametrize(
    "other", [{}, {"webhookURL": f"{HOOK}?token=one"}, {"webhookURL": HOOK, "ttl": 60}, {"uploadEndpoint": HOOK}]
)
def test_a_plan_that_sends_its_results_elsewhere_is_another_plan(other: dict[str, Any]) -> None:
    assert plan_digest(plan(sending(**other))) != plan_digest(plan(sending(webhookURL=HOOK)))


def test_a_secret_part_of_where_results_are_sent_counts_and_is_shown_nowhere() -> None:
    plans = [plan(sending(webhookURL=f"{HOOK}?token=canary-{number}")) for number in (1, 2)]
    assert plan_digest(plans[0]) != plan_digest(plans[1])
    document = plan_json(plans[0], PlanOptions())
    assert b"canary" not in document
    (line,) = plan_differences(read_plan_file(document, "plan.json"), plans[1])
    assert line.count(HOOK) == 2
    assert "canary" not in line


def test_a_plan_that_sends_results_nowhere_keeps_the_digest_of_earlier_versions() -> None:
    essence: list[Any] = ["night.alley", "create", change().fingerprint, change().task_id, "0.48", None, []]
    assert plan_digest(plan(change())) == digest({"provider": "runware", "changes": [essence]})


def test_a_parameter_that_the_fingerprint_leaves_out_counts() -> None:
    digests = {plan_digest(plan(replace(change(), recorded=found))) for found in (None, "sha256:1", "sha256:2")}
    assert len(digests) == 3


def test_limits_and_policies_are_saved_and_read_back() -> None:
    terms = Terms(SpendingLimits(Decimal("1.50"), None, Decimal(20)), "sha256:" + "0" * 64)
    document = plan_json(replace(plan(change()), terms=terms), PlanOptions())
    assert terms_of(read_plan_file(document, "plan.json").limits) == terms
    assert terms_of(read_plan_file(plan_json(plan(change()), PlanOptions()), "plan.json").limits) is None


def test_differences_name_the_shot_and_the_money() -> None:
    saved = read_plan_file(plan_json(plan(change()), PlanOptions()), "plan.json")
    dearer = replace(change(), estimate=Decimal("1.92"))
    assert any("night.alley" in line and "$1.92" in line for line in plan_differences(saved, plan(dearer)))
    assert plan_differences(saved, plan(change())) == []
    assert plan_differences(saved, plan()) == [
        f"night.alley: planned create of {change().fingerprint[:18]}… for $0.48, now no change"  # type: ignore[index]  # set
    ]


def test_another_attempt_of_the_same_order_is_a_difference() -> None:
    saved = read_plan_file(plan_json(plan(change()), PlanOptions()), "plan.json")
    (line,) = plan_differences(saved, plan(change(number=2)))
    assert line.endswith(f"for $0.48 is task {task(2)} now, and was planned as {task(1)}")


def test_what_was_applied_is_known_by_its_tasks() -> None:
    saved = read_plan_file(plan_json(plan(change()), PlanOptions()), "plan.json")
    assert applied(saved, plan(), {task(1)}) == {"night.alley"}
    assert applied(saved, plan(), set()) == set()
    assert applied(saved, plan(change(number=2)), {task(1)}) == set()
    assert applied(saved, plan(change(number=2, reasons=(Reason.RETAKE_REQUESTED,))), {task(1)}) == {"night.alley"}


def test_what_is_left_of_a_plan_is_told_from_what_is_in_progress() -> None:
    saved = read_plan_file(plan_json(plan(change()), PlanOptions()), "plan.json")
    assert as_planned(saved, plan(change()), set()) == ([change()], [])
    assert as_planned(saved, plan(change()), {"night.alley"}) == ([], [])
    resumed = replace(change(), action=Action.RESUME)
    assert as_planned(saved, plan(resumed), set()) == ([], [resumed])
    assert as_planned(saved, plan(replace(resumed, task_id=task(9))), set()) == ([], [])


def test_differences_name_the_parameters_that_changed_and_no_address_that_did_not() -> None:
    sent = destination_of({"webhookURL": HOOK})
    saved = read_plan_file(plan_json(plan(change(destination=sent)), PlanOptions()), "plan.json")
    (line,) = plan_differences(saved, plan(change(wanted=request(prompt="Snow."), destination=sent)))
    assert line.endswith("; changed: /positivePrompt")
    assert HOOK not in line


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"{}", orjson.dumps({"digest": "sha256:x", "formatVersion": "2.0"})]
)
def test_what_is_no_plan_of_this_version_is_refused(data: bytes) -> None:
    with pytest.raises(PlanFileError):
        read_plan_file(data, "plan.json")


@pytest.mark.parametrize(
    "damage",
    [
        {"options": []},
        {"options": {"paths": True}},
        {"options": {"target": [1]}},
        {"options": {"var": "x"}},
        {"shots": {"a": {}}},
        {"shots": ["night.alley"]},
        {"shots": [{"address": "night.alley", "action": "create", "fingerprint": 5}]},
        {"shots": [{"address": "night.alley", "action": "create", "fingerprint": {"v1": "x"}}]},
        {"diagnostics": ["x"]},
        {"surprise": 1},
        {"formatVersion": "1.0resume"},
        {"limits": []},
        {"limits": {"perApply": "much"}},
        {"limits": {"perShot": []}},
        {"limits": {"policies": 1}},
    ],
)
def test_a_plan_file_that_was_damaged_is_refused(damage: dict[str, object]) -> None:
    whole = orjson.loads(plan_json(plan(change()), PlanOptions()))
    with pytest.raises(PlanFileError, match="not a plan that ltxspec wrote"):
        read_plan_file(orjson.dumps({**whole, **damage}), "plan.json")
