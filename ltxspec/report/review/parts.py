"""The parts of a review document as values: shots, changes, takes, causes. Readers raise `FieldError` with the path."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from ltxspec.errors import Diagnostic, Location, Severity
from ltxspec.lock.codec import decode_take
from ltxspec.lock.facts import AlteredTake, FactChange
from ltxspec.lock.fields import FieldError, an_object, count, file_digests, mapping, optional_text, sequence, text
from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, FieldChange, Reason
from ltxspec.plan.destinations import Destination
from ltxspec.render.models import Request
from ltxspec.review.models import ApplyRefusal, Cause, CauseKind, LostTake, RuleChange, ShotKind, ShotReview
from ltxspec.values import Fingerprint, Json, ShotAddress, TaskId, Usd, parse_usd

T = TypeVar("T")
Takes = Mapping[str, Take]


def read_takes(document: Mapping[str, Json], side: str) -> Takes:
    """The takes that one side gave, by task."""
    takes = mapping(mapping(document, "takes"), side)
    found: dict[str, Take] = {}
    for task, item in takes.items():
        try:
            found[task] = _takes(task, item)
        except FieldError as error:
            raise error.inside("takes", side, task) from None
    return found


def read_refusal(item: Mapping[str, Json]) -> ApplyRefusal:
    """Something that stands in the way."""
    return ApplyRefusal(text(item, "code"), text(item, "message"), optional_text(item, "hint"))


def read_rule(item: Mapping[str, Json]) -> RuleChange:
    """A rule or price that changed."""
    return RuleChange(text(item, "name"), optional_text(item, "before"), optional_text(item, "after"))


def read_altered(item: Mapping[str, Json]) -> AlteredTake:
    """A task that both sides record, and not in the same words."""
    return AlteredTake(_address(item), TaskId(text(item, "taskUUID")), tuple(read_list(item, "changes", _fact)))


def _fact(item: Mapping[str, Json]) -> FactChange:
    return FactChange(_string(item["path"]), item["before"], item["after"], item["expected"] is True)


def read_lost(item: Mapping[str, Json], takes: Takes) -> LostTake:
    """A take that the head has no record of."""
    return LostTake(_address(item), _take(item, "taskUUID", takes))


def read_shot(item: Mapping[str, Json], olds: Takes, news: Takes) -> ShotReview:
    """One shot; its takes are looked up by task."""
    address, prompt = _address(item), mapping(item, "prompt")
    change = item.get("change")
    origin = item.get("from")
    return ShotReview(
        address=address,
        kind=ShotKind(text(item, "kind")),
        before=_take(item, "before", olds) if item.get("before") is not None else None,
        after=_take(item, "after", news) if item.get("after") is not None else None,
        change=_change(an_object(change), address) if change is not None else None,
        changes=tuple(read_list(item, "changes", _field)),
        prompt_before=optional_text(prompt, "before"),
        prompt_after=optional_text(prompt, "after"),
        causes=tuple(read_list(item, "causes", _cause)),
        title=optional_text(item, "title"),
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
    estimate = price(item, "estimate") if counted else None
    fingerprint, task = optional_text(item, "fingerprint"), optional_text(item, "taskUUID")
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
        changes=() if action is Action.CREATE else tuple(read_list(item, "changes", _field)),
        fingerprint=None if fingerprint is None else Fingerprint(fingerprint),
        task_id=None if task is None else TaskId(task),
        estimate=estimate,
        retake=count(item, "retake"),
        attempt=count(item, "attempt"),
        request=request,
        source=source,
        origin=optional_text(item, "from"),
        note=optional_text(item, "note"),
        destination=_destination(item),
        recorded=optional_text(item, "recorded"),
    )


def _destination(item: Mapping[str, Json]) -> Destination | None:
    if item.get("delivery") is None:
        return None
    delivery = mapping(item, "delivery")
    return Destination(mapping(delivery, "parameters"), text(delivery, "digest"))


def read_diagnostic(item: Mapping[str, Json]) -> Diagnostic:
    """One problem."""
    file = optional_text(item, "file")
    where = None if file is None else Location(file, count(item, "line"), count(item, "column"))
    severity: Severity = "error" if item.get("severity") == "error" else "warning"
    return Diagnostic(severity, text(item, "code"), _string(item["message"]), where, optional_text(item, "hint"))


def _cause(item: Mapping[str, Json]) -> Cause:
    kind = CauseKind(text(item, "kind"))
    return Cause(kind.value, _string(item["name"]), optional_text(item, "before"), optional_text(item, "after"))


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


def _take(item: Mapping[str, Json], name: str, takes: Takes) -> Take:
    task = text(item, name)
    if task not in takes:
        raise FieldError("names a take that is not there", name)
    return takes[task]


def read_list(document: Mapping[str, Json], name: str, read: Callable[[Mapping[str, Json]], T]) -> list[T]:
    """A list of objects; an error names the position of the one that is wrong."""
    found: list[T] = []
    items = sequence(document, name)
    try:
        found.extend(read(an_object(item)) for item in items)
    except FieldError as error:
        raise error.inside(name, len(found)) from None
    return found


def _string(value: Json) -> str:
    if type(value) is str:
        return value
    raise FieldError("must be a string")


def number(item: Mapping[str, Json], name: str) -> int:
    """An integer of at least 0."""
    value = item.get(name)
    if type(value) is int and value >= 0:
        return value
    raise FieldError("must be an integer of at least 0", name)


def price(item: Mapping[str, Json], name: str) -> Usd | None:
    """An amount in USD; None when it is null."""
    value = optional_text(item, name)
    return None if value is None else parse_usd(value)
