"""Turns a render made elsewhere into a take, from its request and reply as JSON. Pure."""

from collections.abc import Mapping
from typing import Any

from ltxspec.catalog.models import Catalog, Model, known_names
from ltxspec.errors import LtxspecError
from ltxspec.fingerprint import fingerprint_of
from ltxspec.lock.models import Output, Take
from ltxspec.redaction import redact_request, redact_url
from ltxspec.values import Fingerprint, Json, TaskId, is_web_address, parse_usd, total_usd

_ORDER_ONLY = frozenset({"taskUUID", "includeCost", "deliveryMethod", "outputType"})  # set by ltxspec itself


class CannotAdopt(LtxspecError):
    """The documents do not describe one finished render."""

    code = "import"


def adopted_take(request: Json, response: Json, catalog: Catalog) -> Take:
    """Build the take of a finished render.

    Args:
        request: the task object that was sent, alone or in its array.
        response: the result item, or the reply that holds it (`{"data": […]}`, or the array).
        catalog: where the request's model is looked up.

    Raises:
        CannotAdopt: request and reply do not match, the model is unknown, or the reply has no video.
    """
    order = _only(request, "request")
    task = order.get("taskUUID")
    if not isinstance(task, str) or not task:
        raise CannotAdopt("the request has no `taskUUID`", hint="pass the request as it was sent")
    items = [item for item in _items(response) if item.get("taskUUID") == task and _is_video(item)]
    if not items:
        raise CannotAdopt(
            f"the response contains no finished video of task `{task}`",
            hint="check that both belong to the same render",
        )
    model = catalog.find(str(order.get("model")))
    if model is None:
        raise CannotAdopt(f"the request's model `{order.get('model')}` is not in the catalog")
    body = {name: value for name, value in order.items() if name not in _ORDER_ONLY | model.delivery}
    outputs = tuple(_output(item) for item in items)
    cost, unknown = total_usd(output.cost for output in outputs)
    return Take(
        task_id=TaskId(task.lower()),
        fingerprint=_fingerprint(model, body),
        model=model.air,
        request=redact_request(body, known_names(model)),
        status="succeeded",
        cost=None if unknown else cost,
        outputs=outputs,
    )


def _fingerprint(model: Model, body: Mapping[str, Json]) -> Fingerprint:
    try:
        return fingerprint_of(model, body, {})
    except ValueError as error:
        raise CannotAdopt(
            f"the request has no fingerprint: {error}",
            hint="pass the request as it was sent, with images as URLs, data URIs or media ids",
        ) from error


def _only(document: Json, name: str) -> Mapping[str, Any]:
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict):
        raise CannotAdopt(f"the {name} must be one JSON object", hint="an array may contain only this one task")
    return document


def _items(response: Json) -> list[Mapping[str, Any]]:
    if isinstance(response, dict):
        response = response.get("data", [response])
    items = response if isinstance(response, list) else [response]
    return [item for item in items if isinstance(item, dict)]


def _is_video(item: Mapping[str, Any]) -> bool:
    return bool(item.get("videoURL") or item.get("mediaURL"))


def _output(item: Mapping[str, Any]) -> Output:
    cost = parse_usd(item.get("cost"))
    url = str(item.get("videoURL") or item.get("mediaURL"))
    if not is_web_address(url):
        raise CannotAdopt("the video's address is not an http or https address", hint="pass the reply unchanged")
    return Output(
        video_uuid=item.get("videoUUID") or item.get("mediaUUID"),
        video_url=redact_url(url),
        cost=cost if cost is not None and cost > 0 else None,
    )
