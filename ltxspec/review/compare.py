"""Compares two sides of a change: what was bought, what is still to do at the head, and the cost. No I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ltxspec.catalog.models import Catalog
from ltxspec.errors import Diagnostic
from ltxspec.lock.by_task import TakesById, takes_by_id
from ltxspec.lock.facts import AlteredTake, altered_takes, copies_of
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Plan, estimate, reckoned
from ltxspec.plan.planfile import plan_digest
from ltxspec.plan.terms import SpendingLimits
from ltxspec.redaction import redact_diagnostic
from ltxspec.review.follows import uses_of
from ltxspec.review.models import Review, RuleChange, ShotKind, ShotReview
from ltxspec.review.refusals import refusals
from ltxspec.review.shots import FindCauses, Pair, find_origins, review_spec
from ltxspec.review.sides import ReviewSide, comparable, lost_takes, redecided
from ltxspec.values import ShotAddress, Usd, total_usd


@dataclass(frozen=True, slots=True)
class ComparisonTerms:
    """The inputs of a comparison besides its two sides.

    Args:
        plan: the plan at the head, of every spec that renders there and whose lockfile can be read; its diagnostics
            include violations of the project's policies.
        limits: the limits of the head's configuration.
        diagnostics: problems of the head, and warnings about what cannot be read at the base.
        causes: finds why the fields of a shot differ.
        rules: the changes of the project's rules and prices.
        catalog: the models of the base, which define the fields that are recorded only.
    """

    plan: Plan
    limits: SpendingLimits = field(default_factory=SpendingLimits)
    diagnostics: Sequence[Diagnostic] = ()
    causes: FindCauses = lambda _before, _after, _changes: ()
    rules: Sequence[RuleChange] = ()
    catalog: Catalog = field(default_factory=lambda: Catalog((), {}))


def compare(base: ReviewSide, head: ReviewSide, terms: ComparisonTerms) -> Review:
    """Review a change. Its digest is empty if the head is not completely known: then nothing can be approved."""
    is_whole = head.is_whole
    base, head = comparable(base, head)
    had, has = takes_by_id(base.lockfiles.values()), takes_by_id(head.lockfiles.values())
    bought = _bought(had, has)
    shots, unchanged = _shots(base, head, terms, had, bought)
    spent, spent_unknown = total_usd(take.cost for takes in bought.values() for take in takes)
    before, before_unknown = _total(had)
    after, after_unknown = _total(has)
    ahead = estimate(terms.plan.changes)
    lost = lost_takes(takes_by_id(base.records), takes_by_id(head.records))
    altered = altered_takes(copies_of(base.records), copies_of(head.records), terms.catalog)
    return Review(
        base=base.name,
        head=head.name,
        provider=terms.plan.provider,
        shots=shots,
        unchanged=unchanged - _altered_alone(altered, shots, head),
        spent=spent,
        spent_unknown=spent_unknown,
        estimate=ahead.usd,
        estimate_unknown=ahead.unknown,
        total_before=before,
        total_after=after,
        lost=lost,
        limit=terms.limits.per_apply,
        plan_digest=plan_digest(terms.plan) if is_whole else "",
        diagnostics=tuple(map(redact_diagnostic, terms.diagnostics)),
        total_before_unknown=before_unknown,
        total_after_unknown=after_unknown,
        under_way=ahead.under_way,
        under_way_unknown=ahead.under_way_unknown,
        refusals=tuple(refusals(terms.plan, terms.limits, lost, terms.diagnostics, altered, terms.rules)),
        rules=terms.rules,
        altered=altered,
        reckoned=reckoned(terms.plan.changes),
        redecided=redecided(base, head, had, has),
    )


def _shots(
    base: ReviewSide,
    head: ReviewSide,
    terms: ComparisonTerms,
    had: TakesById,
    bought: Mapping[ShotAddress, tuple[Take, ...]],
) -> tuple[list[ShotReview], int]:
    """All shots that the change touches, spec by spec, and the number of the others."""
    planned: dict[str, dict[str, Change]] = {}
    extra: list[Change] = []
    for change in terms.plan.changes:
        first = planned.setdefault(change.address.spec, {}).setdefault(change.address.instance, change)
        if first is not change:
            extra.append(change)
    others = {*base.requests, *base.lockfiles, *head.lockfiles} - head.requests.keys()
    specs = [*head.requests, *sorted(others)]
    pairs = [Pair(spec, base, head, had, bought, planned.get(spec, {}), terms.causes) for spec in specs]
    origins = {shot: origin for pair in pairs for shot, origin in find_origins(pair).items()}
    shots: list[ShotReview] = []
    unchanged = 0
    for pair in pairs:
        found, same = review_spec(pair, origins)
        shots += found
        shots += [_left_over(change) for change in extra if change.address.spec == pair.spec]
        unchanged += same
    return shots, unchanged


def _altered_alone(altered: Sequence[AlteredTake], shots: Sequence[ShotReview], head: ReviewSide) -> int:
    """The number of shots with no change except an altered record; they do not count as unchanged."""
    alone = {item.address for item in altered} - {shot.address for shot in shots}
    return sum(1 for address in alone if address.instance in head.wanted(address.spec))


def _left_over(change: Change) -> ShotReview:
    """An additional entry for a task that was ordered for an earlier version of a shot."""
    kind = ShotKind.RESUMING if change.action is Action.RESUME else ShotKind.UPDATED
    return ShotReview(change.address, kind, change=change, source=change.source, uses_after=uses_of(change.request))


def _bought(had: TakesById, has: TakesById) -> dict[ShotAddress, tuple[Take, ...]]:
    """Takes that only the head has, by the address they are recorded under, oldest first."""
    found: dict[ShotAddress, list[Take]] = {}
    for task, (address, take) in has.items():
        if task not in had:
            found.setdefault(address, []).append(take)
    return {address: tuple(sorted(takes, key=lambda take: take.sort_key)) for address, takes in found.items()}


def _total(takes: TakesById) -> tuple[Usd, int]:
    return total_usd(_costs(takes))


def _costs(takes: TakesById) -> Iterable[Usd | None]:
    return (take.cost for _, take in takes.values())
