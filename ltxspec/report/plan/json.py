"""The plan as the JSON document that programs read and `plan -o FILE` saves; `plan/document.py` declares it."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from ltxspec.errors import Invalid
from ltxspec.formats import read, to_json
from ltxspec.lock.models import ShotRecord
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.differences import changes_of
from ltxspec.plan.document import DoubtedShot, Later, PlanDocument, PlannedShot, PlanOptions, Source, Sum
from ltxspec.plan.planfile import delivery_of, limits_of, plan_digest
from ltxspec.redaction import redact_request, redact_secrets
from ltxspec.report.diagnostics import problem_of
from ltxspec.report.jsontext import encode
from ltxspec.report.results.errors import failure_of
from ltxspec.report.results.takes import Explained, Places, shown_takes
from ltxspec.report.wording import is_counted, total
from ltxspec.values import Usd, total_usd
from ltxspec.version import __version__

FORMAT_VERSION = "1.0"  # added keys increase the minor number, changed meanings the major one


def plan_json(plan: Plan, options: PlanOptions) -> bytes:
    """The document as indented UTF-8 JSON with a final newline."""
    return encode(to_json(plan_document(plan, options)), indent=True) + b"\n"


def plan_document(plan: Plan, options: PlanOptions) -> PlanDocument:
    """The document of a plan.

    Args:
        plan: the plan.
        options: the options of the plan; `apply FILE` plans again with them and compares the digest.
    """
    usd, unknown = total(plan)
    return PlanDocument(
        format_version=FORMAT_VERSION,
        ltxspec_version=__version__,
        provider=plan.provider,
        digest=plan_digest(plan),
        limits=limits_of(plan.terms) if plan.terms is not None else None,
        options=read(redact_secrets(to_json(options)), PlanOptions),
        summary=_summary(plan),
        estimate=Sum(usd, unknown),
        shots=tuple(map(planned_shot, plan.changes)),
        diagnostics=tuple(map(problem_of, plan.diagnostics)),
        later=_sum(plan.later),
        held=_sum([change for change in plan.changes if change.action is Action.HELD]),
        doubted=tuple(DoubtedShot(address=str(item), decided=said) for item, said in plan.doubted.items()) or None,
        shard=plan.part.shard if plan.part is not None else None,
    )


def failed_plan(provider: str, options: PlanOptions, error: Invalid) -> PlanDocument:
    """The document of a plan that cannot be made: every problem, and no shots."""
    return replace(plan_document(Plan(provider, [], error.diagnostics), options), error=failure_of(error))


def planned_shot(change: Change) -> PlannedShot:
    """The document's entry for one shot."""
    return PlannedShot(
        address=str(change.address),
        spec=change.address.spec,
        shot=change.address.shot,
        instance=change.address.instance,
        action=change.action,
        reasons=tuple(reason.value for reason in change.reasons),
        changes=tuple(changes_of(change)),
        fingerprint=change.fingerprint,
        task_id=change.task_id,
        estimate=change.estimate if is_counted(change) else Usd(0),  # an action that orders nothing costs nothing
        source=source_of(change.source),
        request=redact_request(change.request.body, change.request.known) if change.request else {},
        labels=redact_secrets(dict(change.labels)),
        from_=change.origin,
        draft=change.draft,
        price=change.estimate if change.action is Action.HELD else None,
        after=tuple(map(str, change.after)) or None,
        note=redact_secrets(change.note),
        delivery=delivery_of(change.destination) if change.destination is not None else None,
        recorded=change.recorded,
    )


def explained(change: Change, record: ShotRecord | None, places: Places) -> Explained:
    """What a plan would do with one shot, and which takes it has."""
    takes = shown_takes(record, places) if record is not None else ()
    return Explained(
        planned=planned_shot(change), take=change.number, retake=change.retake, attempt=change.attempt, takes=takes
    )


def source_of(place: tuple[str, int, int] | None) -> Source | None:
    """A location in a spec; None if the shot was removed."""
    return None if place is None else Source(*place)


def _sum(orders: Sequence[Change]) -> Later | None:
    known, unknown = total_usd(change.estimate for change in orders)
    return Later(len(orders), Sum(known, unknown)) if orders else None


def _summary(plan: Plan) -> Mapping[str, int]:
    counts = plan.counts()
    return {action.value: counts[action] for action in Action}
