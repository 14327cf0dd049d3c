"""Reviews for the report tests: one rich change that holds every kind, and as many edited shots as are asked for."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from builders import lockfile, record, request, take
from replacing import replace
from unit.report.plans import EDITED_PROCESSION, PROCESSION
from unit.review.changes import BASE, HEAD, plan_of, side

from ltxspec.errors import Diagnostic, Location
from ltxspec.formats import to_json
from ltxspec.plan.terms import SpendingLimits
from ltxspec.report.review.json import review_document
from ltxspec.review.compare import ComparisonTerms, compare
from ltxspec.review.models import Cause, Review, RuleChange
from ltxspec.review.sides import ReviewSide

CITY = Cause("variable", "city", "Neo-Kyoto", "Lisbon")
ROW = Cause("data", "data/shots.csv: light", "warm", "cold")

_CAUSES = {"alley": (CITY,), "pier[a]": (CITY, ROW), "pier[b]": (CITY,), "procession": (Cause("prompt", "procession"),)}
_RULES = (
    RuleChange("budget.per_apply", "$2.00", "$5.00"),
    RuleChange("delivery.webhookURL", None, "https://calls.example/hook"),
    RuleChange("price of maker:1@0 at width 1920, height 1080", "$0.06 a second", "$0.00006 a second"),
    RuleChange("policy duration <= 8", "error: at most <b>8</b> s", None),
)
_LATER = "2026-11-22T11:00:00Z"
_WARNING = Diagnostic(
    "warning",
    "unused-variable",
    "`moon` is defined but no template uses it",
    Location("specs/night.yaml", 9, 3, "  moon: giant"),
    "remove it from `vars`",
)


def rich_review() -> Review:
    """Every kind of change, shared causes, an unknown price, a lost and an altered take, rules, a warning, a title."""
    head = _head()
    terms = ComparisonTerms(
        plan_of(head),
        SpendingLimits(Decimal("5.00")),
        [_WARNING],
        lambda _before, after, _: _CAUSES.get(after.instance, ()),
        _RULES,
    )
    return replace(compare(_base(), head, terms), base_name="merge base of origin/main", head_commit=HEAD)


def _base() -> ReviewSide:
    """What the main branch asks for and has."""
    asked = [
        request("procession", PROCESSION, fps=25),
        request("alley", "Rain over Neo-Kyoto, a musician under a transparent umbrella"),
        request("pier[a]", "A pier of Neo-Kyoto in warm light"),
        request("pier[b]", "A pier of Neo-Kyoto at noon"),
        request("weather", "A street in rain"),
        request("temple", "A temple"),
        request("shrine", "A shrine in fog"),
        request("coast", "A coast"),
        request("old-pier", "An old pier"),
        request("harbour", "A harbour nobody has rendered"),
        request("quiet", "A quiet room"),
    ]
    recorded = lockfile(
        procession=record(take(PROCESSION, number=1, fps=25)),
        alley=record(take(asked[1].body["positivePrompt"], number=2)),
        weather=record(take("A street in rain", number=5)),
        temple=record(take("A temple", number=6, cost=None)),
        shrine=record(take("A shrine at dawn", number=7), take("A shrine in fog", number=8), current=8),
        coast=record(take("A coast", number=9)),
        **{"old-pier": record(take("An old pier", number=10))},
        quiet=record(take("A quiet room", number=11), take("A quiet hall", number=12), current=11),
    )
    return side(BASE, *asked, lock=recorded)


def _head() -> ReviewSide:
    """The branch: one shot rendered, one refused, others edited, renamed, removed; one take lost on the way."""
    edited = request("procession", EDITED_PROCESSION, fps=50, estimate="1.92")
    asked = [
        replace(edited, title="Procession at night", line=24),
        request("alley", "Rain over Lisbon, a musician under a transparent umbrella"),
        request("pier[a]", "A pier of Lisbon in cold light"),
        request("pier[b]", "A pier of Lisbon at noon", estimate=None),
        request("weather", "A street in a storm"),
        request("monastery", "A temple", moved="temple"),
        request("shrine", "A shrine at dawn"),
        request("coast", "A coast", safety={"checkContent": True}),
        request("harbour", "A harbour nobody has rendered"),
        request("quiet", "A quiet room"),
    ]
    refused = replace(
        take("A street in a storm", number=22, status="failed", cost=None, at=_LATER),
        code="contentFlagged",
        message="the prompt was refused by the safety check </details> @team",
    )
    base = _base().lockfiles["night"].shots
    coast = base["coast"].takes[0]
    rendered = take(EDITED_PROCESSION, number=21, cost="1.92", at=_LATER, fps=50)
    recorded = lockfile(
        **{
            **base,
            "procession": record(*base["procession"].takes, rendered, current=21),
            "weather": record(*base["weather"].takes, refused, current=5),
            "quiet": record(take("A quiet room", number=11)),
            "coast": record(replace(coast, outputs=(replace(coast.outputs[0], sha256="f" * 64),))),
        }
    )
    return side(HEAD, *asked, lock=recorded)


@lru_cache(maxsize=32)
def many(number: int, *, prompt: str = PROCESSION, edited: str = EDITED_PROCESSION) -> Review:
    """A change in which one variable edits this many shots."""
    keys = [f"shot-{index:05d}" for index in range(number)]
    recorded = lockfile(**{key: record(take(prompt, number=index + 1)) for index, key in enumerate(keys)})
    base = side(BASE, *(request(key, prompt) for key in keys), lock=recorded)
    head = side(HEAD, *(request(key, edited) for key in keys), lock=recorded)
    terms = ComparisonTerms(plan_of(head), causes=lambda _before, _after, _changes: (CITY,))
    return replace(compare(base, head, terms), base_name="main", head_commit=HEAD)


def review_values(review: Review) -> dict[str, Any]:
    """The document of a review as JSON values."""
    return to_json(review_document(review))
