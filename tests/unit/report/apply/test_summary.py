from dataclasses import replace
from decimal import Decimal

import pytest
from unit.report.runs import ALLEY, DONE, FAILED, PRICE, TASK, summary

from ltxspec.apply.events import ApplyEvent, EventKind, Outcome, RunSummary, ShotOutcome
from ltxspec.report.apply.summary import event_line, summary_line, summary_text
from ltxspec.report.terminal import Style, width_of
from ltxspec.values import ShotAddress

PLAIN = Style(width=80)


def left(outcome: Outcome, message: str | None = None) -> ShotOutcome:
    return ShotOutcome(ALLEY, outcome, TASK, PRICE, None, message)


def test_a_run_in_which_all_went_well_is_one_line() -> None:
    assert summary_text(summary(DONE, DONE), PLAIN) == "Applied: 2 rendered. Spent $0.96.\n"
    assert summary_line(summary()) == "Applied: nothing to do. Spent $0.00."
    recorded = replace(DONE, outcome=Outcome.RECORDED, cost=None, billable=False)
    free = replace(summary(recorded, recorded), spent=Decimal(0))
    assert summary_line(free) == "Applied: 2 recorded."
    assert summary_line(replace(summary(DONE), ordering=False)) == "Collected: 1 rendered. Spent $0.48."


def test_what_failed_is_told_with_its_cure() -> None:
    assert summary_text(summary(DONE, FAILED, spent_unknown=1), PLAIN) == (
        "  night-scenes.weather[rain,dusk]  failed  contentFlagged: \\x1b[2Jrefused\n"
        "\n"
        "  failed: edit the shot, or `ltxspec apply --retry ADDRESS`\n"
        "\n"
        "Applied: 1 rendered, 1 failed. Spent ≥ $0.48 + 1 unknown.\n"
    )


def test_a_failure_that_may_pass_is_tried_again_without_an_edit() -> None:
    text = summary_text(summary(replace(FAILED, permanent=False, message="timeoutProvider: too busy")), PLAIN)
    assert "failed for now  timeoutProvider: too busy" in text
    assert "`ltxspec apply` tries again" in text
    assert "edit the shot" not in text


def test_a_retake_that_was_not_made_has_to_be_asked_for_again() -> None:
    """A plain apply keeps the take from before, and orders nothing."""
    run = summary(
        replace(FAILED, permanent=False, retaken=FAILED.address),
        replace(left(Outcome.HELD_BACK), retaken=FAILED.address),
    )
    text = summary_text(run, Style(width=200))
    assert "only `ltxspec apply --retake 'night-scenes.weather[rain,dusk]'` asks for it again\n" in text
    assert "tries again" not in text
    assert "`ltxspec apply` again" not in text
    many = [replace(FAILED, retaken=ShotAddress("night", f"s{number}")) for number in range(7)]
    assert "--retake night.s4` and 2 more asks for them again\n" in summary_text(summary(*many), Style(width=200))
    both = summary_text(summary(replace(FAILED, retaken=FAILED.address), FAILED), PLAIN)
    assert "failed: edit the shot, or `ltxspec apply --retry ADDRESS`\n  retake not made" in both


def test_money_under_way_is_told() -> None:
    run = summary(left(Outcome.UNRESOLVED, "no answer"), in_flight=1)
    assert summary_line(run) == "Applied: 1 unresolved. Spent $0.00; $0.48 under way (1 task)."
    assert "`ltxspec collect` continues with it; it is never ordered twice" in summary_text(run, PLAIN)


def test_a_run_that_cost_more_than_it_was_allowed_says_by_how_much() -> None:
    run = replace(summary(DONE), limit=Decimal("0.40"), overspent=Decimal("0.08"))
    assert summary_line(run) == "Applied: 1 rendered. Spent $0.48, $0.08 over the limit of $0.40."


def test_money_under_way_whose_price_is_not_known_is_never_nothing() -> None:
    run = replace(summary(left(Outcome.UNRESOLVED), in_flight=1), in_flight=Decimal(0), in_flight_unknown=1)
    assert summary_line(run) == "Applied: 1 unresolved. Spent $0.00; 1 unknown under way (1 task)."


