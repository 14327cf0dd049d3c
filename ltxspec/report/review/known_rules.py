"""Compares the rule changes in a report with those between its commits, if the reader has these commits."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ltxspec.plan.terms import SpendingLimits
from ltxspec.review.models import Review, RuleChange
from ltxspec.values import Usd, dollars

_OF_MODELS = frozenset({"price", "content"})  # names of model rules, even if a change uses them as names of parameters


@dataclass(frozen=True, slots=True)
class KnownRules:
    """What a reader knows from the commits.

    Args:
        changes: settings, prices, model files and policies that changed.
        limits: the limits of the head.
        delivery: names of parameters that define where results are sent. Changes of them in specs are listed among the
            rules, too; each order shows them again and is checked separately.
    """

    changes: Sequence[RuleChange]
    limits: SpendingLimits
    delivery: frozenset[str]


def disagreement(review: Review, known: KnownRules) -> str | None:
    """The first difference between the report and its commits, with a JSON Pointer; None if there is none."""
    delivery = known.delivery - _OF_MODELS
    shown = [rule for rule in review.rules if rule.name.partition(" of ")[0] not in delivery]
    if left_out := Counter(known.changes) - Counter(shown):
        return f"`/rules` is wrong: the change of `{next(iter(left_out)).name}` is missing or different"
    if invented := Counter(shown) - Counter(known.changes):
        return f"`/rules` is wrong: the commits do not contain this change of `{next(iter(invented)).name}`"
    limit = known.limits.per_apply
    if review.limit == limit:
        return None
    return f"`/limit` is {_money(review.limit)} in the report, but {_money(limit)} at its commit"


def _money(usd: Usd | None) -> str:
    return "no limit" if usd is None else dollars(usd)
