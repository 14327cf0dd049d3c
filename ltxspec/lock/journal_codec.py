"""The journal as bytes: one event a line, each with a checksum, so that a line cut off by a crash is known as such.

A line reads `{"check":"<16 hex digits>","entry":{…}}`; the check is the start of the SHA-256 of the bytes of `entry`.
An event counts once its line, with the newline, is on disk: nothing is ordered before that. What a crash leaves after
the last good line was therefore never acted upon, and may be dropped. Damage anywhere else stops the run.
"""

from collections.abc import Callable, Mapping

import orjson

from ltxspec.canonical import sha256_hex
from ltxspec.errors import Location, LockfileError, LockfileTooNew
from ltxspec.lock.fields import (
    FieldError,
    count,
    decode_failure,
    decode_outputs,
    failure_json,
    file_digests,
    known_only,
    mapping,
    money,
    money_json,
    optional_text,
    outputs_json,
    readable,
    text,
)
from ltxspec.lock.journal import Abandoned, Accepted, Committed, Delivered, Event, Failed, Finished, Intent, Repeated
from ltxspec.values import Fingerprint, Json, TaskId

_CHECK_DIGITS = 16
_HEAD, _MIDDLE, _TAIL = b'{"check":"', b'","entry":', b"}"
_ENTRY_START = len(_HEAD) + _CHECK_DIGITS + len(_MIDDLE)

_COMMON = frozenset({"event", "taskUUID", "at"})
_FAILURE = frozenset({"code", "message", "permanent"})
_FIELDS: Mapping[str, frozenset[str]] = {
    "intent": _COMMON | {"instance", "fingerprint", "retake", "attempt", "order", "request", "inputs", "estimate"},
    "repeated": _COMMON | {"order"},
    "accepted": _COMMON,
    "delivered": _COMMON | {"outputs"},
    "finished": _COMMON | {"outputs", "cost"},
    "failed": _COMMON | _FAILURE | {"outputs", "cost"},
    "committed": _COMMON,
    "abandoned": _COMMON | {"reason"},
}


def encode_event(event: Event) -> bytes:
    """One line, newline included. The order keeps its keys' order, so that a repeated order is the same bytes.

    Raises:
        ValueError: the order holds what JSON cannot.
    """
    try:
        entry = orjson.dumps(_event_json(event))
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error
    return _HEAD + _check(entry) + _MIDDLE + entry + _TAIL + b"\n"


def decode_events(data: bytes, name: str) -> list[Event]:
    """Read a journal; a torn last line is ignored.

    Raises:
        LockfileTooNew: a later ltxspec wrote an event of a kind or with a field that this one does not know.
        LockfileError: a line before the last, or a whole last line, is damaged.
    """
    lines = data[: intact_length(data)].split(b"\n")[:-1]
    return [_decode_line(line, name, number) for number, line in enumerate(lines, start=1)]


def intact_length(data: bytes) -> int:
    """How many bytes of a journal stand before its torn tail; appending must go on from there.

    Torn is what has no newline, and a last line with NUL bytes: a block of the file that was never written before the
    machine went down (JSON text holds no NUL).
    """
    end = data.rfind(b"\n") + 1
    start = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return start if b"\0" in data[start:end] else end


def _check(entry: bytes) -> bytes:
    return sha256_hex(entry)[:_CHECK_DIGITS].encode("ascii")


def _decode_line(line: bytes, name: str, number: int) -> Event:
    where = Location(name, number, 1)
    entry = line[_ENTRY_START : -len(_TAIL)]
    if line != _HEAD + _check(entry) + _MIDDLE + entry + _TAIL:
        raise LockfileError(
            f"journal `{name}` is damaged at line {number}",
            where=where,
            hint="move the file away and run `ltxspec plan`: before anything is ordered again, "
            "the provider is asked whether it already has it",
        )
    try:
        return _decode_entry(orjson.loads(entry))
    except FieldError as error:
        # The checksum is right, so the line is as it was written: by a later ltxspec.
        raise LockfileTooNew(
            f"journal `{name}` holds an event at line {number} that this ltxspec does not know: {error}",
            where=where,
            hint="upgrade ltxspec",
        ) from None


_NAMES: Mapping[type[Event], str] = {
    Intent: "intent",
    Repeated: "repeated",
    Accepted: "accepted",
    Delivered: "delivered",
    Finished: "finished",
    Failed: "failed",
    Committed: "committed",
    Abandoned: "abandoned",
}


def _event_json(event: Event) -> dict[str, Json]:
    return {"event": _NAMES[type(event)], "taskUUID": event.task_id, "at": event.at, **_particulars(event)}


def _particulars(event: Event) -> dict[str, Json]:
    """What a kind of event has of its own."""
    match event:
        case Intent():
            return _intent_json(event)
        case Repeated(order=order):
            return {} if order is None else {"order": dict(order)}
        case Delivered():
            return {"outputs": outputs_json(event.outputs)}
        case Finished() | Failed():
            failure = failure_json(event.failure) if isinstance(event, Failed) else {}
            return {**failure, "outputs": outputs_json(event.outputs), "cost": money_json(event.cost)}
        case Abandoned():
            return {"reason": readable(event.reason)}
        case Accepted() | Committed():
            return {}


def _intent_json(event: Intent) -> dict[str, Json]:
    return {
        "instance": event.instance,
        "fingerprint": event.fingerprint,
        "retake": event.retake,
        "attempt": event.attempt,
        "order": dict(event.order),
        "request": dict(event.request),
        "inputs": dict(event.inputs),
        "estimate": money_json(event.estimate),
    }


def _decode_entry(entry: Json) -> Event:
    if type(entry) is not dict:
        raise FieldError("must be an object", "entry")
    kind = text(entry, "event")
    if kind not in _FIELDS:
        raise FieldError(f"is `{kind}`", "event")
    known_only(entry, _FIELDS[kind])
    return _DECODERS[kind](entry, TaskId(text(entry, "taskUUID")), text(entry, "at"))


def _decode_intent(entry: Mapping[str, Json], task_id: TaskId, at: str) -> Event:
    return Intent(
        task_id=task_id,
        instance=text(entry, "instance"),
        fingerprint=Fingerprint(text(entry, "fingerprint")),
        retake=count(entry, "retake"),
        attempt=count(entry, "attempt"),
        order=mapping(entry, "order"),
        request=mapping(entry, "request"),
        inputs=file_digests(entry),
        estimate=money(entry, "estimate"),
        at=at,
    )


_DECODERS: Mapping[str, Callable[[Mapping[str, Json], TaskId, str], Event]] = {
    "intent": _decode_intent,
    "repeated": lambda entry, task_id, at: Repeated(
        task_id, at, mapping(entry, "order") if entry.get("order") is not None else None
    ),
    "accepted": lambda _, task_id, at: Accepted(task_id, at),
    "delivered": lambda entry, task_id, at: Delivered(task_id, decode_outputs(entry), at),
    "finished": lambda entry, task_id, at: Finished(task_id, decode_outputs(entry), money(entry, "cost"), at),
    "failed": lambda entry, task_id, at: Failed(
        task_id, decode_failure(entry), money(entry, "cost"), at, decode_outputs(entry)
    ),
    "committed": lambda _, task_id, at: Committed(task_id, at),
    "abandoned": lambda entry, task_id, at: Abandoned(task_id, optional_text(entry, "reason") or "", at),
}
