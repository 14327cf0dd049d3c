"""Reads a review document back, strictly: what a job without a key wrote, a job with rights reads, and trusts nothing.

Whatever is read must be written again as the very same document. So nothing unknown gets in, no sum disagrees with its
parts, and a report made from it is the one its writer would have made.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import orjson

from ltxspec.errors import Diagnostic, Location, LtxspecError
from ltxspec.lock.codec import decode_take
from ltxspec.lock.fields import FieldError, an_object, count, file_digests, mapping, optional_text, sequence, text
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, FieldChange, Reason
from ltxspec.render.models import Request
from ltxspec.report.review_json import FORMAT_VERSION, review_document
from ltxspec.review.models import WORKING_TREE, Cause, CauseKind, Kind, LostTake, Refusal, Review, ShotReview
from ltxspec.values import Fingerprint, Json, ShotAddress, TaskId, Usd, parse_usd, total_usd

T = TypeVar("T")
_Takes = Mapping[str, Take]
_AGAIN = "make it again with `ltxspec diff --format json` of this very version"


class ReviewFileError(LtxspecError):
    """A document is not a review that this ltxspec would have written."""

    code = "review-file"


def read_review(data: bytes, name: str) -> Review:
    """Read a review document from its bytes.

    Args:
        data: the whole file.
        name: the file as shown to users.

    Raises:
        ReviewFileError: it is not JSON, or not a review.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        try:
            document = json.loads(data)  # which takes lone surrogates and long numbers, as `jsontext` writes them
        except (ValueError, RecursionError):
            raise ReviewFileError(f"`{name}` is not JSON: {error.msg}", hint=_AGAIN) from None
    return review_from_json(document, name)


def review_from_json(document: Json, name: str = "review") -> Review:
    """Read a review document from parsed JSON. Raises ReviewFileError as `read_review` does."""
    version = document.get("formatVersion") if isinstance(document, dict) else None
    if version != FORMAT_VERSION:
        raise ReviewFileError(f"`{name}` is not a review document of format {FORMAT_VERSION}", hint=_AGAIN)
    try:
        review = _review(document)
        again = {**review_document(review), "ltxspecVersion": text(document, "ltxspecVersion")}
    except FieldError as error:
        raise ReviewFileError(f"`{name}` is not a review document: {error}", hint=_AGAIN) from None
    except (ValueError, TypeError, RecursionError, AttributeError, KeyError, ArithmeticError):
        raise ReviewFileError(f"`{name}` holds a value that no review has", hint=_AGAIN) from None
    different = _difference(document, again)
    if different is not None:
        raise ReviewFileError(f"`{name}` contradicts itself at `{different or '/'}`", hint=_AGAIN)
    _check_sums(review, name)
    return review


def _review(document: Mapping[str, Json]) -> Review:
    takes = mapping(document, "takes")
    olds, news = (_each(_takes, mapping(takes, side), "takes", side) for side in ("base", "head"))
    base, head, total = (mapping(document, part) for part in ("base", "head", "total"))
    spent, estimate, under_way = (_sum(document, part) for part in ("spent", "estimate", "underWay"))
    before, after = _sum(total, "before"), _sum(total, "after")
    commit = optional_text(head, "commit")
    return Review(
        base=text(base, "commit"),
        head=WORKING_TREE if head.get("isWorkingTree") is True else text(head, "commit"),
        provider=text(document, "provider"),
        shots=_list(document, "shots", lambda item: _shot(item, olds, news)),
        unchanged=_number(mapping(document, "summary"), "unchanged"),
        spent=spent[0],
        spent_unknown=spent[1],
        estimate=estimate[0],
        estimate_unknown=estimate[1],
        total_before=before[0],
        total_after=after[0],
        lost=_list(document, "lost", lambda item: LostTake(_address(item), _take(item, "taskUUID", olds))),
        limit=_price(document, "limit"),
        plan_digest=optional_text(document, "planDigest") or "",
        diagnostics=_list(document, "diagnostics", _diagnostic),
        total_before_unknown=before[1],
        total_after_unknown=after[1],
        under_way=under_way[0],
        under_way_unknown=under_way[1],
        refusals=_list(
            document, "refusals", lambda item: Refusal(text(item, "code"), text(item, "message"), _text(item, "hint"))
        ),
        base_name=_text(base, "name") or "",
        head_commit=commit,
    )


def _shot(item: Mapping[str, Json], olds: _Takes, news: _Takes) -> ShotReview:
    address, prompt = _address(item), mapping(item, "prompt")
    change = item.get("change")
    origin = item.get("from")
    return ShotReview(
        address=address,
        kind=Kind(text(item, "kind")),
        before=_take(item, "before", olds) if item.get("before") is not None else None,
        after=_take(item, "after", news) if item.get("after") is not None else None,
        change=_change(an_object(change), address) if change is not None else None,
        changes=tuple(_list(item, "changes", _field)),
        prompt_before=_text(prompt, "before"),
        prompt_after=_text(prompt, "after"),
        causes=tuple(_list(item, "causes", _cause)),
        title=_text(item, "title"),
        labels={name: _string(value) for name, value in mapping(item, "labels").items()},
        origin=_address(an_object(origin)) if origin is not None else None,
        source=_source(item),
        bought=tuple(news[_string(task)] for task in sequence(item, "bought")),
        inherited=item.get("inherited") is True,
    )


