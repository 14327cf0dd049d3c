"""Which rules changed between the commits of a report, where its reader has them: the report has to say the same."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ltxspec.plan.terms import SpendingLimits
from ltxspec.review.models import Review, RuleChange

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


def told_otherwise(review: Review, known: KnownRules) -> tuple[str, str] | None:
    """A JSON Pointer to what the report says otherwise than its commits, and how; None where it says the same."""
    delivery = known.delivery - _OF_MODELS
    told = [rule for rule in review.rules if rule.name.partition(" of ")[0] not in delivery]
    if left_out := Counter(known.changes) - Counter(told):
        return "/rules", f": it does not say that `{next(iter(left_out)).name}` changed as it did"
    if invented := Counter(told) - Counter(known.changes):
        return "/rules", f": the commits do not say that `{next(iter(invented)).name}` changed like this"
    return ("/limit", "") if review.limit != known.limits.per_apply else None
