"""Checks a review from an untrusted report by recomputing fingerprints, task ids, prices, sums and the plan's digest.

The author of a report may be a stranger. Only its requests are accepted as they are; everything that follows from them
is recomputed with the reader's own models, and a report that differs is refused. So approving its digest approves
exactly what it shows.

A request cannot be recomputed if the reader does not know its model, or if parts of it are left out because they may be
secret. This is reported, and such a review has no plan to approve.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ltxspec.catalog.models import Catalog, Model
from ltxspec.catalog.pricing import estimate
from ltxspec.errors import Diagnostic
from ltxspec.fingerprint import TaskIdentity, fingerprint_of, task_id, version_of
from ltxspec.plan.actions import Action, Change, Plan, reckoned
from ltxspec.plan.destinations import destination_of, is_shown_whole, recorded_digest
from ltxspec.plan.planfile import plan_digest
from ltxspec.plan.prices import limit_price
from ltxspec.plan.terms import SpendingLimits
from ltxspec.redaction import REDACTED
from ltxspec.render.models import Request
from ltxspec.report.review.known_rules import KnownRules, disagreement
from ltxspec.report.review.reading import ReviewFileError, leaves_out_refusals
from ltxspec.report.review.shown import shown_differently
from ltxspec.review.models import Review, RuleChange, ShotReview
from ltxspec.values import Fingerprint, Json, ShotAddress, TaskId, Usd, format_usd
from ltxspec.version import __version__

_MOST_NAMES = 3
_ODD = (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)  # of malformed requests


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reader of a report knows independently of it.

    Args:
        catalog: the packaged models and, in a trusted checkout, the project's own.
        packaged: the packaged models only.
        project: the project's id in the checkout; None if there is no project.
        delivery: where results are sent, by the checkout's configuration.
        rules: the rules that changed, if the reader has the commits of the report.
    """

    catalog: Catalog
    packaged: Catalog
    project: str | None = None
    delivery: Mapping[str, Json] = field(default_factory=dict)
    rules: KnownRules | None = None


def checked(review: Review, reader: Reader, name: str) -> Review:
    """The review, after checking that everything in it follows from its requests.

    Args:
        review: as read from the file; see `reading.py`.
        reader: what the reader knows.
        name: the file as shown to users.

    Raises:
        ReviewFileError: something contradicts its requests; the message has its JSON Pointer.
    """
    return _Check(review, reader, name).run()


