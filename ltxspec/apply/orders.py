"""Turns a planned request into the exact body that is sent, and into the journal's record of it.

The body is always built from the currently planned request. The journal is a file that may have been copied, restored
or forged: it says which tasks may exist, never what is ordered.
"""

import copy
from collections.abc import Mapping, Sequence

from ltxspec.apply.ports import RenderOrder
from ltxspec.lock.journal import Intent
from ltxspec.plan.actions import Change
from ltxspec.redaction import REDACTED, redact_request, redact_secrets, without_unknown
from ltxspec.render.models import Request
from ltxspec.values import Json, TaskId

Uploads = Mapping[tuple[str | int, ...], str]  # place in the body -> the provider's media id


def order_body(request: Request, task: TaskId | None, uploads: Uploads | None = None) -> dict[str, Json]:
    """The task object as it is sent: the request, its id (None: not known yet), `includeCost`, the delivery options."""
    body = {"taskType": request.body["taskType"], "taskUUID": task, **copy.deepcopy(dict(request.body))}
    for path, media in (uploads or {}).items():
        _put(body, path, media)
    return {**body, "includeCost": True, **request.delivery}


def make_order(request: Request, task: TaskId, uploads: Uploads | None = None) -> RenderOrder:
    """The order for a request, as it is sent."""
    return RenderOrder(task, order_body(request, task, uploads), results=results_of(request.body))


def results_of(body: Mapping[str, Json]) -> int:
    """The number of videos that complete the task."""
    wanted = body.get("numberResults", 1)
    return wanted if type(wanted) is int and wanted > 0 else 1


def make_intent(change: Change, body: Mapping[str, Json], at: str) -> Intent:
    """The journal's record of an order: enough to watch it and to write its take, without secrets."""
    request = change.request
    if request is None or request.fingerprint is None:
        raise AssertionError(f"{change.address} has nothing to order")
    return Intent(
        task_id=TaskId(str(body["taskUUID"])),
        instance=change.address.instance,
        fingerprint=request.fingerprint,
        retake=change.retake,
        attempt=change.attempt,
        order=without_secrets(without_unknown(body, request.known)),
        request=redact_request(request.body, request.known),
        inputs=dict(request.inputs),
        estimate=request.estimate,
        at=at,
    )


def order_from(intent: Intent, request: Request | None) -> RenderOrder:
    """The order of a task left by an earlier run, for watching and, where allowed, for sending again.

    Args:
        intent: the journalled intent.
        request: the request for this task now. Without it, or if it has changed since, the order is not whole: it can
            be watched, but is never sent.
    """
    if request is None or intent.fingerprint not in request.versions:
        return RenderOrder(intent.task_id, {}, results=results_of(intent.order), whole=False)
    return make_order(request, intent.task_id)


def as_planned(intent: Intent, request: Request) -> Intent:
    """The intent for the take: as journalled if that matches the planned request, else as planned.

    Two requests with the same fingerprint differ at most in recorded-only fields and in written-out defaults.
    """
    planned = redact_request(request.body, request.known)
    if _rendering(intent.request, request) == _rendering(planned, request) and intent.inputs == request.inputs:
        return intent
    return Intent(
        intent.task_id, intent.instance, intent.fingerprint, intent.retake, intent.attempt,
        intent.order, planned, dict(request.inputs), request.estimate, intent.at, intent.fence,
    )  # fmt: skip


def without_secrets(value: Json) -> Json:
    """A JSON value in which every string that contains a secret is replaced entirely."""
    if isinstance(value, Mapping):
        safe = redact_secrets(value)
        return {key: REDACTED if safe[key] == REDACTED else without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_secrets(item) for item in value]
    return REDACTED if isinstance(value, str) and redact_secrets(value) != value else value


def _rendering(body: Mapping[str, Json], request: Request) -> dict[str, Json]:
    """The fields of a body that determine the video."""
    return {name: value for name, value in body.items() if name not in request.recorded}


def _put(body: dict[str, Json], path: Sequence[str | int], value: str) -> None:
    place: Json = body
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
