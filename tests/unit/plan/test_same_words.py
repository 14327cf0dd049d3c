"""An order whose words a take has already; through the command: `acceptance/test_upgrades.py`."""

from typing import Any

import pytest
from builders import change, lockfile, record, request, take, task

from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.same_words import letters, same_words

HAVE = {"night": RecordedState(lockfile(alley=record(take("in rain,with cars"))))}


def ordered(prompt: str, name: str = "alley", *, reason: Reason = Reason.REQUEST_CHANGED, **more: Any) -> Change:
    return change(Action.REPLACE, request(name, prompt), reasons=(reason,), **more)


def test_only_line_ends_and_spaces_make_no_other_words() -> None:
    assert letters(" in rain,\n\twith  cars ") == letters("in rain,with cars")
    assert letters(None) == ""


@pytest.mark.parametrize("prompt", ["in rain,\nwith cars", "in rain, with cars"])
def test_an_order_of_the_same_words_names_the_take(prompt: str) -> None:
    (warning,) = same_words([ordered(prompt)], HAVE)
    assert (warning.severity, warning.code) == ("warning", "same-words")
    assert task(1) in warning.message
    assert warning.hint


def test_the_take_of_a_name_that_is_taken_over_counts() -> None:
    assert same_words([ordered("in rain,\nwith cars", "gate")], HAVE) == []
    assert len(same_words([ordered("in rain,\nwith cars", "gate", origin="alley")], HAVE)) == 1


def test_other_words_and_orders_on_purpose_are_no_matter() -> None:
    assert same_words([ordered("in rain, with a car")], HAVE) == []
    assert same_words([ordered("in rain,\nwith cars", reason=Reason.RETAKE_REQUESTED)], HAVE) == []
    failed = {"night": RecordedState(lockfile(alley=record(take("in rain,with cars", status="failed"))))}
    assert same_words([ordered("in rain,\nwith cars")], failed) == []


def test_instances_of_one_shot_are_one_warning() -> None:
    keys = [f"alley[{number}]" for number in range(3)]
    have = {"night": RecordedState(lockfile(**{key: record(take("in rain")) for key in keys}))}
    (warning,) = same_words([ordered("in\nrain", key) for key in keys], have)
    assert "`night.alley[0]` (and 2 more of its instances)" in warning.message