class _Check:
    def __init__(self, review: Review, reader: Reader, name: str) -> None:
        self._review = review
        self._catalog = reader.catalog
        self._packaged = reader.packaged
        self._delivery = reader.delivery
        self._rules = reader.rules
        self._project = _project_id(reader.project, review.rules)
        self._name = name
        self._unknown: dict[str, list[ShotAddress]] = {}  # why a request cannot be recomputed -> its shots

    def run(self) -> Review:
        if self._rules is not None and (otherwise := disagreement(self._review, self._rules)) is not None:
            raise self._contradicted(otherwise)
        changes, seen = [], set()
        for index, shot in enumerate(self._review.shots):
            place, name = f"/shots/{index}", _name(shot)
            if name in seen:
                raise self._refused(f"{place}/address", ": the shot is listed twice")
            seen.add(name)
            if wrong := shown_differently(shot):
                raise self._refused(f"{place}{wrong}")
            if shot.change is not None:
                changes.append(self._change(shot.change, f"{place}/change"))
        plan = Plan(self._review.provider, changes)
        self._same("/reckoned", _money(self._review.reckoned), _money(reckoned(plan.changes)))
        if self._review.plan_digest:
            self._same("/planDigest", self._review.plan_digest, plan_digest(plan))
        limits = self._rules.limits if self._rules is not None else SpendingLimits(self._review.limit)
        if leaves_out_refusals(self._review, changes, limits):
            raise self._refused("/refusals")
        return self._result()

    def _change(self, change: Change, place: str) -> Change:
        """A checked change of the plan, with the price that limits use for it."""
        request = change.request
        if request is None:
            if change.action.spends:
                raise self._refused(f"{place}/request")
            if change.action is Action.RESUME:
                self._leave_open("it is not in the report", change.address)
            return change
        air = request.body.get("model")
        model = self._catalog.find(air) if isinstance(air, str) else None
        if model is None:
            self._leave_open(f"the model `{air}` is unknown here", change.address)
            return change
        self._marks(change, request, model, place)
        if not (change.action.spends or change.action is Action.RESUME):
            return change
        if change.action.spends and self._project is not None:
            self._same(f"{place}/taskUUID", change.task_id, self._task(change, self._project))
        self._destination(change, model, place)
        self._follows(f"{place}/recorded", change, model, change.recorded, _recorded(request, model))
        return replace(change, limit_price=self._price(change, request, model, place))

    def _marks(self, change: Change, request: Request, model: Model, place: str) -> None:
        """Check the fingerprint; while the content of a source is unknown, the one with its name instead."""
        inputs = request.inputs
        if all(reference.name in inputs for reference in request.references):
            found = _fingerprint(change, request.body, inputs, model)
            self._follows(f"{place}/fingerprint", change, model, change.fingerprint, found)
        else:
            names = {reference.name: reference.name for reference in request.references}
            draft = _fingerprint(change, request.body, {**inputs, **names}, model)
            self._same(f"{place}/fingerprint", change.fingerprint, None)
            self._follows(f"{place}/draft", change, model, change.draft, draft)

    def _follows(self, place: str, change: Change, model: Model, reported: str | None, found: str | None) -> None:
        """Compare a value computed from the whole request with the report's, unless it cannot be computed here."""
        if found == reported:
            return
        if change.request is not None and _hides_something(change.request.body):
            self._leave_open("parts of it are omitted because they may be secret", change.address)
        elif self._is_described(model):
            self._leave_open(f"the file of `{model.air}` is different here", change.address)
        else:
            self._same(place, reported, found)

    def _destination(self, change: Change, model: Model, place: str) -> None:
        """Check that results go where the report or the reader's configuration says; else refuse or leave open."""
        reported = change.destination
        if reported is None or is_shown_whole(reported):
            return
        own = {name: value for name, value in self._delivery.items() if name in model.delivery}
        if reported == destination_of(own):
            return
        if not _hides_something(reported.shown):
            raise self._refused(f"{place}/delivery/digest")
        self._leave_open("part of where its results are sent is omitted because it may be secret", change.address)

    def _task(self, change: Change, project: str) -> TaskId | None:
        spec, instance = change.address.spec, change.address.instance
        mark = change.fingerprint
        if mark is None:  # known once its source is rendered
            return None
        try:
            return task_id(
                TaskIdentity(project, self._review.provider, spec, instance, mark, change.retake, change.attempt)
            )
        except ValueError:
            return None

    def _price(self, change: Change, request: Request, model: Model, place: str) -> Usd | None:
        """The price that limits use. A price that differs from ours is accepted only if the review shows its change.

        For limits, it counts no lower than the packaged price of the model, as it does where the change is.
        """
        try:
            listed = estimate(model, request.body)
        except _ODD:
            listed = None
        if not self._is_described(model):
            self._same(f"{place}/estimate", _money(change.estimate), _money(listed))
            return limit_price(self._catalog, request.body, listed)
        packaged = self._packaged.find(model.air)
        known = (change.estimate, estimate(packaged, request.body) if packaged else None)
        return max((price for price in known if price is not None), default=None)

    def _is_described(self, model: Model) -> bool:
        """Whether the review shows, before everything else, that this model's file or price changed."""
        starts = (f"price of {model.air}", f"model {model.air}", f"content of {model.file}")
        return any(rule.name.startswith(starts) for rule in self._review.rules)

    def _leave_open(self, reason: str, address: ShotAddress) -> None:
        shots = self._unknown.setdefault(reason, [])
        if address not in shots:
            shots.append(address)

    def _result(self) -> Review:
        """The review; without a plan to approve if some of its requests could not be recomputed."""
        if not self._unknown:
            return self._review
        notes = [
            Diagnostic(
                "warning",
                "unchecked-request",
                f"the request of {_names(shots)} cannot be reproduced, so this plan cannot be approved: {reason}",
                hint="run `ltxspec review` in a checkout with the change and its models",
            )
            for reason, shots in self._unknown.items()
        ]
        return replace(self._review, plan_digest="", diagnostics=[*notes, *self._review.diagnostics])

    def _same(self, place: str, reported: str | None, found: str | None) -> None:
        if reported != found:
            gives = "request gives" if place.startswith("/shots/") else "requests give"
            raise self._contradicted(
                f"`{place}` is {reported or 'unknown'} in the report, but its {gives} {found or 'unknown'}"
            )

    def _refused(self, place: str, more: str = "") -> ReviewFileError:
        return self._contradicted(f"`{place}` does not match the report's own requests{more}")

    def _contradicted(self, what: str) -> ReviewFileError:
        return ReviewFileError(
            f"`{self._name}`: {what}",
            hint=f"update the change, and create its report again with ltxspec {__version__}",
        )


def _name(shot: ShotReview) -> tuple[ShotAddress, TaskId | None]:
    """The unique key of an entry: a shot, or a task in progress, which may be of an earlier version of a shot."""
    change = shot.change
    return shot.address, change.task_id if change is not None and change.action is Action.RESUME else None


def _project_id(known: str | None, rules: Sequence[RuleChange]) -> str | None:
    """The project's id at the head. The review shows a change of it first, so it may differ from the one known here."""
    reported = next((rule for rule in rules if rule.name == "project.id"), None)
    return known if known is None or reported is None else reported.after or ""


def _fingerprint(
    change: Change, body: Mapping[str, Json], inputs: Mapping[str, str], model: Model
) -> Fingerprint | None:
    try:
        return fingerprint_of(model, body, inputs, version_of(change.fingerprint or change.draft or ""))
    except _ODD:
        return None


def _recorded(request: Request, model: Model) -> str | None:
    try:
        return recorded_digest(model, request.body)
    except _ODD:
        return None


def _hides_something(value: Json) -> bool:
    """Whether parts of a request may be left out: queries of addresses are removed without leaving a mark."""
    if isinstance(value, Mapping):
        return any(map(_hides_something, value.values()))
    if isinstance(value, list):
        return any(map(_hides_something, value))
    return isinstance(value, str) and ("://" in value or REDACTED in value)


def _money(amount: Usd | None) -> str | None:
    return None if amount is None else format_usd(amount)


def _names(shots: Sequence[ShotAddress]) -> str:
    shown = ", ".join(f"`{address}`" for address in shots[:_MOST_NAMES])
    more = len(shots) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown
