"""Which shots wait although nothing is wrong with them: a source needs an approval, failed, or is left out. Pure."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import KEEPS, SPENDING, Action, Change, Reason
from ltxspec.plan.expectations import unmet_by
from ltxspec.plan.sources import Sources
from ltxspec.render.models import Request
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress, TaskId, foreign_address

_RENUMBERED = "takes of `{}` move in this plan: which one is take {} is known after it; apply, then plan again"


def with_held(changes: Iterable[Change], sources: Sources, verdicts: Mapping[TaskId, Remark]) -> list[Change]:
    """The changes of a plan; orders that must wait are `held`. A shot that has its take does not wait.

    Args:
        changes: what is decided about each shot by itself.
        sources: the shots that others refer to.
        verdicts: the deciding remark of each take.
    """
    listed = list(changes)
    known = {change.address: change for change in listed if change.request is not None}
    renumbered = {address for address in _moving(listed) if sources.has_record(address)}

    def obstacle(reference: Reference) -> tuple[Reason, str] | None:
        if reference.take is not None and reference.source in renumbered:
            return Reason.SOURCE_HELD, _RENUMBERED.format(reference.source, reference.take)
        return _obstacle(reference, known, sources, verdicts)

    for address in sources.order:
        change = known.get(address)
        if change is None or change.request is None or not change.request.references:
            continue
        if sources.has_takes:
            change = known[address] = _with_source_takes(change, change.request, known, sources)
        if change.request is not None and change.action is Action.RESUME:
            known[address] = _only_looked_for(change, change.request, known, sources, verdicts)
        if change.request is not None and change.action in SPENDING:
            known[address] = _held(change, change.request, known, obstacle)
    return [change if change.request is None else known[change.address] for change in listed]


def _held(
    change: Change,
    request: Request,
    known: Mapping[ShotAddress, Change],
    obstacle: Callable[[Reference], tuple[Reason, str] | None],
) -> Change:
    """The order; held if there is an obstacle to following from one of its sources."""
    for reference in request.references:
        if _comes_before(known.get(reference.source), reference):
            continue
        if (found := obstacle(reference)) is not None:
            return hold(change, *found)
    return change


def _comes_before(source: Change | None, reference: Reference) -> bool:
    """Whether this plan renders the source and no approval is required, as for most links of a chain."""
    if source is None or source.request is None or source.action not in SPENDING:
        return False
    return reference.take is None and not source.request.gate


def _moving(changes: Iterable[Change]) -> Iterator[ShotAddress]:
    """The shots that get takes from another name, and the names that they get them from."""
    for change in changes:
        if change.origin is not None and change.action in (Action.MOVE, Action.RESUME):
            yield change.address
            yield foreign_address(change.origin) or ShotAddress(change.address.spec, change.origin)


def _with_source_takes(
    change: Change, request: Request, known: Mapping[ShotAddress, Change], sources: Sources
) -> Change:
    """The change, with the takes that its references mean after the plan."""
    takes = []
    for reference in request.references:
        source = known.get(reference.source)
        kept = source.task_id if source is not None and source.action in KEEPS else None
        takes.append(sources.take_of(reference, kept))
    if takes.count(None) == len(takes):
        return change
    return replace(change, source_takes=tuple(None if take is None else take.task_id for take in takes))


def _only_looked_for(
    change: Change,
    request: Request,
    known: Mapping[ShotAddress, Change],
    sources: Sources,
    verdicts: Mapping[TaskId, Remark],
) -> Change:
    """The task that may have been ordered; one whose source has lost its approval since is not sent again."""
    found = (_obstacle(reference, known, sources, verdicts) for reference in request.references)
    for reason, note in filter(None, found):
        if reason is Reason.NOT_APPROVED:
            words = change.note or f"{note}; until then the task is only looked for"
            return replace(change, reasons=(*change.reasons, reason), note=words)
    return change


def hold(change: Change, reason: Reason, note: str) -> Change:
    """The order, held. Its price stays, because it is what setting it free would cost."""
    return replace(change, action=Action.HELD, reasons=(*change.reasons, reason), note=note, task_id=None)


def _obstacle(
    reference: Reference, known: Mapping[ShotAddress, Change], sources: Sources, verdicts: Mapping[TaskId, Remark]
) -> tuple[Reason, str] | None:
    """Why an order cannot follow from a source, in words."""
    source = known.get(reference.source)
    take = sources.take_of(reference, source.task_id if source is not None else None)
    if reference.take is not None and take is None:
        return Reason.SOURCE_LACKING, f"`{reference.source}` has no take {reference.take}"
    if source is None:
        return Reason.SOURCE_LEFT_OUT, f"`{reference.source}` is not part of this plan"
    is_to_come = reference.take is None and source.action not in KEEPS
    if take is not None and not is_to_come and (lacking := lack(reference, take)) is not None:
        return Reason.SOURCE_LACKING, lacking
    if is_to_come and source.action is Action.BLOCKED:
        return Reason.SOURCE_FAILED, f"`{reference.source}` failed: {source.note or 'see `ltxspec why`'}"
    if is_to_come and source.action is Action.HELD:
        return Reason.SOURCE_HELD, f"`{reference.source}` is held itself"
    return _waits_for_people(reference, source.request, None if is_to_come else take, verdicts, is_to_come=is_to_come)


def lack(reference: Reference, take: Take) -> str | None:
    """What a recorded take does not have that a reference asks for, in words: it will never have it."""
    name, length = _take(reference), take.request.get("duration")
    if take.status == "failed":
        return f"{name} failed"
    if reference.result is not None and reference.result > len(take.outputs) and not take.is_incomplete:
        results = "1 result" if len(take.outputs) == 1 else f"{len(take.outputs)} results"
        return f"{name} has {results}, and no result {reference.result}"
    if isinstance(reference.at, float) and isinstance(length, int | float) and reference.at >= length:
        return f"{name} is {length:g} s long: it has no frame at {reference.at:g} s"
    return None


def _waits_for_people(
    reference: Reference,
    source: Request | None,
    take: Take | None,
    verdicts: Mapping[TaskId, Remark],
    *,
    is_to_come: bool,
) -> tuple[Reason, str] | None:
    """Why a source must be approved before an order follows from it; None if it need not be, or is."""
    if source is None:
        return None
    remark = None if take is None else verdicts.get(take.task_id)
    if source.gate:
        return _not_approved(reference, remark, is_to_come=is_to_come)
    if take is None or (remark is not None and remark.verdict is Verdict.APPROVED):
        return None
    return _not_as_expected(reference, unmet_by(take, source.expect))


def _not_as_expected(reference: Reference, unmet: Mapping[str, str]) -> tuple[Reason, str] | None:
    if not unmet:
        return None
    listed = "; ".join(f"`{key}`: {words}" for key, words in unmet.items())
    cure = f"{approval(reference)} sets this free"
    return Reason.NOT_APPROVED, f"{_take(reference)} is not as expected ({listed}); {cure}"


def _not_approved(reference: Reference, remark: Remark | None, *, is_to_come: bool) -> tuple[Reason, str] | None:
    if remark is not None and remark.verdict is Verdict.APPROVED:
        return None
    if is_to_come:
        return Reason.NOT_APPROVED, f"`{reference.source}` needs an approval once it is rendered"
    if remark is None:
        return Reason.NOT_APPROVED, f"{_take(reference)} is not approved yet; {approval(reference)} sets this free"
    cure = "" if reference.take else f"; `--retake {shlex.quote(str(reference.source))}` renders it once more"
    decided = {Verdict.REJECTED: "was rejected", Verdict.NEEDS_WORK: "needs work"}[remark.verdict]
    return Reason.NOT_APPROVED, f"{_take(reference)} {decided}{cure}"


def _take(reference: Reference) -> str:
    which = "the take" if reference.take is None else f"take {reference.take}"
    return f"{which} of `{reference.source}`"


def approval(reference: Reference) -> str:
    """The command that approves exactly the take that would be used, as code."""
    number = "" if reference.take is None else f" --take {reference.take}"
    return f"`ltxspec approve {shlex.quote(str(reference.source))}{number}`"
