"""The quick way to read takes that are just as ltxspec writes them: succeeded, every field there, in order.

Whatever is rare or wrong is left to `codec`, which reads field by field and says what is the matter.
"""

from collections.abc import Mapping
from itertools import product

from ltxspec.lock.fields import amount
from ltxspec.lock.models import Output, Take
from ltxspec.values import Fingerprint, Json, TaskId, quick_maker

_Types = tuple[type, ...]
_NOTHING = type(None)

_make_take, _make_output = quick_maker(Take), quick_maker(Output)

# Field -> the types it usually has, in the order written.
_TAKE: Mapping[str, _Types] = {
    "attempt": (int, _NOTHING),
    "cost": (str, _NOTHING),
    "expiresAt": (str, _NOTHING),
    "fingerprint": (str,),
    "finishedAt": (str, _NOTHING),
    "inputs": (dict,),
    "model": (str,),
    "outputs": (list,),
    "request": (dict,),
    "retake": (int, _NOTHING),
    "status": (str,),
    "submittedAt": (str, _NOTHING),
    "taskUUID": (str,),
}
_OUTPUT: Mapping[str, _Types] = {
    "bytes": (int, _NOTHING),
    "cost": (str, _NOTHING),
    "sha256": (str, _NOTHING),
    "videoURL": (str, _NOTHING),
    "videoUUID": (str, _NOTHING),
}
_TAKE_FIELDS, _TAKE_TYPES = tuple(_TAKE), frozenset(product(*_TAKE.values()))
_OUTPUT_FIELDS, _OUTPUT_TYPES = tuple(_OUTPUT), frozenset(product(*_OUTPUT.values()))


def usual_take(item: Json) -> Take | None:
    """The take, if it is sound and of the usual kind; None says nothing about it."""
    if not _has_usual_fields(item, _TAKE_FIELDS, _TAKE_TYPES):
        return None
    attempt, cost, expires, fingerprint, finished, inputs, model, written, request, retake, status, sent, task = (
        item.values()
    )
    outputs = _usual_outputs(written)
    usd = None if cost is None else amount(cost)
    if status != "succeeded" or inputs or outputs is None or not (fingerprint and model and task):
        return None
    if (usd is None) is not (cost is None) or not (_is_count(retake) and _is_count(attempt)):
        return None
    return _make_take(
        TaskId(task), Fingerprint(fingerprint), model, request, "succeeded", usd, outputs, inputs,
        sent, finished, expires, retake, attempt,
    )  # fmt: skip


def _usual_outputs(written: list[Json]) -> tuple[Output, ...] | None:
    outputs = []
    for item in written:
        if not _has_usual_fields(item, _OUTPUT_FIELDS, _OUTPUT_TYPES):
            return None
        size, cost, sha256, url, uuid = item.values()
        usd = None if cost is None else amount(cost)
        if (usd is None) is not (cost is None) or (size is not None and size < 0):
            return None
        outputs.append(_make_output(uuid, url, usd, sha256, size))
    return tuple(outputs)


def _has_usual_fields(item: Json, fields: tuple[str, ...], types: frozenset[_Types]) -> bool:
    return type(item) is dict and tuple(item) == fields and tuple(map(type, item.values())) in types


def _is_count(value: int | None) -> bool:
    return value is None or value >= 1