def _change(item: Mapping[str, Json], address: ShotAddress) -> Change:
    action = Action(text(item, "action"))
    counted = action.spends or action is Action.RESUME
    source = _source(item)
    estimate = _price(item, "estimate") if counted else None
    fingerprint, task = _text(item, "fingerprint"), _text(item, "taskUUID")
    body = mapping(item, "request")
    request = None
    if body:
        file, line, column = source or ("", 1, 1)
        mark = Fingerprint(fingerprint or "")
        request = Request(address, body, {}, file_digests(item), mark, estimate, file, line, column)
    return Change(
        address=_address(item),
        action=action,
        reasons=tuple(Reason(_string(reason)) for reason in sequence(item, "reasons")),
        changes=() if action is Action.CREATE else tuple(_list(item, "changes", _field)),
        fingerprint=None if fingerprint is None else Fingerprint(fingerprint),
        task_id=None if task is None else TaskId(task),
        estimate=estimate,
        retake=count(item, "retake"),
        attempt=count(item, "attempt"),
        request=request,
        source=source,
        origin=_text(item, "from"),
        note=_text(item, "note"),
    )


def _diagnostic(item: Mapping[str, Json]) -> Diagnostic:
    file = _text(item, "file")
    where = None if file is None else Location(file, count(item, "line"), count(item, "column"))
    severity = "error" if item.get("severity") == "error" else "warning"
    return Diagnostic(
        "error" if severity == "error" else "warning", text(item, "code"), _string(item["message"]), where,
        _text(item, "hint"),
    )  # fmt: skip


def _cause(item: Mapping[str, Json]) -> Cause:
    kind = CauseKind(text(item, "kind"))
    return Cause(kind.value, _string(item["name"]), _text(item, "before"), _text(item, "after"))


def _field(item: Mapping[str, Json]) -> FieldChange:
    return FieldChange(_string(item["path"]), item["before"], item["after"])


def _address(item: Mapping[str, Json]) -> ShotAddress:
    return ShotAddress(text(item, "spec"), text(item, "instance"))


def _source(item: Mapping[str, Json]) -> tuple[str, int, int] | None:
    if item.get("source") is None:
        return None
    place = mapping(item, "source")
    return _string(place["file"]), count(place, "line"), count(place, "column")


def _takes(task: str, item: Json) -> Take:
    take = decode_take(an_object(item))
    if take.task_id != task:
        raise FieldError("is not the task it stands under", "taskUUID")
    return take


def _take(item: Mapping[str, Json], name: str, takes: _Takes) -> Take:
    task = text(item, name)
    if task not in takes:
        raise FieldError("names a take that is not there", name)
    return takes[task]


def _each(read: Callable[[str, Json], T], items: Mapping[str, Json], *path: str) -> dict[str, T]:
    found: dict[str, T] = {}
    for name, item in items.items():
        try:
            found[name] = read(name, item)
        except FieldError as error:
            raise error.inside(*path, name) from None
    return found


def _list(document: Mapping[str, Json], name: str, read: Callable[[Mapping[str, Json]], T]) -> list[T]:
    found: list[T] = []
    items = sequence(document, name)
    try:
        found.extend(read(an_object(item)) for item in items)
    except FieldError as error:
        raise error.inside(name, len(found)) from None
    return found


def _text(item: Mapping[str, Json], name: str) -> str | None:
    return optional_text(item, name)


def _string(value: Json) -> str:
    if type(value) is str:
        return value
    raise FieldError("must be a string")


def _number(item: Mapping[str, Json], name: str) -> int:
    value = item.get(name)
    if type(value) is int and value >= 0:
        return value
    raise FieldError("must be an integer of at least 0", name)


def _price(item: Mapping[str, Json], name: str) -> Usd | None:
    value = optional_text(item, name)
    return None if value is None else parse_usd(value)


def _sum(document: Mapping[str, Json], name: str) -> tuple[Usd, int]:
    item = mapping(document, name)
    amount = _price(item, "usd")
    if amount is None:
        raise FieldError("must be a decimal string in USD", name, "usd")
    return amount, _number(item, "unknown")


def _check_sums(review: Review, name: str) -> None:
    """The sums of a review follow from its parts; a document that says otherwise is refused."""
    changes = [shot.change for shot in review.shots if shot.change]
    told = {
        "spent": (review.spent, review.spent_unknown),
        "estimate": (review.estimate, review.estimate_unknown),
        "underWay": (review.under_way, review.under_way_unknown),
    }
    found = {
        "spent": total_usd(_unique(take for shot in review.shots for take in shot.bought)),
        "estimate": total_usd(change.estimate for change in changes if change.action.spends),
        "underWay": total_usd(change.estimate for change in changes if change.action is Action.RESUME),
    }
    wrong = next((part for part in told if told[part] != found[part]), None)
    if wrong is not None:
        raise ReviewFileError(f"`{name}` contradicts itself: `{wrong}` is not the sum of its parts", hint=_AGAIN)


def _unique(takes: Iterable[Take]) -> Iterable[Usd | None]:
    return {take.task_id: take.cost for take in takes}.values()


def _difference(one: Json, other: Json, path: str = "") -> str | None:
    """A JSON Pointer to the first place at which two values differ; None when they are the same."""
    if type(one) is not type(other):
        return path
    if isinstance(one, dict):
        if list(one) != list(other) and set(one) != set(other):
            return f"{path}/{min(set(one) ^ set(other))}"
        return _first((f"{path}/{key}", one[key], other[key]) for key in one)
    if isinstance(one, list):
        if len(one) != len(other):
            return path
        return _first((f"{path}/{index}", *pair) for index, pair in enumerate(zip(one, other, strict=True)))
    return None if one == other else path


def _first(parts: Iterable[tuple[str, Json, Json]]) -> str | None:
    return next((found for path, one, other in parts if (found := _difference(one, other, path)) is not None), None)
