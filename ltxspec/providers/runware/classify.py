"""What a reply means for a task: pure rules, the only place where they stand.

Two rules rule the others. An order counts as refused only when the service says so in a way that leaves no doubt;
everything unclear is unclear, so that nothing is ever bought twice. And a task counts as failed only when an error
speaks of the task itself, so that nothing bought is ever given up.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from http import HTTPStatus

from msgspec import structs

from ltxspec.apply.ports import Acceptance, RenderOrder, TaskReport, TaskState
from ltxspec.lock.models import Failure, Output
from ltxspec.providers.runware.codes import DEFINITE_REFUSALS, PERMANENT, WHOLE_RUN, ErrorKind, kind_of
from ltxspec.providers.runware.wire import (
    ApiError,
    Item,
    WireReply,
    believable_cost,
    decode_envelope,
    first_address,
    first_identifier,
)
from ltxspec.values import TaskId, Usd

_STATUSES_OF_THE_ONE_TASK = frozenset({400, 401, 402, 403})  # an error without an id is then about the order sent
_FINISHED_STATUSES = frozenset({"success", "completed"})  # the second is also read as an end by SDK 1.4
_VIDEO_ID = ("videoUUID", "mediaUUID")
_VIDEO_URL = ("videoURL", "mediaURL")
_COMPLETE = 100  # per cent
_MODERATION = re.compile(r"moderat|content polic|safety|nsfw|sensitive content", re.IGNORECASE)
_OF_THE_QUESTION = re.compile(r"(^|[^a-z])(taskUUID|taskType)$", re.IGNORECASE)  # all that a look consists of
_CODE_OF_THE_QUESTION = re.compile(r"Task(UUID|Type)", re.IGNORECASE)

# These never end a task, even when they name it and say `status: error`: they speak of the key or of the question.
_NO_VERDICT = frozenset({ErrorKind.AUTH, ErrorKind.DUPLICATE, ErrorKind.NO_SUCH_TASK})
# A failed render is documented to say `status: error`. Without it, an error that names a task may just as well be
# about the look (a server or a queue in trouble), and another look may show success. Only these kinds are about the
# request or the renderer by their very meaning.
_VERDICT_WITHOUT_STATUS = PERMANENT | {ErrorKind.PROVIDER}
# The archive keeps the last response to an id, and that may be the answer to a repeated order. Without `status: error`
# only what `judge_submission` calls definite counts: a renderer in trouble answers orders, too, and may take them.
_ARCHIVED_VERDICT_WITHOUT_STATUS = PERMANENT
# With it these may still be such an answer: an account without credits, too many requests at once.
_NO_ARCHIVED_VERDICT = _NO_VERDICT | {ErrorKind.QUOTA, ErrorKind.RATE_LIMIT}
_ANSWERS = frozenset({ErrorKind.DUPLICATE, ErrorKind.NO_SUCH_TASK})  # errors that tell what the service knows of a task


@dataclass(frozen=True, slots=True)
class OrderRefusal:
    """A definite no to an order: not accepted, not billed."""

    code: str
    message: str
    parameters: tuple[str, ...]
    kind: ErrorKind

    @property
    def whole_run(self) -> bool:
        """Whether no other order can succeed either."""
        return self.kind in WHOLE_RUN


@dataclass(frozen=True, slots=True)
class Unclear:
    """No clear answer to an order: it may have been accepted."""

    reason: str
    retry_after: float | None = None


# --- orders ---------------------------------------------------------------------------------------


def judge_submission(reply: WireReply, task_id: TaskId) -> Acceptance | OrderRefusal | Unclear:
    """What the answer to one order, sent alone, says about it.

    Accepted only when `data` acknowledges our id. An error counts when it names our id, or names none and the status
    is 400 to 403; a definite code under 408, 425, 429 or 5xx counts as unclear.
    """
    if reply.items_of(task_id):
        return Acceptance.ACCEPTED
    errors = reply.errors_of(task_id)
    if not errors and reply.status in _STATUSES_OF_THE_ONE_TASK:
        errors = [error for error in reply.errors if error.task_id is None]
    kinds = [kind_of(error.code) for error in errors]
    if ErrorKind.DUPLICATE in kinds:
        return Acceptance.ALREADY_KNOWN
    if errors and not reply.transient and DEFINITE_REFUSALS.issuperset(kinds):
        return _refusal(errors)
    return Unclear(_unclear_reason(reply, errors), reply.retry_after)


def key_refusal(reply: WireReply) -> OrderRefusal | None:
    """The refusal of the key or account in the answer to a free request, when nothing else was answered."""
    if reply.items or not reply.readable:
        return None
    errors = [error for error in reply.errors if kind_of(error.code) is ErrorKind.AUTH]
    if errors:
        return _refusal(errors)
    if reply.status == HTTPStatus.UNAUTHORIZED:
        first = reply.errors[0] if reply.errors else ApiError("unauthorized", "")
        return OrderRefusal(first.code or "unauthorized", first.message, first.parameters, ErrorKind.AUTH)
    return None


def request_refusal(reply: WireReply, task_id: str) -> OrderRefusal | None:
    """The definite refusal of a free request sent alone (an upload), if it is one."""
    verdict = judge_submission(reply, TaskId(task_id))
    return verdict if isinstance(verdict, OrderRefusal) else None


def _refusal(errors: Sequence[ApiError]) -> OrderRefusal:
    """One refusal for several errors: the one that stops the run if any, else the first."""
    error = next((error for error in errors if kind_of(error.code) in WHOLE_RUN), errors[0])
    return OrderRefusal(error.code, error.message, error.parameters, kind_of(error.code))


def _unclear_reason(reply: WireReply, errors: Sequence[ApiError]) -> str:
    if errors:
        return f"HTTP {reply.status}, `{errors[0].code or 'no code'}`: {errors[0].message or 'no message'}"
    if not reply.readable:
        return reply.told if reply.transient or reply.cure is None else f"{reply.told}; {reply.cure}"
    return f"HTTP {reply.status} with no word about this order"


# --- tasks ----------------------------------------------------------------------------------------


def judge_poll(reply: WireReply, orders: Iterable[RenderOrder]) -> dict[TaskId, TaskReport]:
    """What the answer to `getResponse` says of each task; UNKNOWN where it says nothing.

    Errors that name no task, or another one, never end a task.
    """
    reports = {}
    for order in orders:
        errors, items = reply.errors_of(order.task_id), reply.items_of(order.task_id)
        verdicts = [error for error in errors if _ends_the_task(error, reply, items)]
        known = any(kind_of(error.code) is ErrorKind.DUPLICATE for error in errors)
        reports[order.task_id] = _report(order, items, verdicts, known=known)
    return reports


def answers_poll(reply: WireReply, task_id: TaskId) -> bool:
    """Whether an answer to `getResponse` says how a task is doing, be it that there is nothing to say.

    It does not when all that it says is trouble with the look. Such a look has failed, which is no word about the task.
    """
    if reply.items_of(task_id):
        return True
    named = reply.errors_of(task_id)
    errors = named or [error for error in reply.errors if error.task_id is None]
    if any(kind_of(error.code) in _ANSWERS or (named and _ends_the_task(error, reply, ())) for error in errors):
        return True
    return not errors and reply.readable and reply.status < HTTPStatus.BAD_REQUEST


def judge_archive(reply: WireReply, order: RenderOrder) -> TaskReport:
    """What the archive (`getTaskDetails`) says of a task; UNKNOWN when it holds nothing of it.

    The record is the last response to this id, so it may be the refusal of a repeated order: `conflictTaskUUID` alone
    proves that the task exists and says nothing about its state. So does a record that kept the order itself.
    """
    items: list[Item] = []
    errors: list[ApiError] = []
    known = False
    for record in reply.items_of(order.task_id):
        response = record.fields.get("response")
        found, failures = decode_envelope(response) if isinstance(response, dict) else ((), ())
        items += [item for item in found if item.task_id in {None, order.task_id.lower()}]
        errors += [error for error in failures if error.task_id in {None, order.task_id.lower()}]
        known = known or bool(found) or (not failures and bool(record.fields.get("request")))
    kinds = {kind_of(error.code) for error in errors}
    verdicts = [error for error in errors if _ends_the_archived_task(error)]
    return _report(order, items, verdicts, known=known or ErrorKind.DUPLICATE in kinds)


def _ends_the_task(error: ApiError, reply: WireReply, items: Sequence[Item]) -> bool:
    """Whether an error that names a task in a poll is the end of the task, and not trouble with the poll."""
    kind = kind_of(error.code)
    if kind in _NO_VERDICT or _about_the_question(error):
        return False
    if error.ends_task:
        return True
    going_on = any(not _delivers(item) for item in items)  # the same answer calls the task alive
    return kind in _VERDICT_WITHOUT_STATUS and not reply.transient and not going_on


def _ends_the_archived_task(error: ApiError) -> bool:
    kind = kind_of(error.code)
    if kind in _NO_ARCHIVED_VERDICT or _about_the_question(error):
        return False
    return error.ends_task or kind in _ARCHIVED_VERDICT_WITHOUT_STATUS


def _about_the_question(error: ApiError) -> bool:
    """Whether an error objects to what a look consists of, by its parameter (`[0].taskUUID`, too) or by its code."""
    named = any(_OF_THE_QUESTION.search(parameter) for parameter in error.parameters)
    return named or bool(_CODE_OF_THE_QUESTION.search(error.code))


def _report(order: RenderOrder, items: Sequence[Item], verdicts: Sequence[ApiError], *, known: bool) -> TaskReport:
    """Put a task's items and errors together. What was delivered is kept whatever became of the rest.

    While some results of several are still being made, an error of another one does not end the task.
    """
    outputs = _outputs(items)
    pending = [item for item in items if not _delivers(item)]
    wanted = max(order.results, 1)
    costs = [output.cost for output in outputs]
    report = TaskReport(order.task_id, TaskState.UNKNOWN, outputs, _total(costs, wanted), progress=_progress(pending))
    if len(outputs) >= wanted:
        return replace(report, state=TaskState.SUCCEEDED, exists=True, progress=None)
    if verdicts and not (pending and wanted > 1):
        cost = _total(costs + [error.cost for error in verdicts], wanted)
        failure = _failure(verdicts)
        return replace(report, state=TaskState.FAILED, cost=cost, failure=failure, exists=True, progress=None)
    if items or known:
        proof = known or bool(outputs) or bool(verdicts) or bool(report.progress)
        return replace(report, state=TaskState.RUNNING, exists=proof)
    return report


def _delivers(item: Item) -> bool:
    """Whether an item is a finished video. Examples of the model page have no status; an unheard-of one is no end."""
    status = item.fields.get("status")
    if status is not None and not (isinstance(status, str) and status in _FINISHED_STATUSES):
        return False
    return bool(first_identifier(item.fields, _VIDEO_ID) or first_address(item.fields, _VIDEO_URL))


def _outputs(items: Iterable[Item]) -> tuple[Output, ...]:
    """The distinct videos: every poll repeats all of them, and a mention without an id may repeat one by its URL."""
    told = [_output(item) for item in items if _delivers(item)]
    found: dict[str, Output] = {}
    by_address: dict[str | None, str] = {}
    for output in sorted(told, key=lambda output: output.video_uuid is None):
        key = output.video_uuid or by_address.get(output.video_url) or str(output.video_url)
        found[key] = _merged(found[key], output) if key in found else output
        by_address.setdefault(output.video_url, key)
    return tuple(found.values())


def _output(item: Item) -> Output:
    return Output(
        video_uuid=first_identifier(item.fields, _VIDEO_ID),
        video_url=first_address(item.fields, _VIDEO_URL),
        cost=believable_cost(item.fields.get("cost")),
    )


def _merged(first: Output, second: Output) -> Output:
    """Two tellings of one video: what either knows. Two different prices make it unknown."""
    contradiction = first.cost is not None and second.cost is not None and first.cost != second.cost
    cost = None if contradiction else (first.cost if first.cost is not None else second.cost)
    return structs.replace(first, video_url=first.video_url or second.video_url, cost=cost)


def _total(costs: Sequence[Usd | None], wanted: int) -> Usd | None:
    """What a task costs; None while any of its results has not told: a failed one may be billed too."""
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) if len(known) == len(costs) and len(known) >= wanted else None


def _progress(pending: Iterable[Item]) -> int | None:
    """Per cent of the slowest result that tells any."""
    told = [item.fields.get("progress") for item in pending]
    numbers = [value for value in told if isinstance(value, int | Decimal) and not isinstance(value, bool)]
    return min((int(value) for value in numbers if 0 <= value <= _COMPLETE), default=None)


def _failure(errors: Sequence[ApiError]) -> Failure:
    """Why a task failed, in the service's words. A moderation stop may hide behind a provider error's message."""
    error = next((error for error in errors if _permanent(error)), errors[0])
    return Failure(error.code or "unknown", error.message or "the service gave no reason", _permanent(error))


def _permanent(error: ApiError) -> bool:
    kind = kind_of(error.code)
    return kind in PERMANENT or (
        kind in {ErrorKind.PROVIDER, ErrorKind.UNKNOWN} and bool(_MODERATION.search(error.message))
    )
