"""What stands between a change and its apply, told in a review before anybody tries: the same rules as `apply` has."""

from collections.abc import Callable, Iterator, Sequence

from ltxspec.errors import Diagnostic, Refused
from ltxspec.plan.actions import Plan
from ltxspec.plan.guard import Limits, refuse_over_budget, refuse_unknown_prices
from ltxspec.review.models import LostTake, Refusal
from ltxspec.values import format_usd, total_usd


def refusals(
    plan: Plan, limits: Limits, lost: Sequence[LostTake], diagnostics: Sequence[Diagnostic]
) -> Sequence[Refusal]:
    """Everything that has to be settled first, the gravest first; empty when nothing is in the way."""
    return [*_lost(lost), *_invalid(diagnostics), *_money(plan, limits)]


def _lost(lost: Sequence[LostTake]) -> Iterator[Refusal]:
    if lost:
        known, unknown = total_usd(item.take.cost for item in lost)
        worth = f"${format_usd(known)}" + (f" and {unknown} of unknown cost" if unknown else "")
        tasks = "1 paid task is" if len(lost) == 1 else f"{len(lost):,} paid tasks are"
        yield Refusal(
            "tasks-lost",
            f"{tasks} missing at the head, worth {worth}",
            "bring them back: `git checkout BASE -- LOCKFILE`, then `ltxspec lock merge`; `ltxspec lock rm` forgets a "
            "task on purpose",
        )


def _invalid(diagnostics: Sequence[Diagnostic]) -> Iterator[Refusal]:
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity == "error"]
    if errors:
        problems = "1 problem" if len(errors) == 1 else f"{len(errors):,} problems"
        yield Refusal(
            "invalid", f"{problems} at the head; no plan can be made of what has them", "`ltxspec validate` shows all"
        )


def _money(plan: Plan, limits: Limits) -> Iterator[Refusal]:
    checks: tuple[Callable[[], None], ...] = (
        lambda: refuse_unknown_prices(plan),
        lambda: refuse_over_budget(plan, limits),
    )
    for check in checks:
        try:
            check()
        except Refused as refused:
            yield Refusal(refused.code, refused.summary, refused.hint)
