"""Limits of labels that no shot has, and the names that may have been meant."""

import pytest

from ltxspec.plan.budgets import LabelLimit
from ltxspec.plan.idle_limits import idle_limits
from ltxspec.values import Usd

LABELS = [{"campaign": "autumn", "act": "one"}, {"campaign": "winter"}, {}]


def limit(key: str, value: str | None = None) -> LabelLimit:
    return LabelLimit(key, value, Usd(5))


def test_a_limit_of_a_label_that_a_shot_has_is_in_use() -> None:
    assert idle_limits([limit("campaign"), limit("campaign", "winter"), limit("act", "one")], LABELS) == []


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (limit("campain"), "did you mean `campaign`?"),
        (limit("Campaign", "autumn"), "did you mean `campaign`?"),
        (limit("mood"), "the labels are `campaign`, `act`"),
        (limit("campaign", "Autumn"), "did you mean `campaign=autumn`?"),
        (limit("campaign", "spring"), "`campaign` is `autumn`, `winter`"),
        (limit("campaign", ""), "`campaign` is `autumn`, `winter`"),
    ],
)
def test_any_other_is_named_with_near_names_or_with_those_that_there_are(given: LabelLimit, hint: str) -> None:
    assert idle_limits([given, limit("act")], LABELS) == [(given, hint)]


def test_without_labels_every_limit_is_idle_and_of_many_values_some_are_named() -> None:
    assert idle_limits([limit("act")], [{}]) == [(limit("act"), "no shot has labels")]
    many = [{"act": f"{number:02}"} for number in range(30)]
    ((_, hint),) = idle_limits([limit("act", "finale")], many)
    assert hint == "`act` is `00`, `01`, `02`, `03`, `04` and more"
