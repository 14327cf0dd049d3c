"""From a planned request to the exact body that is sent, and back from a journalled intent: always the same body."""

import copy
from collections.abc import Mapping, Sequence

from ltxspec.apply.ports import Order
from ltxspec.lock.journal import Intent
from ltxspec.lock.redaction import redact_secrets
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

    Delivery options that hold a secret (a presigned upload address) are left out; a replay takes them from the spec.
    """
    secrets = {name for name in request.delivery if redact_secrets(body[name]) != body[name]}
    return Intent(
        task_id=TaskId(str(body["taskUUID"])),
        instance=change.address.instance,
        fingerprint=request.fingerprint,
        retake=change.retake,
        attempt=change.attempt,
        order={name: value for name, value in body.items() if name not in secrets},
        request=redact_secrets(dict(request.body)),
        inputs=dict(request.inputs),
        estimate=request.estimate,
        at=at,
    )


def order_from(intent: Intent, delivery: Mapping[str, Json]) -> Order:
    """The order to repeat or to watch. `delivery` supplies the options that were too secret to be journalled."""
    body = {**intent.order, **{name: value for name, value in delivery.items() if name not in intent.order}}
    return Order(intent.task_id, body, results=int(intent.order.get("numberResults", 1)))


def _put(body: dict[str, Json], path: Sequence[str | int], value: str) -> None:
    place: Json = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
