"""Turns a render made elsewhere into a take, from its request and reply as JSON. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ltxspec.catalog.models import PROMPT, Catalog, Model, known_names
from ltxspec.errors import LtxspecError
from ltxspec.fingerprint import fingerprint_of
from ltxspec.lock.models import Output, Take
from ltxspec.redaction import redact_request, redact_url
from ltxspec.values import Fingerprint, Json, TaskId, is_web_address, parse_usd, total_usd

_ORDER_ONLY = frozenset({"taskUUID", "includeCost", "deliveryMethod", "outputType"})  # set by ltxspec itself
_SAFE_INTEGER = 2**53 - 1  # beyond it JSON numbers differ between readers
_FINISHED = ("success", "completed")  # as in the replies of the service, and of its SDKs
_FAILED = "error"
_AUTHENTICATION = "authentication"  # an element of the array that carries the key instead of a header


class CannotAdopt(LtxspecError):
    """The documents do not describe one finished render. `of_reply`: what is wrong is in the reply."""

    code = "import"

    def __init__(self, summary: str, *, hint: str | None = None, of_reply: bool = False) -> None:
        super().__init__(summary, hint=hint)
        self.of_reply = of_reply


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
    if not _is_printable(task):
        raise CannotAdopt("the request's `taskUUID` is not a printable text", hint="pass the request as it was sent")
    results = [item for item in _items(response) if item.get("taskUUID") == task]
    items = [item for item in results if _is_video(item)]
    _refuse_unfinished(task, results)
    if not items:
        raise CannotAdopt(
            f"the response contains no finished video of task `{task}`",
            hint="check that both belong to the same render",
            of_reply=True,
        )
    model = catalog.find(str(order.get("model")))
    if model is None:
        raise CannotAdopt(f"the request's model `{order.get('model')}` is not in the catalog")
    body = body_of(order, model)
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


def body_of(order: Mapping[str, Json], model: Model) -> dict[str, Json]:
    """The request of an order as a spec gives the same one, without what belongs to one order or to its delivery."""
    sent = {name: value for name, value in order.items() if name not in _ORDER_ONLY | model.delivery}
    return as_rendered(sent, model)


def as_rendered(sent: Mapping[str, Json], model: Model) -> dict[str, Json]:
    """A request as a spec gives the same one, whatever form it was sent in.

    Null means that a parameter is not given, whole numbers may be written as fractions, a model may be given by its
    slug, the service ignores space around a prompt, and images had another place and name in an older form.
    """
    body: dict[str, Any] = {name: _plain(value) for name, value in sent.items() if value is not None}
    body |= {"taskType": model.task_type, "model": model.air}
    if isinstance(prompt := body.get(PROMPT), str):
        body[PROMPT] = prompt.strip()
    if ("inputs", "frameImages", "*") in model.media:
        inputs = body.get("inputs", {})
        images = inputs.get("frameImages", body.pop("frameImages", None)) if isinstance(inputs, Mapping) else None
        if isinstance(images, list):
            body["inputs"] = {**inputs, "frameImages": [*map(_renamed, images)]}
    return body


def _plain(value: Json) -> Json:
    """A JSON value without nulls in mappings, with numbers as JSON writes them: whole ones as integers."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float | Decimal):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) <= _SAFE_INTEGER else number
    return value


def _renamed(image: Json) -> Json:
    """An item of `frameImages` in its present form; the older one had `inputImage`."""
    if not isinstance(image, Mapping) or "inputImage" not in image:
        return image
    return {"image": image["inputImage"], **{name: value for name, value in image.items() if name != "inputImage"}}


def _fingerprint(model: Model, body: Mapping[str, Json]) -> Fingerprint:
    try:
        return fingerprint_of(model, body, {})
    except ValueError as error:
        raise CannotAdopt(
            f"the request has no fingerprint: {error}",
            hint="pass the request as it was sent, with images as URLs, data URIs or media ids",
        ) from error


def _only(document: Json, name: str) -> Mapping[str, Any]:
    if isinstance(document, list):
        tasks = [item for item in document if not _is_authentication(item)]
        document = tasks[0] if len(tasks) == 1 else document
    if not isinstance(document, dict):
        raise CannotAdopt(f"the {name} must be one JSON object", hint="an array may contain only this one task")
    return document


def _is_authentication(item: Json) -> bool:
    return isinstance(item, Mapping) and item.get("taskType") == _AUTHENTICATION


def _items(response: Json) -> list[Mapping[str, Any]]:
    if isinstance(response, dict):
        response = response.get("data", [response])
    items = response if isinstance(response, list) else [response]
    return [item for item in items if isinstance(item, dict)]


def _is_printable(name: object) -> bool:
    """Whether an id is a text that can be recorded: without control characters, and without parts of characters."""
    return isinstance(name, str) and name.isprintable()


def _is_video(item: Mapping[str, Any]) -> bool:
    return bool(item.get("videoURL") or item.get("mediaURL"))


def _refuse_unfinished(task: str, results: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a reply with anything that is not finished: only results that failed may be beside the videos."""
    for item in results:
        status = item.get("status")
        if status is None or status in _FINISHED or (status == _FAILED and not _is_video(item)):
            continue
        raise CannotAdopt(
            f"the render of task `{task}` is not finished: its status is `{status}`",
            hint="pass the reply that came when the task has ended, or use `--task-uuid`",
            of_reply=True,
        )


def _output(item: Mapping[str, Any]) -> Output:
    cost = parse_usd(item.get("cost"))
    url = str(item.get("videoURL") or item.get("mediaURL"))
    if not is_web_address(url):
        text = "the video's address is not an http or https address"
        raise CannotAdopt(text, hint="pass the reply unchanged", of_reply=True)
    name = item.get("videoUUID") or item.get("mediaUUID")
    if name is not None and not _is_printable(name):
        raise CannotAdopt("the video's id is not a printable text", hint="pass the reply unchanged", of_reply=True)
    return Output(
        video_uuid=name,
        video_url=redact_url(url),
        cost=cost if cost is not None and cost > 0 else None,
    )
