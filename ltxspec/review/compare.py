"""Compares two sides of a change: what was bought in it, what is still to do at the head, what it cost. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.errors import Diagnostic
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Plan
from ltxspec.plan.estimate import estimate
from ltxspec.plan.guard import Limits
from ltxspec.plan.planfile import plan_digest
from ltxspec.render.models import Request
from ltxspec.review.holdings import Holdings, lost_takes
from ltxspec.review.models import Cause, Review, ShotReview
from ltxspec.review.refusals import refusals
from ltxspec.review.shots import SpecPair, review_spec
from ltxspec.plan.actions import FieldChange
from ltxspec.values import ShotAddress, total_usd

FindCauses = Callable[[ShotAddress, ShotAddress, Sequence[FieldChange]], Sequence[Cause]]
"""(shot at the base, shot at the head, changes) -> causes; for shots that both sides render."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a change.

    `requests` holds the specs that render, `lockfiles` those that can be read. `unknown` names specs of which one of
    the two cannot be told: nothing is concluded from what they lack.
    """

    name: str
    requests: Mapping[str, Mapping[str, Request]] = field(default_factory=dict)  # spec -> instance key -> request
    lockfiles: Mapping[str, Lockfile] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole change besides its two sides."""

    plan: Plan  # at the head, of the specs that render
    limits: Limits = field(default_factory=Limits)
    diagnostics: Sequence[Diagnostic] = ()
    causes: FindCauses = lambda _before, _after, _changes: ()
