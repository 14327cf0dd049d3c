"""Finds orders and results in whatever JSON was kept of them: requests, replies, logs of scripts. Pure."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from ltxspec.values import Json

Item = Mapping[str, Any]

_PROMPT: Final = "positivePrompt"
_ADDRESSES: Final = ("videoURL", "mediaURL")
_RESULT: Final = (*_ADDRESSES, "videoUUID", "mediaUUID", "status")  # fields that no order has
_ABOUT: Final = frozenset({"authentication", "ping", "getResponse", "getTaskDetails", "accountManagement"})  # no work
_IDS: Final = ("videoUUID", "mediaUUID")  # what tells two results of one task apart; without them their addresses do

_BRACKET: Final = re.compile(r"[{\[]")
_DECODER: Final = json.JSONDecoder(parse_float=Decimal)
_PART: Final = 4096  # characters in which most documents of a text end
_GROWTH: Final = 16
_LONGEST_WORD: Final = 16  # characters of what JSON has without an end of its own, such as `-Infinity`
_DEEP: Final = 10_000  # characters that count as read where brackets are too deep


@dataclass(frozen=True, slots=True)
class Place:
    """Where an object was found."""

    file: str  # as shown to users
    line: int | None = None  # of a file with one document a line

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Order:
    """A task object as it was sent. `task` is its id in lower case; None if it was kept without."""

    item: Item
    place: Place

    @property
    def task(self) -> str | None:
        """The id of the task."""
        return _task_of(self.item)


@dataclass(slots=True)
class Exchanges:
    """Orders and results, as they were found.

    Attributes:
        orders: each order once.
        results: what is known of each task: results, failures, states; in the order in which they were found.
        different: tasks under which two different orders were found; none of them counts.
        others: how many orders of other kinds there are, by task type: they make no videos.
    """

    orders: list[Order] = field(default_factory=list)
    results: dict[str, list[tuple[Item, Place]]] = field(default_factory=dict)
    different: dict[str, list[Place]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    _known: dict[str, Order] = field(default_factory=dict)

    def add(self, document: Json, place: Place, task_types: Collection[str]) -> None:
        """Add every order and result in a document, at any depth, also in texts that are JSON.

        Args:
            document: the document.
            place: where it is.
            task_types: those that make videos.
        """
        for item in _objects(document):
            if _is_order(item):
                kind = item.get("taskType", next(iter(task_types), ""))
                kind = kind if isinstance(kind, str) else json.dumps(kind, default=str)
                if kind in task_types:
                    self._add_order(Order(item, place))
                elif kind not in _ABOUT:
                    self.others[kind] += 1
            elif (task := _task_of(item)) is not None and _says_something(item):
                self.results.setdefault(task, []).append((item, place))

    def _add_order(self, order: Order) -> None:
        task = order.task
        if task is None:
            self.orders.append(order)
            return
        known = self._known.setdefault(task, order)
        if known is order:
            self.orders.append(order)
        elif known.item != order.item:
            self.different.setdefault(task, [known.place]).append(order.place)

    @property
    def sound(self) -> list[Order]:
        """The orders without those of which two versions were found."""
        return [order for order in self.orders if order.task not in self.different]

    @property
    def without_order(self) -> Mapping[str, Place]:
        """Tasks with a video, of which no order was found, and where the video was."""
        return {
            task: found[-1][1]
            for task, found in self.results.items()
            if task not in self._known and any(is_video(item) for item, _ in found)
        }

    def videos(self, order: Order) -> Sequence[Item]:
        """The finished videos of an order under its own task id, each once, as last reported with its cost."""
        found: list[dict[str, Any]] = []
        for item, _ in self.results.get(order.task or "", ()):
            if not is_video(item):
                continue
            earlier = next((one for one in found if _is_same_video(one, item)), None)
            if earlier is None:
                found.append(earlier := {})
            cost = {"cost": item.get("cost") or earlier.get("cost")}
            given = {name: value for name, value in item.items() if value is not None}
            earlier |= {**given, **cost, "taskUUID": order.item["taskUUID"]}
        return found

    def failure(self, order: Order) -> str | None:
        """Why a task failed, in the words of the service; None if no failure was found."""
        failed = [item for item, _ in self.results.get(order.task or "", ()) if _is_failure(item)]
        if not failed:
            return None
        return ": ".join(str(failed[-1][name]) for name in ("code", "message") if failed[-1].get(name)) or "error"


def is_video(item: Item) -> bool:
    """Whether a result has the address of a video."""
    return any(item.get(name) for name in _ADDRESSES)


def _is_same_video(one: Item, other: Item) -> bool:
    """Whether two results of one task are the same video: by their ids, or by their addresses if one has no id."""
    ids, addresses = (
        [{str(item[name]).partition("?")[0] for name in names if item.get(name)} for item in (one, other)]
        for names in (_IDS, _ADDRESSES)
    )
    return bool(ids[0] & ids[1] if all(ids) else addresses[0] & addresses[1])


def documents_in(text: str, most: int) -> Iterator[tuple[Json, int, int]]:
    """The JSON objects and lists in running text, such as a log or a chat, each with its first index and its end.

    Args:
        text: the text.
        most: characters that may be read in all: text with many braces that are no JSON is not searched without end.

    Raises:
        OverflowError: the limit was reached.
    """
    place = 0
    while (start := _BRACKET.search(text, place)) is not None:
        place = start.start()
        try:
            found, length = _decoded(text, place)
        except json.JSONDecodeError as error:
            most, place = most - error.pos - 1, place + 1
        except RecursionError:
            most, place = most - _DEEP, place + 1
        else:
            if found:
                yield found, place, place + length
            most, place = most - length, place + length
        if most < 0:
            raise OverflowError


def _decoded(text: str, start: int) -> tuple[Json, int]:
    """The document that starts there, and its length. Raises JSONDecodeError, with a position from there.

    It is read from a part of the text, a greater one if that is too short: an error counts all lines before it.
    """
    size = _PART
    while True:
        part = text[start : start + size]
        try:
            return _DECODER.raw_decode(part)
        except json.JSONDecodeError as error:
            is_at_end = error.pos >= len(part) - _LONGEST_WORD or error.msg.startswith("Unterminated string")
            if not is_at_end or start + size >= len(text):
                raise
        size *= _GROWTH


def _objects(document: Json) -> Iterator[Item]:
    """Every mapping in a document that is an order or a result, or may hold some; what an order holds is its own."""
    waiting: list[Json] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, Mapping):
            yield value
            if not _is_order(value):
                waiting += reversed(list(value.values()))
        elif isinstance(value, str) and (inner := _inner(value)) is not None:
            waiting.append(inner)


def _inner(text: str) -> Json | None:
    """The document in a text that is JSON and mentions a task, as logs and recordings of browsers keep bodies."""
    if not ("taskUUID" in text or "taskType" in text) or text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        return None


def _is_order(item: Item) -> bool:
    """Whether an object was sent to order something: it names a model, and has nothing that only results have."""
    if not isinstance(item.get("model"), str) or any(item.get(name) for name in _RESULT):
        return False
    return isinstance(item.get("taskType"), str) or isinstance(item.get(_PROMPT), str)


def _task_of(item: Item) -> str | None:
    task = item.get("taskUUID")
    return task.lower() if isinstance(task, str) and task else None


def _says_something(item: Item) -> bool:
    return any(item.get(name) for name in (*_RESULT, "code"))


def _is_failure(item: Item) -> bool:
    return not is_video(item) and (item.get("status") == "error" or bool(item.get("code")))
