"""Which rules changed between the commits of a report, where its reader has them: the report has to say the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ltxspec.plan.terms import SpendingLimits
from ltxspec.review.models import Review, RuleChange
from ltxspec.values import Usd, format_usd

_OF_MODELS = frozenset({"price", "content"})  # of a model, whatever a change calls a parameter


@dataclass(frozen=True, slots=True)
class KnownRules:
    """What a reader found out from the commits.

    Args:
        changes: settings, prices, model files and policies that changed.
        limits: those of the head.
        delivery: names of parameters that say where results go. What specs change of them is told among the rules, too;
            each order shows it again, and is checked by itself.
    """

    changes: Sequence[RuleChange]
    limits: SpendingLimits
    delivery: frozenset[str]


def told_otherwise(review: Review, known: KnownRules) -> str | None:
    """What the report says otherwise than its commits, with a JSON Pointer to it; None where it says the same."""
    delivery = known.delivery - _OF_MODELS
    told = [rule for rule in review.rules if rule.name.partition(" of ")[0] not in delivery]
    if left_out := Counter(known.changes) - Counter(told):
        return f"`/rules` is wrong: it does not say that `{next(iter(left_out)).name}` changed as it did"
    if invented := Counter(told) - Counter(known.changes):
        return f"`/rules` is wrong: the commits do not say that `{next(iter(invented)).name}` changed like this"
    limit = known.limits.per_apply
    if review.limit == limit:
        return None
    return f"`/limit` is {_money(review.limit)} in the report, but {_money(limit)} at its commit"


def _money(usd: Usd | None) -> str:
    return "no limit" if usd is None else f"${format_usd(usd)}"
