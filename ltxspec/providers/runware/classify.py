"""What a reply means for a task. These rules are pure functions and exist nowhere else.

Two principles govern them. An order counts as refused only when the service says so unambiguously; any other reply
leaves it unclear, so that nothing is ever bought twice. A task counts as failed only when an error is about the task
itself, so that nothing bought is ever abandoned.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from ltxspec.apply.ports import Acceptance, RenderOrder, TaskReport, TaskState
from ltxspec.lock.models import Failure
from ltxspec.providers.runware.codes import (
    DEFINITE_REFUSALS,
    NO_VERDICT,
    PERMANENT,
    WHOLE_RUN,
    ErrorKind,
    kind_of,
    names_only_a_limit,
)
from ltxspec.providers.runware.outputs import delivers, outputs_of, progress_of, total_cost
from ltxspec.providers.runware.wire import (
    ApiError,
    Item,
    WireReply,
    decode_envelope,
)
from ltxspec.values import TaskId

_STATUSES_OF_THE_ONE_TASK = frozenset({400, 401, 402, 403})  # with these, an error without an id is about the order
_NOT_DELIVERED = "uploadFailed"  # of `uploadEndpoint`: whether the video exists all the same is not documented
_MODERATION = re.compile(r"moderat|content polic|safety|nsfw|sensitive content", re.IGNORECASE)
_OF_THE_QUESTION = re.compile(r"(^|[^a-z])(taskUUID|taskType)$", re.IGNORECASE)  # the only fields of a poll request
_CODE_OF_THE_QUESTION = re.compile(r"Task(UUID|Type)", re.IGNORECASE)

# A failed render is documented to have `status: error`. Without it, an error that names a task may just as well be
# about the poll (a server or queue problem), and another poll may show success. Only these kinds are by definition
# about the request or the renderer.
_VERDICT_WITHOUT_STATUS = PERMANENT | {ErrorKind.PROVIDER}
# The archive keeps the last response to an id, which may be the answer to a repeated order. Without `status: error`
# only errors that `judge_submission` considers definite count: a renderer with problems also answers orders, and may
# still accept them.
_ARCHIVED_VERDICT_WITHOUT_STATUS = PERMANENT
# Even with it, these may be such an answer: an account without credits, too many requests at once.
_NO_ARCHIVED_VERDICT = NO_VERDICT | {ErrorKind.QUOTA, ErrorKind.RATE_LIMIT}
_ANSWERS = frozenset({ErrorKind.DUPLICATE, ErrorKind.NO_SUCH_TASK})  # errors that say what the service knows of a task


@dataclass(frozen=True, slots=True)
class OrderRefusal:
    """A definite refusal of an order: not accepted, not billed."""

    code: str
    message: str
    parameters: tuple[str, ...]
    kind: ErrorKind
    is_certain: bool = True  # false: it may be a limit of the moment

    @property
    def every_copy(self) -> bool:
        """Whether it depends on the request alone, and so holds for a copy that was sent before."""
        return self.kind is ErrorKind.VALIDATION and self.is_certain

    @property
    def whole_run(self) -> bool:
        """Whether every other order of the run would be refused too."""
        return self.kind in WHOLE_RUN


@dataclass(frozen=True, slots=True)
class Unclear:
    """No clear answer to an order: it may have been accepted."""

    reason: str
    retry_after: float | None = None


# --- orders ---------------------------------------------------------------------------------------


def judge_submission(reply: WireReply, task_id: TaskId) -> Acceptance | OrderRefusal | Unclear:
    """Classify the answer to one order that was sent alone.

    It is accepted only if `data` acknowledges our id. An error counts if it names our id, or if it names none and the
    status is 400 to 403; a definite code with status 408, 425, 429 or 5xx counts as unclear.
    """
    if reply.items_of(task_id):
        return Acceptance.ACCEPTED
    errors = reply.errors_of(task_id)
    if not errors and reply.status in _STATUSES_OF_THE_ONE_TASK:
        errors = [error for error in reply.errors if error.task_id is None]
    kinds = [kind_of(error.code) for error in errors]
    if ErrorKind.DUPLICATE in kinds:
        return Acceptance.ALREADY_KNOWN
    acknowledged = any(item.task_id is None for item in reply.items)  # perhaps this order, beside an error about it
    if errors and not reply.transient and not acknowledged and DEFINITE_REFUSALS.issuperset(kinds):
        return _refusal(errors)
    return Unclear(_unclear_reason(reply, errors), reply.retry_after)


def key_refusal(reply: WireReply) -> OrderRefusal | None:
    """The refusal of the key or account in the answer to a free request that contains nothing else."""
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
    """The definite refusal of a free request sent alone (an upload), or None."""
    verdict = judge_submission(reply, TaskId(task_id))
    return verdict if isinstance(verdict, OrderRefusal) else None


def _refusal(errors: Sequence[ApiError]) -> OrderRefusal:
    """One refusal for several errors: the first that stops the run, else the first."""
    error = next((error for error in errors if kind_of(error.code) in WHOLE_RUN), errors[0])
    return OrderRefusal(
        error.code, error.message, error.parameters, kind_of(error.code), is_certain=all(map(_is_certain, errors))
    )


def _is_certain(error: ApiError) -> bool:
    """Whether an error without `status: error` surely is of the request: `max…` is if it names a parameter."""
    if _about_the_question(error):
        return False  # of an order: its id, which may have been used before
    return bool(error.parameters) or not names_only_a_limit(error.code)


def _unclear_reason(reply: WireReply, errors: Sequence[ApiError]) -> str:
    if errors:
        return f"HTTP {reply.status}, `{errors[0].code or 'no code'}`: {errors[0].message or 'no message'}"
    if not reply.readable:
        return reply.summary if reply.transient or reply.cure is None else f"{reply.summary}; {reply.cure}"
    return f"HTTP {reply.status} without information about this order"


# --- tasks ----------------------------------------------------------------------------------------


def judge_poll(reply: WireReply, orders: Iterable[RenderOrder]) -> dict[TaskId, TaskReport]:
    """The report for each task from an answer to `getResponse`; UNKNOWN for tasks that it does not mention.

    Errors that name no task, or another task, never end a task.
    """
    reports = {}
    for order in orders:
        errors, items = reply.errors_of(order.task_id), reply.items_of(order.task_id)
        verdicts = [error for error in errors if _ends_the_task(error, reply, items)]
        known = any(kind_of(error.code) is ErrorKind.DUPLICATE for error in errors)
        report = _report(order, items, verdicts, known=known)
        reports[order.task_id] = replace(report, remark=None if report.failure else remark_in(reply, order.task_id))
    return reports


def remark_in(reply: WireReply, task_id: TaskId) -> str | None:
    """What an answer says about a task beyond its state: errors that name it, whether or not they end it.

    Answers such as "unknown" or "seen before" are states, not remarks.
    """
    named = reply.errors_of(task_id)
    errors = [error for error in named if kind_of(error.code) not in _ANSWERS and not _about_the_question(error)]
    said = [f"{error.code}: {error.message}" if error.code else error.message for error in errors]
    return "; ".join(dict.fromkeys(filter(None, said))) or None


def answers_poll(reply: WireReply, task_id: TaskId) -> bool:
    """Whether an answer to `getResponse` says anything about a task's state, including that it is unknown.

    It does not if it only reports a problem with the poll. Such a poll has failed, and says nothing about the task.
    """
    if reply.items_of(task_id):
        return True
    named = reply.errors_of(task_id)
    errors = named or [error for error in reply.errors if error.task_id is None]
    if any(kind_of(error.code) in _ANSWERS or (named and _ends_the_task(error, reply, ())) for error in errors):
        return True
    return not errors and reply.readable and reply.status < HTTPStatus.BAD_REQUEST


def judge_archive(reply: WireReply, order: RenderOrder) -> TaskReport:
    """The report for a task from the archive (`getTaskDetails`); UNKNOWN when the archive has nothing about it.

    The record is the last response to this id, so it may be the refusal of a repeated order: `conflictTaskUUID` alone
    proves that the task exists but says nothing about its state. So does a record that contains the order itself.
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
    """Whether an error that names a task in a poll ends the task, rather than reporting a problem with the poll."""
    kind = kind_of(error.code)
    if kind in NO_VERDICT or _about_the_question(error):
        return False
    if error.ends_task:
        return True
    going_on = any(not delivers(item) for item in items)  # the same answer reports the task as running
    return kind in _VERDICT_WITHOUT_STATUS and _is_certain(error) and not reply.transient and not going_on


