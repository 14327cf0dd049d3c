"""Writes a review as a JSON document for programs; `review/document.py` declares it, `reading.py` reads it back."""

from collections.abc import Iterable

from msgspec.structs import asdict, replace

from ltxspec.formats import to_json
from ltxspec.lock.facts import AlteredTake
from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Note, Remark
from ltxspec.plan.actions import Change
from ltxspec.plan.document import Sum
from ltxspec.redaction import redact_secrets
from ltxspec.report.diagnostics import problem_of
from ltxspec.report.jsontext import encode
from ltxspec.report.plan.json import planned_shot, source_of
from ltxspec.review.document import (
    Address,
    AlteredTask,
    Base,
    Head,
    LostTask,
    PendingShot,
    Prompts,
    RedecidedTake,
    ReviewDocument,
    ReviewedShot,
    SidesTakes,
    SidesUnmet,
    SidesUses,
    Totals,
    UsedShot,
)
from ltxspec.review.follows import Use
from ltxspec.review.models import WORKING_TREE, Redecision, Review, ShotKind, ShotReview
from ltxspec.values import ShotAddress, TaskId
from ltxspec.version import __version__

FORMAT_VERSION = "1.0"  # added keys increase the minor number, changed meanings the major one


def review_json(review: Review) -> bytes:
    """The document as indented UTF-8 JSON with a final newline."""
    return encode(to_json(review_document(review)), indent=True) + b"\n"


def review_document(review: Review) -> ReviewDocument:
    """The document of a review. Each take is written once, under the side it comes from."""
    olds = [shot.before for shot in review.shots] + [item.take for item in review.lost]
    news = [take for shot in review.shots for take in (shot.after, *shot.bought)]
    return ReviewDocument(
        format_version=FORMAT_VERSION,
        ltxspec_version=__version__,
        provider=review.provider,
        base=Base(review.base, review.base_name),
        head=Head(review.head_commit or _commit(review.head), review.head == WORKING_TREE),
        rules=tuple(review.rules),
        summary={kind.value: review.count(kind) for kind in ShotKind} | {"unchanged": review.unchanged},
        spent=Sum(review.spent, review.spent_unknown),
        estimate=Sum(review.estimate, review.estimate_unknown),
        under_way=Sum(review.under_way, review.under_way_unknown),
        total=Totals(
            Sum(review.total_before, review.total_before_unknown), Sum(review.total_after, review.total_after_unknown)
        ),
        reckoned=review.reckoned,
        limit=review.limit,
        plan_digest=review.plan_digest or None,
        refusals=tuple(review.refusals),
        lost=tuple(LostTask(*_names(item.address), item.take.task_id) for item in review.lost),
        altered=tuple(map(_altered, review.altered)),
        takes=SidesTakes(_by_task(olds), _by_task(news)),
        shots=tuple(map(_shot, review.shots)),
        diagnostics=tuple(map(problem_of, review.diagnostics)),
        redecided=tuple(map(_redecided, review.redecided)) or None,
        verdicts=_verdicts(review, tasks := {take.task_id for take in (*olds, *news) if take is not None}) or None,
        notes=_notes(review, tasks) or None,
        take_numbers=_numbers(review, tasks | {item.task for item in review.redecided}) or None,
    )


def _numbers(review: Review, tasks: set[TaskId]) -> dict[str, int]:
    """Which takes of their shots these are."""
    return {task: number for task, number in review.numbers.items() if task in tasks}


def _verdicts(review: Review, tasks: set[TaskId]) -> dict[str, Remark]:
    """The deciding verdict of each of these tasks that has one, without secrets."""
    last = {task: said[-1] for task, said in review.verdicts.items() if task in tasks and said}
    return {task: _without_secrets(one) for task, one in last.items()}


def _notes(review: Review, tasks: set[TaskId]) -> dict[str, tuple[Note, ...]]:
    """The notes about each of these tasks that has any, without secrets."""
    found = {task: notes for task, notes in review.noted.items() if task in tasks and notes}
    return {
        task: tuple(replace(note, note=redact_secrets(note.note), by=redact_secrets(note.by)) for note in notes)
        for task, notes in found.items()
    }


def _redecided(item: Redecision) -> RedecidedTake:
    before, after = (None if one is None else _without_secrets(one) for one in (item.before, item.after))
    return RedecidedTake(*_names(item.address), item.task, before, after)


def _without_secrets(remark: Remark) -> Remark:
    return replace(remark, note=redact_secrets(remark.note), by=redact_secrets(remark.by))


def _commit(name: str) -> str | None:
    return None if name == WORKING_TREE else name


def _names(address: ShotAddress) -> tuple[str, str, str]:
    return str(address), address.spec, address.instance


def _altered(item: AlteredTake) -> AlteredTask:
    changes = (
        replace(change, before=redact_secrets(change.before), after=redact_secrets(change.after))
        for change in item.changes
    )
    return AlteredTask(*_names(item.address), item.task_id, tuple(changes))


def _by_task(takes: Iterable[Take | None]) -> dict[str, Take]:
    """The takes by task, each once."""
    found: dict[str, Take] = {}
    for take in takes:
        if take is not None:
            found.setdefault(take.task_id, take)
    return found


def _shot(shot: ShotReview) -> ReviewedShot:
    address, spec, instance = _names(shot.address)
    return ReviewedShot(
        address=address,
        spec=spec,
        instance=instance,
        kind=shot.kind,
        inherited=shot.inherited,
        before=shot.before.task_id if shot.before else None,
        after=shot.after.task_id if shot.after else None,
        references=SidesUses(tuple(map(_used, shot.uses_before)), tuple(map(_used, shot.uses_after))),
        unmet=SidesUnmet(shot.unmet_before, shot.unmet_after),
        bought=tuple(take.task_id for take in shot.bought),
        changes=shot.changes,
        prompt=Prompts(shot.prompt_before, shot.prompt_after),
        causes=shot.causes,
        title=shot.title,
        labels=dict(shot.labels),
        from_=Address(*_names(shot.origin)) if shot.origin else None,
        source=source_of(shot.source),
        change=_pending(shot.change) if shot.change else None,
    )


def _used(use: Use) -> UsedShot:
    reference = use.reference
    pinned = reference.take is not None
    return UsedShot(*_names(use.source), reference.at, use.ends, use.take, use.result, pinned, use.sha256)


def _pending(change: Change) -> PendingShot:
    """The entry of a plan document, and everything else that is needed to show the shot in full."""
    inputs = dict(change.request.inputs) if change.request else {}
    shot = asdict(planned_shot(change)) | {"labels": None}  # the labels are in the reviewed shot itself
    return PendingShot(**shot, retake=change.retake, attempt=change.attempt, inputs=inputs)
