from dataclasses import replace
from decimal import Decimal

import pytest

from ltxspec.apply.events import Outcome, RunSummary, ShotOutcome
from ltxspec.values import ShotAddress

ALLEY = ShotAddress("night", "alley")


def summary(*outcomes: ShotOutcome) -> RunSummary:
    return RunSummary(outcomes, Decimal(0), Decimal(0), 0, Decimal(0), 0)


def ended(outcome: Outcome) -> ShotOutcome:
    return ShotOutcome(ALLEY, outcome)


def test_outcomes_are_counted() -> None:
    run = summary(ended(Outcome.RENDERED), ended(Outcome.FAILED), ended(Outcome.RENDERED))
    assert {outcome: run.count(outcome) for outcome in Outcome if run.count(outcome)} == {
        Outcome.RENDERED: 2,
        Outcome.FAILED: 1,
    }


@pytest.mark.parametrize(
    ("outcome", "incomplete"),
    [
        (Outcome.RENDERED, False),
        (Outcome.COLLECTED, False),
        (Outcome.RECORDED, False),
        (Outcome.DETACHED, False),  # left on purpose
        (Outcome.FAILED, True),
        (Outcome.UNRESOLVED, True),
        (Outcome.HELD_BACK, True),
    ],
)
def test_a_run_is_incomplete_when_something_is_left_that_was_wanted(outcome: Outcome, incomplete: bool) -> None:
    assert summary(ended(Outcome.RENDERED), ended(outcome)).incomplete is incomplete


def test_a_run_that_cost_a_cent_more_than_it_may_is_incomplete() -> None:
    assert replace(summary(ended(Outcome.RENDERED)), overspent=Decimal("0.01")).incomplete


def test_what_is_not_told_of_a_run_did_not_happen() -> None:
    run = summary()
    assert (run.interrupted, run.ordering, run.provider, run.limit) == (False, True, "", None)
    assert (run.in_flight_unknown, run.overspent, run.spent_before) == (0, Decimal(0), Decimal(0))


def test_a_video_that_is_not_home_is_something_left() -> None:
    assert summary(replace(ended(Outcome.RENDERED), archived=False)).incomplete
    assert not summary().incomplete


def test_every_outcome_is_decided_above() -> None:
    assert len(Outcome) == 7
