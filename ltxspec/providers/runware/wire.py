"""The service's JSON in both directions, without sending: task objects to bytes, replies to typed values.

A reply is read whatever its HTTP status, because refused tasks come with 400 and mixed ones with 200. All fields are
validated here and only here: an invalid value is treated as absent, and absent money is `None`, never 0.
"""

import json
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from ltxspec.canonical import canonical_bytes
from ltxspec.redaction import redact_message
from ltxspec.values import Json, TaskId, Usd, is_web_address

TRANSIENT_STATUSES = frozenset({408, 425, 429})  # and every 5xx: the request as a whole failed temporarily
_RETRY_AFTER_SECONDS = (1.0, 120.0)  # undocumented (runware-sdk 1.8.0 reads it of another product); clamped to these
_MESSAGE_LIMIT = 500
_SMALLEST_COST, _LARGEST_COST = Decimal("1e-9"), Decimal("1e6")  # amounts outside are a mistake or an attack
_COST_DIGITS = 30
_LARGEST_BALANCE = Decimal("1e12")

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", re.ASCII)  # used as a file name: no slash, no leading dot
_WHO = "this may be a login page or a proxy: log in with a browser; check `HTTPS_PROXY` and `RUNWARE_BASE_URL`"
_STATUS_CURES = {
    HTTPStatus.NOT_FOUND: "check the path in `RUNWARE_BASE_URL`",
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests: try again later",
}
_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class ApiError:
    """One error of a reply. `task_id` is None when it names no task and so concerns the request as a whole."""

    code: str
    message: str
    parameters: tuple[str, ...] = ()
    task_id: str | None = None
    ends_task: bool = False  # it has `status: error`: the generation failed, not the request about it
    cost: Usd | None = None  # cost of the failure, if the service reports it


@dataclass(frozen=True, slots=True)
class Item:
    """One object of a reply's `data` that is not an error. `fields` is the JSON as received."""

    task_id: str | None
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class WireReply:
    """An HTTP answer. `readable` is false when its body is not a JSON object: HTML, truncated, empty."""

    status: int
    readable: bool
    items: tuple[Item, ...] = ()
    errors: tuple[ApiError, ...] = ()
    retry_after: float | None = None  # seconds, 1 to 120
    is_page: bool = False  # its body is HTML

    @property
    def transient(self) -> bool:
        """Whether the status says nothing about the requested tasks: try again later."""
        return self.status in TRANSIENT_STATUSES or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR

    @property
    def summary(self) -> str:
        """A description of the answer for messages."""
        if self._is_redirect:
            return f"HTTP {self.status}, a redirect"
        if self.is_page:
            return f"HTTP {self.status} with a web page instead of JSON"
        return f"HTTP {self.status}" + ("" if self.readable else " with a body that is not the service's JSON")

    @property
    def cure(self) -> str | None:
        """A hint for an answer that is not from the service, or for a service that cannot answer now."""
        if self.status in _STATUS_CURES:
            return _STATUS_CURES[HTTPStatus(self.status)]
        if self._is_redirect or (self.is_page and not self.transient):
            return _WHO
        return "the service has a problem: try again later" if self.transient else None

    @property
    def _is_redirect(self) -> bool:
        return HTTPStatus.MULTIPLE_CHOICES <= self.status < HTTPStatus.BAD_REQUEST

    def items_of(self, task_id: TaskId) -> list[Item]:
        """The items of `data` about a task."""
        return [item for item in self.items if item.task_id == task_id.lower()]

    def errors_of(self, task_id: TaskId) -> list[ApiError]:
        """The errors that name a task."""
        return [error for error in self.errors if error.task_id == task_id.lower()]

    def mentioned(self, wanted: Iterable[TaskId]) -> set[TaskId]:
        """Which of these tasks the reply mentions."""
        named = {item.task_id for item in self.items} | {error.task_id for error in self.errors}
        return {task_id for task_id in wanted if task_id.lower() in named}


# --- to the service -------------------------------------------------------------------------------


def encode(*tasks: Mapping[str, Json]) -> bytes:
    """The body of a POST: always an array. Canonical, so that repeating an order repeats its bytes.

    Raises:
        ValueError: a task has no JSON form (NaN, integers beyond 2**53-1).
    """
    return canonical_bytes([dict(task) for task in tasks])


def get_response(task_id: TaskId) -> dict[str, Json]:
    """The task that requests the state of another one; it has that task's id."""
    return {"taskType": "getResponse", "taskUUID": task_id}


def get_task_details(task_id: TaskId) -> dict[str, Json]:
    """The task that requests the last response to another one from the archive."""
    return {"taskType": "getTaskDetails", "taskUUID": task_id}


def store_media(task_id: str, content: bytes) -> dict[str, Json]:
    """The task that stores an image; its type is detected from its first bytes."""
    data = f"data:{image_type(content)};base64,{b64encode(content).decode('ascii')}"
    return {"taskType": "mediaStorage", "taskUUID": task_id, "operation": "upload", "media": data}


def account_details(task_id: str) -> dict[str, Json]:
    """The task that requests the account's balance."""
    return {"taskType": "accountManagement", "taskUUID": task_id, "operation": "getDetails"}


