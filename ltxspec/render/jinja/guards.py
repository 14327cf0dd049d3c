"""Guards of filters and tests: each counts what its filter will walk, compare or print, before it runs.

A guard takes the filter's arguments and returns the value that the filter then works on.
"""

from collections.abc import Callable, Sequence
from typing import Any

from jinja2.runtime import Undefined

from ltxspec.render.jinja.access import attribute_path, elements, fail, replaced_size, short
from ltxspec.render.jinja.budget import Meter, TemplateLimit, as_text, check_percent, describe, operate, width_of
from ltxspec.render.jinja.traps import (
    MIXED,
    WRITTEN,
    Side,
    comparable_items,
    comparable_kinds,
    items_of,
    judged,
)
from ltxspec.spec.readings import number_of
from ltxspec.suggest import shown

Function = Callable[..., Any]

_HASHED_BITS = 60  # from 61 on, Python gives any number of integers the same hash
_COPIED = 64  # characters copied in one step


def comparable(budget: Meter, value: Any) -> Any:
    """Count the cost of comparing or searching a value, and return it."""
    if isinstance(value, str):
        budget.spend(len(value) // 16)
    elif isinstance(value, list | tuple | dict):
        budget.measure(value)
    return value


def equated(budget: Meter, left: Any, right: Any, sign: str, *named: str) -> bool:
    """The result of `==`, `!=`, `in` or `not in` (as Jinja calls them): no text is compared with a number.

    `named` is, for either side, its name or nothing, and what `checking.equate` remarks about it.
    """
    for value in (left, right):
        comparable(budget, value)
    is_in = sign in ("in", "notin")
    found = left in right if is_in else bool(left == right)
    if not found:
        names = (*named, "", "", "", "")[:4]
        one, two = (Side(names[at] or None, WRITTEN in names[at + 1], MIXED in names[at + 1]) for at in (0, 2))
        (comparable_items if is_in else comparable_kinds)(left, right, one, two)
    return found is (sign in ("eq", "in"))


def unseen(_budget: Meter, value: Any, /, *_given: Any, **_named: Any) -> Any:
    """For filters that pass a value on, or take its length, without inspecting it."""
    return value


def walked(budget: Meter, values: Any, /, *_given: Any, **_named: Any) -> Sequence[Any]:
    """For filters that visit every item."""
    return elements(budget, values)


def chosen(budget: Meter, values: Any, /, *given: Any, **_named: Any) -> Sequence[Any]:
    """For filters that keep what a test accepts; without a test, they judge the items themselves."""
    items = elements(budget, values)
    for value in items if not given else ():
        judged(value)
    return items


def chosen_by(budget: Meter, values: Any, /, *given: Any, **_named: Any) -> Sequence[Any]:
    """As `chosen`, by an attribute of the items."""
    items = elements(budget, values)
    for value in _picked(budget, items, given[0]) if len(given) == 1 else ():
        judged(value)
    return items


def default_guard(_budget: Meter, value: Any, /, default_value: Any = "", boolean: Any = False) -> Any:  # noqa: ARG001, FBT002  # Jinja's
    """For `default`."""
    return judged(value) if boolean else value


def items_guard(budget: Meter, value: Any, /) -> Any:
    """For `items`."""
    if not isinstance(value, Undefined):  # which has no items in Jinja
        elements(budget, value)
    return value


def batch_guard(budget: Meter, values: Any, /, linecount: Any, fill_with: Any = None) -> Sequence[Any]:
    """For `batch`."""
    budget.build(0 if fill_with is None else max(linecount, 0))
    return elements(budget, values)


def slice_guard(budget: Meter, values: Any, /, slices: Any, *_given: Any, **_named: Any) -> Sequence[Any]:
    """For `slice`."""
    budget.build(max(slices, 0))
    return elements(budget, values)


def text_guard(budget: Meter, value: Any, /, *given: Any, **named: Any) -> str:
    """For filters whose work is proportional to a text; other values become text first, as in Jinja."""
    short(*given, *named.values())
    text = as_text(budget, value)
    budget.build(len(text))
    return text


def urlencode_guard(budget: Meter, value: Any, /) -> Any:
    """For `urlencode`."""
    if not isinstance(value, dict | list | tuple):
        return text_guard(budget, value)
    budget.measure(value)
    return value


def striptags_guard(budget: Meter, value: Any, /) -> str:
    """For `striptags`."""
    text = text_guard(budget, value)
    budget.spend(text.count("<") * len(text) // _COPIED)  # each removed tag copies the rest
    return text


def center_guard(budget: Meter, value: Any, /, width: Any = 80) -> str:
    """For `center`."""
    budget.build(max(width, 0))
    return text_guard(budget, value)


def indent_guard(budget: Meter, value: Any, /, width: Any = 4, *_given: Any, **_named: Any) -> str:
    """For `indent`."""
    text = as_text(budget, value)
    margin = len(width) if isinstance(width, str) else max(width, 0)
    budget.build(len(text) + (len(text.splitlines()) + 1) * (margin + 1))
    return text


def wordwrap_guard(
    budget: Meter, value: Any, /, width: Any = 79, *given: Any, wrapstring: Any = None, **_named: Any
) -> str:
    """For `wordwrap`."""
    text = text_guard(budget, value)
    between = given[1] if len(given) > 1 else wrapstring
    longest = max(map(len, text.split()), default=0)
    budget.spend(len(text) * (longest // max(width, 1)) // _COPIED)  # each line of a long word copies the rest of it
    lines = len(text.splitlines()) + 2 * len(text) // max(width, 1)
    budget.build(len(text) + lines * len(between or "\n"))
    return text


def replace_guard(budget: Meter, value: Any, /, old: Any, new: Any, count: Any = None) -> str:
    """For `replace`."""
    text = as_text(budget, value)
    budget.build(replaced_size(text, as_text(budget, old), as_text(budget, new), count))
    return text


def format_guard(budget: Meter, value: Any, /, *given: Any, **named: Any) -> str:
    """For `format`."""
    text = as_text(budget, value)
    check_percent(budget, text, named or given)
    return text


def join_guard(budget: Meter, values: Any, /, d: Any = "", attribute: Any = None) -> Sequence[Any]:
    """For `join`."""
    items = elements(budget, items_of(values) if d else values)
    texts = [as_text(budget, value) for value in _picked(budget, items, attribute)]
    budget.build(sum(map(len, texts)) + len(as_text(budget, d)) * max(len(texts) - 1, 0))
    return texts if attribute is None else items


def _picked(budget: Meter, items: Sequence[Any], path: Any) -> Sequence[Any]:
    if path is None:
        return items
    find = attribute_path(path)
    return [find(budget, value) for value in items]


def compared(position: int, check: Function | None = None, *, sorts: bool = False) -> Function:
    """For filters that compare items, or the `attribute` of items given as argument number `position`."""

    def guard(budget: Meter, values: Any, /, *given: Any, attribute: Any = None, **named: Any) -> Sequence[Any]:
        short(*given, *named.values())  # a default may replace every item
        items = elements(budget, values)
        budget.spend(len(items) * len(items).bit_length() if sorts else 0)
        path = given[position] if len(given) > position else attribute
        for part in path.split(",") if sorts and isinstance(path, str) else [path]:
            for key in _picked(budget, items, part):
                if not isinstance(key, Undefined):
                    budget.measure(key)
                if check is not None:
                    check(key)
        return items

    return guard


def hashed(key: Any) -> None:
    """Refuse a key that is slow to compare by its hash."""
    if isinstance(key, tuple):
        for part in key:
            hashed(part)
    elif isinstance(key, int) and key.bit_length() > _HASHED_BITS:
        raise TemplateLimit(f"`unique` compares a number of more than {_HASHED_BITS} bits")


def summed(key: Any) -> None:
    """Refuse anything but numbers."""
    if not isinstance(key, int | float | Undefined):
        raise TypeError("`sum` adds only numbers; combine texts with `join`")


def dictsort_guard(budget: Meter, value: Any, /, *given: Any, **named: Any) -> Any:
    """For `dictsort`."""
    by_value = "value" in (*given, *named.values()) and isinstance(value, dict)
    compared(0, sorts=True)(budget, list(value.values()) if by_value else value)
    return value


def number_guard(_budget: Meter, value: Any, /, *_given: Any, **_named: Any) -> Any:
    """For filters that read a number: no undefined value, and no text too long to be a number."""
    if isinstance(value, Undefined):
        fail(value)
    if isinstance(value, str):
        width_of(str(len(value)))
    return value


def read_number(budget: Meter, value: Any, /, *given: Any, default: Any = None, **named: Any) -> Any:
    """For `int` and `float`, which Jinja lets return 0 for text that is not a number."""
    value = number_guard(budget, value)
    if given or default is not None or named or not isinstance(value, str) or number_of(value) is not None:
        return value
    raise ValueError(f"{shown(value)} is not a number")


def round_guard(budget: Meter, value: Any, /, precision: Any = 0, *_given: Any, **_named: Any) -> Any:
    """For `round`."""
    width_of(str(abs(precision)))
    return number_guard(budget, value)


def compare(budget: Meter, *values: Any, **named: Any) -> None:
    """For tests that compare two values."""
    for value in (*values, *named.values()):
        comparable(budget, value)


def equals(budget: Meter, value: Any, other: Any, /) -> None:
    """For tests that ask whether two values are equal."""
    equated(budget, value, other, "eq")


def within(budget: Meter, value: Any, seq: Any) -> None:
    """For the test `in`."""
    equated(budget, value, seq, "in")


def divide(budget: Meter, value: Any, /, num: Any = 2) -> None:
    """For tests that divide."""
    for part in (value, num):
        if isinstance(part, Undefined):
            fail(part)
    operate(budget, "%", value, num)


def looped(budget: Meter, values: Any, cost: int, label: str | None = None) -> Any:
    """Count all rounds of a loop whose body costs `cost` steps, before the first one."""
    items = elements(budget, items_of(values, label))
    budget.spend(len(items) * cost)
    return items


def sliced(budget: Meter, value: Any) -> Any:
    """Count a slice."""
    budget.build(len(value))
    return value


def spread(budget: Meter, value: Any) -> Any:
    """The mapping that `**` unpacks, counted."""
    if not isinstance(value, dict):
        raise TypeError(f"`**` needs a mapping, not {describe(value)}")
    budget.spend(len(value))
    return value