def _ends_the_archived_task(error: ApiError) -> bool:
    kind = kind_of(error.code)
    if kind in _NO_ARCHIVED_VERDICT or _about_the_question(error):
        return False
    return error.ends_task or (kind in _ARCHIVED_VERDICT_WITHOUT_STATUS and _is_certain(error))


def _about_the_question(error: ApiError) -> bool:
    """Whether an error is about the poll request itself, by its parameter (including `[0].taskUUID`) or its code."""
    named = any(_OF_THE_QUESTION.search(parameter) for parameter in error.parameters)
    return named or bool(_CODE_OF_THE_QUESTION.search(error.code))


def _report(order: RenderOrder, items: Sequence[Item], verdicts: Sequence[ApiError], *, known: bool) -> TaskReport:
    """Combine a task's items and errors. Delivered videos are kept whatever happened to the others.

    While the same answer reports something as running, an error does not end the task, even if one result was ordered:
    the service may try again by itself.
    """
    outputs = outputs_of(items)
    pending = [item for item in items if not delivers(item)]
    wanted = max(order.results, 1)
    costs = [output.cost for output in outputs]
    report = TaskReport(
        order.task_id, TaskState.UNKNOWN, outputs, total_cost(costs, wanted), progress=progress_of(pending)
    )
    if len(outputs) >= wanted:
        return replace(report, state=TaskState.SUCCEEDED, exists=True, progress=None)
    if verdicts and not pending:
        cost = total_cost(costs + [error.cost for error in verdicts], wanted)
        failure = _failure(verdicts)
        return replace(report, state=TaskState.FAILED, cost=cost, failure=failure, exists=True, progress=None)
    if items or known:
        proof = known or bool(outputs) or bool(verdicts) or bool(report.progress)
        return replace(report, state=TaskState.RUNNING, exists=proof)
    return report


def _failure(errors: Sequence[ApiError]) -> Failure:
    """Why a task failed, in the service's words. A provider error's message may reveal a moderation stop."""
    error = next((error for error in errors if _permanent(error)), errors[0])
    return Failure(error.code or "unknown", error.message or "the service gave no reason", _permanent(error))


def _permanent(error: ApiError) -> bool:
    """Whether only the user may order again: it would fail as well, or it was rendered and not delivered."""
    kind = kind_of(error.code)
    return (
        kind in PERMANENT
        or error.code == _NOT_DELIVERED
        or (kind in {ErrorKind.PROVIDER, ErrorKind.UNKNOWN} and bool(_MODERATION.search(error.message)))
    )