def image_type(content: bytes) -> str:
    """The media type of PNG, JPEG and WEBP bytes, the formats that models accept; the server judges anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return "application/octet-stream"


# --- from the service -----------------------------------------------------------------------------


def decode_reply(status: int, content: bytes, retry_after: float | None = None) -> WireReply:
    """Parse any answer. Never raises: an unparsable one gives a reply that is not `readable`."""
    body = _parse(content)
    if not isinstance(body, dict):
        return WireReply(status, readable=False, retry_after=retry_after, is_page=content.lstrip()[:1] == b"<")
    items, errors = decode_envelope(body)
    return WireReply(status, True, items, errors, retry_after)  # noqa: FBT003  # a field, named above


def decode_envelope(body: Mapping[str, Json]) -> tuple[tuple[Item, ...], tuple[ApiError, ...]]:
    """The items and errors of an envelope: `data`, `errors` and the singular `error`, each an object or an array.

    An item of `data` that reports a failure (`status: error`, or an `error` without a status) becomes an error; only
    the first form says that the task has ended.
    A singular `error` without an id gets that of the envelope (runware-sdk 1.8.0, `errors.py`).
    """
    items: list[Item] = []
    errors = [_error(entry, None) for entry in _listed(body.get("errors"))]
    errors += [_error(entry, _reference(body)) for entry in _listed(body.get("error"))]
    for entry in _listed(body.get("data")):
        if not isinstance(entry, dict):
            continue
        if _reports_failure(entry):
            errors.append(_item_error(entry))
        else:
            items.append(Item(_reference(entry), entry))
    return tuple(items), tuple(errors)


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait from a `Retry-After` header (seconds or an HTTP date), from 1 to 120; None if unreadable."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
            seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    if math.isnan(seconds):
        return None
    return min(max(seconds, _RETRY_AFTER_SECONDS[0]), _RETRY_AFTER_SECONDS[1])


def believable_cost(value: Json) -> Usd | None:
    """A price in USD from a JSON number; None for anything else, for 0, and for implausible amounts."""
    amount = _number(value)
    if amount is None or len(amount.as_tuple().digits) > _COST_DIGITS:
        return None
    return amount if _SMALLEST_COST <= amount <= _LARGEST_COST else None


def balance(item: Item) -> Usd | None:
    """The account's balance in USD: a bare number, or `{amount}` in later versions. Here 0 is a valid value."""
    value = item.fields.get("balance")
    amount = _number(value.get("amount") if isinstance(value, dict) else value)
    return amount if amount is not None and abs(amount) <= _LARGEST_BALANCE else None


def first_identifier(fields: Mapping[str, Json], names: Sequence[str]) -> str | None:
    """The first of these fields that holds an identifier usable as a file name."""
    values = (fields.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and _IDENTIFIER.fullmatch(value)), None)


def first_address(fields: Mapping[str, Json], names: Sequence[str]) -> str | None:
    """The first of these fields that holds an http or https URL."""
    values = (fields.get(name) for name in names)
    return next((value for value in values if isinstance(value, str) and is_web_address(value)), None)


def plain_text(value: Json) -> str:
    """A message fit for a terminal and a lockfile: one line, bounded, without control characters or URL queries."""
    if not isinstance(value, str):
        return ""
    text = _UNPRINTABLE.sub(" ", value[: 4 * _MESSAGE_LIMIT])
    text = " ".join(redact_message(_QUERY.sub(r"\1?…", text)).split())
    return text if len(text) <= _MESSAGE_LIMIT else f"{text[:_MESSAGE_LIMIT]}…"


def _parse(content: bytes) -> Json:
    """Parse JSON with exact decimals; None for invalid JSON. NaN and infinities, which JSON lacks, become null."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _number(value: Json) -> Decimal | None:
    """A JSON number, exactly; None for anything else and on overflow."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() else None


def _listed(value: Json) -> list[Json]:
    """An array as it is, an empty one for null, anything else as an array of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _reference(fields: Mapping[str, Json]) -> str | None:
    """The task named by `taskUUID`, in lower case like our ids; None when none is named."""
    value = fields.get("taskUUID")
    if value is None or value == "":
        return None
    return value.lower() if isinstance(value, str) else "?"  # not an id, but not "no task" either


def _reports_failure(fields: Mapping[str, Json]) -> bool:
    status = fields.get("status")
    return status == "error" or (status is None and bool(fields.get("error")))


def _item_error(fields: Mapping[str, Json]) -> ApiError:
    """The failure reported by an item of `data`: its `error` object, or its own `code` and `message`."""
    details = fields.get("error")
    source = {**fields, "message": details} if isinstance(details, str) else fields
    error = _error(details if isinstance(details, dict) else source, _reference(fields))
    ends_task = error.ends_task or fields.get("status") == "error"
    return replace(error, task_id=_reference(fields), ends_task=ends_task, cost=believable_cost(fields.get("cost")))


def _error(entry: Json, enclosing: str | None) -> ApiError:
    """One error; a plain string is a message without a code."""
    if not isinstance(entry, dict):
        return ApiError("", plain_text(entry), task_id=enclosing)
    code = entry.get("code")
    parameters = tuple(plain_text(name) for name in _listed(entry.get("parameter")) if isinstance(name, str))
    return ApiError(
        code=plain_text(code)[:100] if isinstance(code, str) else "",
        message=plain_text(entry.get("message")),
        parameters=parameters,
        task_id=_reference(entry) or enclosing,
        ends_task=entry.get("status") == "error",
        cost=believable_cost(entry.get("cost")),
    )
