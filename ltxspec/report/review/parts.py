"""Converts the parts of a review document to values for reports: shots, changes, takes. Raises `FormatError`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ltxspec.errors import Diagnostic, Location
from ltxspec.formats import FormatError
from ltxspec.lock.facts import AlteredTake
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.destinations import Destination
from ltxspec.plan.document import PlannedShot, Problem, Source
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.review.document import Address, AlteredTask, LostTask, PendingShot, ReviewedShot, SidesTakes, UsedShot
from ltxspec.review.follows import Use, references_in, uses_of
from ltxspec.review.models import CauseKind, LostTake, ShotKind, ShotReview, Unmet
from ltxspec.values import Fingerprint, ShotAddress, TaskId

Takes = Mapping[str, Take]


def checked_takes(takes: SidesTakes) -> SidesTakes:
    """The takes, after checking that each is listed under its own task."""
    for side, found in (("base", takes.base), ("head", takes.head)):
        for task, take in found.items():
            if take.task_id != task:
                raise FormatError("is not the task it is listed under", "takes", side, task, "taskUUID")
    return takes


def altered_take(item: AlteredTask) -> AlteredTake:
    """A task that the two sides record differently."""
    return AlteredTake(_address(item), TaskId(item.task_id), item.changes)


def lost_take(item: LostTask, takes: Takes) -> LostTake:
    """A take that the head does not record."""
    return LostTake(_address(item), _take(item.task_id, takes))


def reviewed_shot(item: ReviewedShot, olds: Takes, news: Takes) -> ShotReview:
    """One shot, with its takes looked up by task."""
    address = _address(item)
    for cause in item.causes:
        CauseKind(cause.kind)
    before = _take(item.before, olds) if item.before is not None else None
    after = _take(item.after, news) if item.after is not None else None
    change = _change(item.change, address) if item.change is not None else None
    to_come = change.request if change is not None and item.kind is not ShotKind.RETIRED else None
    return ShotReview(
        address=address,
        kind=item.kind,
        before=before,
        after=after,
        change=change,
        changes=item.changes,
        prompt_before=item.prompt.before,
        prompt_after=item.prompt.after,
        causes=item.causes,
        title=item.title,
        labels=item.labels,
        origin=_address(item.from_) if item.from_ is not None else None,
        source=_place(item.source),
        bought=tuple(_take(task, news) for task in item.bought),
        inherited=item.inherited,
        uses_before=_uses(before, item.references.before),
        uses_after=_uses(after or to_come, item.references.after),
        unmet_before=_unmet(before, item.unmet.before),
        unmet_after=_unmet(after, item.unmet.after),
    )


def _uses(asked: Take | Request | None, stated: Sequence[UsedShot]) -> tuple[Use, ...]:
    """What the take or the request names; only which take of the source that is comes from the document."""
    uses = uses_of(asked)
    if len(uses) != len(stated):
        raise FormatError("are not those of its request", "references")
    places = [
        (use.take or item.take, use.result or item.result) if use.sha256 is not None else (use.take, use.result)
        for use, item in zip(uses, stated, strict=True)
    ]
    return tuple(replace(use, take=take, result=result) for use, (take, result) in zip(uses, places, strict=True))


def _unmet(take: Take | None, stated: tuple[Unmet, ...]) -> tuple[Unmet, ...]:
    """What the document says; it may not leave out what its own take records."""
    if take is not None and not set(take.unmet) <= {item.name for item in stated}:
        raise FormatError("leaves out what the take records", "unmet")
    if stated and take is None:
        raise FormatError("belongs to no take", "unmet")
    return stated


def _change(item: PendingShot, address: ShotAddress) -> Change:
    counted = item.action.spends or item.action is Action.RESUME
    estimate, source = item.estimate if counted else item.price, _place(item.source)
    mark = None if item.fingerprint is None else Fingerprint(item.fingerprint)
    request = None
    if item.request:
        file, line, column = source or ("", 1, 1)
        request = Request(address, item.request, {}, item.inputs, mark, estimate, file, line, column)
        request = replace(request, references=_references(item), identify=_drafted(item.draft))
    return Change(
        address=_address(item),
        action=item.action,
        reasons=tuple(map(Reason, item.reasons)),
        changes=() if item.action is Action.CREATE else item.changes,
        fingerprint=mark,
        task_id=None if item.task_id is None else TaskId(item.task_id),
        estimate=estimate,
        retake=item.retake,
        attempt=item.attempt,
        request=request,
        source=source,
        origin=item.from_,
        note=item.note,
        destination=Destination(item.delivery.parameters, item.delivery.digest) if item.delivery is not None else None,
        recorded=item.recorded,
    )


def _references(item: PendingShot) -> tuple[Reference, ...]:
    """The references that the request names, in the order of the shots that it follows from."""
    order = {address: place for place, address in enumerate(item.after or ())}
    found = [reference for reference in references_in(item.request) if str(reference.source) in order]
    return tuple(sorted(found, key=lambda reference: order[str(reference.source)]))


def _drafted(draft: str | None) -> Callable[..., Sequence[Fingerprint]] | None:
    return None if draft is None else lambda *_names: (Fingerprint(draft),)


def diagnostic_of(item: Problem) -> Diagnostic:
    """One problem."""
    where = None if item.file is None else Location(item.file, item.line or 1, item.column or 1)
    return Diagnostic(item.severity, item.code, item.message, where, item.hint)


def _address(item: Address | ReviewedShot | PlannedShot) -> ShotAddress:
    return ShotAddress(item.spec, item.instance)


def _place(source: Source | None) -> tuple[str, int, int] | None:
    return None if source is None else (source.file, source.line, source.column)


def _take(task: str, takes: Takes) -> Take:
    if task not in takes:
        raise FormatError(f"names task {task}, which has no take")
    return takes[task]
