"""The reasons why a change cannot be applied, by the same rules as `apply`, so that a review can show them first."""

import shlex
from collections.abc import Callable, Iterator, Sequence

from ltxspec.errors import Diagnostic, Refused
from ltxspec.lock.facts import AlteredTake
from ltxspec.plan.actions import Plan
from ltxspec.plan.limits import budget_warning, refuse_unknown_prices
from ltxspec.plan.policy import CODE as POLICY
from ltxspec.plan.policy import refuse_by_policy
from ltxspec.plan.terms import SpendingLimits
from ltxspec.review.models import INVALID, ApplyRefusal, LostTake, RuleChange
from ltxspec.values import dollars, total_usd

_LOCKFILES = "project.lockfiles"  # the setting's name in a rule change
_MERGE = "merge the base again and run `ltxspec lock merge`, unless you removed them on purpose with `ltxspec lock rm`"


def refusals(
    plan: Plan,
    limits: SpendingLimits,
    lost: Sequence[LostTake],
    diagnostics: Sequence[Diagnostic],
    altered: Sequence[AlteredTake] = (),
    rules: Sequence[RuleChange] = (),
) -> Sequence[ApplyRefusal]:
    """Everything that must be resolved first, the most serious first; empty if the change can be applied."""
    return [*_lost(lost, rules), *_altered(altered), *_invalid(diagnostics), *_rules(plan, limits)]


def _lost(lost: Sequence[LostTake], rules: Sequence[RuleChange]) -> Iterator[ApplyRefusal]:
    if lost:
        known, unknown = total_usd(item.take.cost for item in lost)
        worth = dollars(known) + (f" and {unknown} of unknown cost" if unknown else "")
        tasks = "1 paid task is" if len(lost) == 1 else f"{len(lost):,} paid tasks are"
        yield ApplyRefusal(
            "tasks-lost",
            f"{tasks} missing at the head, worth {worth}",
            next((_moved(rule) for rule in rules if rule.name == _LOCKFILES), _MERGE),
        )


def _moved(rule: RuleChange) -> str:
    command = shlex.join(["git", "mv", str(rule.before), str(rule.after)])
    return f"`[project] lockfiles` changed: move the files as well, with `{command}`"


def _altered(altered: Sequence[AlteredTake]) -> Iterator[ApplyRefusal]:
    tasks = {item.task_id for item in altered if not item.is_expected}
    if tasks:
        yield ApplyRefusal(
            "record-altered",
            f"{'1 paid task is' if len(tasks) == 1 else f'{len(tasks):,} paid tasks are'} recorded differently",
            "only `ltxspec` writes lockfiles: restore the records of the base, or find out who changed them and why",
        )


def _invalid(diagnostics: Sequence[Diagnostic]) -> Iterator[ApplyRefusal]:
    errors = [item for item in diagnostics if item.severity == "error" and item.code != POLICY]
    if errors:
        problems = "1 problem" if len(errors) == 1 else f"{len(errors):,} problems"
        yield ApplyRefusal(
            INVALID,
            f"{problems}; no plan can be made until {'it is' if len(errors) == 1 else 'they are'} fixed",
            "each is listed below; `ltxspec lock verify` checks the lockfiles of the working tree",
        )


def _rules(plan: Plan, limits: SpendingLimits) -> Iterator[ApplyRefusal]:
    checks: tuple[Callable[[], None], ...] = (
        lambda: refuse_by_policy(plan),
        lambda: refuse_unknown_prices(plan),
    )
    for check in checks:
        try:
            check()
        except Refused as refused:
            yield ApplyRefusal(refused.code, refused.summary, refused.hint)
    for over in budget_warning(plan, limits):
        yield ApplyRefusal(over.code, over.message, over.hint)
