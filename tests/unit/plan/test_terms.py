"""Limits and policies that a plan was made under, as they are saved and held to."""

from decimal import Decimal
from typing import Any

import pytest

from ltxspec.plan.terms import SpendingLimits, Terms, terms_from_json


def test_of_two_limits_the_lower_one_holds_and_is_known_as_the_saved_one() -> None:
    own, saved = SpendingLimits(Decimal(2), Decimal(1)), SpendingLimits(Decimal(1), Decimal(2), Decimal(3))
    held = own.tightened(saved)
    assert held == SpendingLimits(Decimal(1), Decimal(1), Decimal(3), saved=frozenset({"per_apply", "per_spec"}))
    assert own.tightened(SpendingLimits()) == own


@pytest.mark.parametrize(
    "terms", [Terms(), Terms(SpendingLimits(Decimal("1.50"), Decimal(0), Decimal(20)), "sha256:1")]
)
def test_what_is_written_reads_back(terms: Terms) -> None:
    assert terms_from_json(terms.to_json()) == terms


@pytest.mark.parametrize(
    "document", [None, [], {"perApply": "much"}, {"perShot": []}, {"perSpec": True}, {"policies": 1}]
)
def test_a_limit_that_cannot_be_read_is_never_taken_for_none(document: Any) -> None:
    with pytest.raises(ValueError, match="limit"):
        terms_from_json(document)
