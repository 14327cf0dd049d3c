"""From a planned request to the exact body that is sent, and back from a journalled intent: always the same body."""

import copy
from collections.abc import Mapping, Sequence

from ltxspec.apply.ports import Order
from ltxspec.lock.journal import Intent
from ltxspec.lock.redaction import REDACTED, redact_secrets
from ltxspec.plan.actions import Change
from ltxspec.render.models import Request
from ltxspec.values import Json, TaskId

Uploads = Mapping[tuple[str | int, ...], str]  # place in the body -> the provider's media id


def order_body(request: Request, task: TaskId, uploads: Uploads | None = None) -> dict[str, Json]:
    """The task object as it is sent: the request, its id, the wish to be told the cost, delivery options."""
    body = {"taskType": request.body["taskType"], "taskUUID": task, **copy.deepcopy(dict(request.body))}
    for path, media in (uploads or {}).items():
        _put(body, path, media)
    return {**body, "includeCost": True, **request.delivery}


def make_intent(change: Change, request: Request, body: Mapping[str, Json], at: str) -> Intent:
    """What the journal keeps of an order: enough to repeat it and to write its take, but no secret.

    Where a secret stands in the order (a presigned address), the journal says so; a repeat takes it from the spec.
    """
    return Intent(
        task_id=TaskId(str(body["taskUUID"])),
        instance=change.address.instance,
        fingerprint=request.fingerprint,
        retake=change.retake,
        attempt=change.attempt,
        order=_withheld(body),
        request=redact_secrets(dict(request.body)),
        inputs=dict(request.inputs),
        estimate=request.estimate,
        at=at,
    )


def order_from(intent: Intent, request: Request | None) -> Order:
    """The order to repeat or to watch.

    Args:
        intent: what was journalled.
        request: the same request as rendered now, which knows what was too secret to be journalled. Without it an order
            that held a secret is not whole: it can be watched, and is never sent.
    """
    same = request is not None and request.fingerprint == intent.fingerprint
    body = _restored(intent.order, {**request.body, **request.delivery} if request is not None and same else {})
    return Order(intent.task_id, body, results=int(intent.order.get("numberResults", 1)), whole=_is_whole(body))


def _withheld(value: Json) -> Json:
    """A JSON value in which every text that holds a secret is replaced as a whole."""
    if isinstance(value, Mapping):
        safe = redact_secrets(value)
        return {key: REDACTED if safe[key] == REDACTED else _withheld(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_withheld(item) for item in value]
    return REDACTED if isinstance(value, str) and redact_secrets(value) != value else value


def _restored(value: Json, source: Json) -> Json:
    """The value as it was: what was withheld is taken from the same place in `source`, where it is there."""
    if isinstance(value, Mapping):
        known = source if isinstance(source, Mapping) else {}
        return {key: _restored(item, known.get(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        others = source if isinstance(source, list | tuple) and len(source) == len(value) else [None] * len(value)
        return [_restored(item, other) for item, other in zip(value, others, strict=True)]
    return source if value == REDACTED and isinstance(source, str) else value


def _is_whole(value: Json) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_whole, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_is_whole, value))
    return bool(value != REDACTED)


def _put(body: dict[str, Json], path: Sequence[str | int], value: str) -> None:
    place: Json = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