def test_a_video_that_is_not_home_is_no_reason_to_render_again() -> None:
    text = summary_text(summary(replace(DONE, archived=False, message="disk full")), PLAIN)
    assert "night-scenes.alley  not archived  disk full\n" in text
    assert "no render is repeated" in text


def test_an_interrupted_run_says_so() -> None:
    run = summary(DONE, left(Outcome.HELD_BACK, "interrupted"), interrupted=True)
    assert summary_line(run) == "Interrupted: 1 rendered, 1 not ordered. Spent $0.48."


def test_play_money_is_called_so() -> None:
    run = replace(summary(DONE, left(Outcome.UNRESOLVED), in_flight=1), provider="sandbox")
    assert summary_line(run) == (
        "Applied: 1 rendered, 1 unresolved. "
        "Would have cost $0.48; $0.48 under way (1 task) (sandbox: nothing is charged)."
    )


def test_long_messages_wrap_under_themselves() -> None:
    text = summary_text(summary(left(Outcome.FAILED, "word " * 40)), PLAIN)
    assert all(width_of(line) <= 80 for line in text.splitlines())


def test_very_many_failures_are_counted() -> None:
    failures = [replace(FAILED, address=ShotAddress("many", f"shot-{number}")) for number in range(1000)]
    text = summary_text(summary(*failures), PLAIN)
    assert "  … and 800 more\n" in text
    assert "1,000 failed" in text


def test_every_outcome_has_a_word() -> None:
    for outcome in Outcome:
        run: RunSummary = summary(left(outcome))
        expected = "Applied. Spent $0.00; collected 1, " if outcome is Outcome.COLLECTED else "Applied: 1 "
        assert summary_line(run).startswith(expected)


def test_money_that_was_ordered_before_is_not_spent_again() -> None:
    """Whoever adds up the last lines of several runs counts each order once."""
    collected = replace(DONE, outcome=Outcome.COLLECTED)
    run = replace(summary(DONE, collected), spent_before=PRICE)
    assert summary_line(run) == "Applied: 1 rendered. Spent $0.48; collected 1, $0.48 already paid."
    only = replace(summary(collected), spent_before=PRICE)
    assert summary_line(only) == "Applied. Spent $0.00; collected 1, $0.48 already paid."


def test_a_collection_spends_nothing_and_says_what_was_paid_already() -> None:
    collected = replace(DONE, outcome=Outcome.COLLECTED)
    run = replace(summary(collected, collected, collected), spent_before=PRICE * 3, ordering=False)
    assert summary_line(run) == "Collected: 3, $1.44 already paid."
    failed = replace(summary(collected, FAILED, spent_unknown=1), spent_before=PRICE, ordering=False)
    assert summary_line(failed) == "Collected: 1, $0.48 already paid, 1 failed. Spent 1 unknown."
    assert summary_line(replace(run, provider="sandbox")) == "Collected: 3 (sandbox: nothing is charged)."


def test_the_sandbox_never_says_that_money_was_spent() -> None:
    for outcome in Outcome:
        run = replace(summary(left(outcome), DONE), provider="sandbox")
        assert "spent" not in summary_line(run).lower()


def test_orders_that_nobody_waits_for_are_told_as_ordered() -> None:
    run = summary(left(Outcome.DETACHED), in_flight=1)
    assert summary_line(run) == "Ordered: 1, in progress for $0.48; `ltxspec collect` fetches it."
    both = summary(left(Outcome.DETACHED), left(Outcome.DETACHED), in_flight=2)
    assert summary_line(both) == "Ordered: 2, in progress for $0.96; `ltxspec collect` fetches them."
    assert summary_line(summary(DONE, left(Outcome.DETACHED), in_flight=1)).startswith(
        "Applied: 1 rendered, 1 in progress. Spent $0.48"
    )


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ApplyEvent(EventKind.SHOT_RUNNING, "rendering", ALLEY, percent=40), "night-scenes.alley: rendering, 40 %"),
        (ApplyEvent(EventKind.SHOT_RUNNING, "rendering", ALLEY), "night-scenes.alley: rendering"),
        (ApplyEvent(EventKind.WAITING_FOR_LOCK, "another apply is at work"), "another apply is at work"),
    ],
)
def test_an_event_is_one_line(event: ApplyEvent, line: str) -> None:
    assert event_line(event, Style()) == line
