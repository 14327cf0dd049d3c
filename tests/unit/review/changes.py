"""Two sides of a change, and their review: small builders for the tests of reviews and of reports about them."""

from collections.abc import Sequence
from decimal import Decimal

from builders import lockfile
from replacing import replace

from ltxspec.catalog.models import Catalog
from ltxspec.errors import Diagnostic
from ltxspec.lock.journal import JournalState
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Plan
from ltxspec.plan.cases import PlanContext
from ltxspec.plan.planner import plan_spec
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.terms import SpendingLimits
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.review.compare import ComparisonTerms, compare
from ltxspec.review.models import Review, ShotReview
from ltxspec.review.sides import ReviewSide

BASE, HEAD = "b" * 40, "a" * 40


def side(name: str, *requests: Request, lock: Lockfile | None = None, others: Sequence[Lockfile] = ()) -> ReviewSide:
    """One side with the spec `night`; `others` are lockfiles of more specs."""
    own = lock or lockfile()
    specs: dict[str, dict[str, Request]] = {"night": {}}
    for request in requests:
        specs.setdefault(request.address.spec, {})[request.address.instance] = request
    return ReviewSide(name, specs, {own.spec: own, **{item.spec: item for item in others}})


def plan_of(head: ReviewSide, journal: JournalState | None = None) -> Plan:
    """What applying a side would do."""
    context = PlanContext("", "runware", Catalog((), {}))
    changes = []
    for spec, requests in head.requests.items():
        rendered = RenderedSpec(spec, "specs/night.yaml", None, list(requests.values()))
        have = RecordedState(head.lockfiles.get(spec, Lockfile("runware", spec)), journal or JournalState())
        changes += plan_spec(rendered, have, context)
    return Plan("runware", changes)


def reviewed(
    base: ReviewSide,
    head: ReviewSide,
    *,
    limit: str | None = None,
    diagnostics: Sequence[Diagnostic] = (),
    journal: JournalState | None = None,
) -> Review:
    """The review of a change."""
    limits = SpendingLimits(None if limit is None else Decimal(limit))
    review = compare(base, head, ComparisonTerms(plan_of(head, journal), limits, diagnostics))
    return replace(review, base_name="main", head_commit=HEAD)


def by_key(review: Review) -> dict[str, ShotReview]:
    """The shots of a review by their instance key."""
    return {shot.address.instance: shot for shot in review.shots}
