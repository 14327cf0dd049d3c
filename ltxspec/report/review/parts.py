"""Converts the parts of a review document to values for reports: shots, changes, takes. Raises `FormatError`."""

from collections.abc import Mapping

from ltxspec.errors import Diagnostic, Location
from ltxspec.formats import FormatError
from ltxspec.lock.facts import AlteredTake
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.destinations import Destination
from ltxspec.plan.document import PlannedShot, Problem, Source
from ltxspec.render.models import Request
from ltxspec.review.document import Address, AlteredTask, LostTask, PendingShot, ReviewedShot, SidesTakes
from ltxspec.review.models import CauseKind, LostTake, ShotReview
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
    return ShotReview(
        address=address,
        kind=item.kind,
        before=_take(item.before, olds) if item.before is not None else None,
        after=_take(item.after, news) if item.after is not None else None,
        change=_change(item.change, address) if item.change is not None else None,
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
    )


def _change(item: PendingShot, address: ShotAddress) -> Change:
    counted = item.action.spends or item.action is Action.RESUME
    estimate, source = item.estimate if counted else None, _place(item.source)
    mark = None if item.fingerprint is None else Fingerprint(item.fingerprint)
    request = None
    if item.request:
        file, line, column = source or ("", 1, 1)
        request = Request(address, item.request, {}, item.inputs, mark or Fingerprint(""), estimate, file, line, column)
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
