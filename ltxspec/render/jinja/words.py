"""The filters and tests of templates: Jinja's own, each held to the budget.

No Jinja filter is reimplemented here, except `tojson`. Before a filter runs, its guard counts what it will walk,
compare or print, and refuses arguments that would let it build too much. Afterwards any excess of the result is
counted, and lazy results become lists, so that no work is deferred. A filter without a guard is not available.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial, wraps
from itertools import islice
from typing import Any

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined

from ltxspec.render.jinja.access import attribute_path, elements, fail, replaced_size, short
from ltxspec.render.jinja.budget import MAX_SIZE, Meter, TemplateLimit, as_text, check_percent, operate, width_of

Function = Callable[..., Any]

_WEB = "is for web pages, and a prompt is plain text"
UNAVAILABLE_FILTERS: Mapping[str, str] = {  # docs/specs.md lists these with the same wording
    "attr": "reads Python attributes; write `value.name`",
    **dict.fromkeys(("e", "escape", "forceescape", "safe", "urlize", "xmlattr"), _WEB),
    "pprint": "wraps lines differently in different versions of Python; use `tojson(2)`",
    "random": "gives a different result each time",
}
UNAVAILABLE_TESTS: Mapping[str, str] = {
    "escaped": _WEB,
    "sameas": "compares memory addresses, which differ from run to run; use `==`",
}
DIFFERENT_FILTERS: Mapping[str, str] = {
    "sum": "adds numbers only",
    "tojson": "writes plain JSON: no escapes for web pages, keys in their order",
}
UNAVAILABLE_FUNCTIONS: Mapping[str, str] = {"lipsum": "gives a different result each time"}

_HASHED_BITS = 60  # from 61 on, Python gives any number of integers the same hash
_COPIED = 64  # characters copied in one step
_RUNNING = (Context, EvalContext, Environment)
_GROWN = (str, list)


def filters_for(budget: Meter, stock: Mapping[str, Function]) -> dict[str, Function]:
    """The filters of templates by name, based on Jinja's own."""
    metered = {name: _metered(budget, stock[name], guard) for name, guard in _FILTERS.items()}
    return {**metered, "tojson": partial(_tojson, budget)}


def tests_for(budget: Meter, stock: Mapping[str, Function]) -> dict[str, Function]:
    """The tests of templates by name, based on Jinja's own."""
    return {name: _judged(budget, stock[name], guard) if guard else stock[name] for name, guard in _TESTS.items()}


def comparable(budget: Meter, value: Any) -> Any:
    """Count the cost of comparing or searching a value, and return it."""
    if isinstance(value, str):
        budget.spend(len(value) // 16)
    elif isinstance(value, list | tuple | dict):
        budget.measure(value)
    return value


def _metered(budget: Meter, stock: Function, guard: Function) -> Function:
    @wraps(stock)  # keeps the marks that tell Jinja to pass the context or environment first
    def run(*given: Any, **named: Any) -> Any:
        first = given[:1] if isinstance(given[0], _RUNNING) else ()
        given = given[len(first) :]
        left = budget.left
        value = guard(budget, *given, **named)
        paid = left - budget.left
        result = stock(*first, value, *given[1:], **named)
        if hasattr(result, "__next__"):
            result = list(islice(result, MAX_SIZE + 1))
        if type(result) in _GROWN and len(result) > min(paid, MAX_SIZE):
            budget.build(len(result))
        return result

    return run


def _judged(budget: Meter, stock: Function, guard: Function) -> Function:
    @wraps(stock)
    def run(*given: Any, **named: Any) -> Any:
        guard(budget, *given, **named)
        return stock(*given, **named)

    return run


def _unseen(_budget: Meter, value: Any, /, *_given: Any, **_named: Any) -> Any:
    """For filters that pass a value on, or take its length, without inspecting it."""
    return value


def _walked(budget: Meter, values: Any, /, *_given: Any, **_named: Any) -> Sequence[Any]:
    return elements(budget, values)


def _items(budget: Meter, value: Any, /) -> Any:
    if not isinstance(value, Undefined):  # which has no items in Jinja
        elements(budget, value)
    return value


def _batch(budget: Meter, values: Any, /, linecount: Any, fill_with: Any = None) -> Sequence[Any]:
    budget.build(0 if fill_with is None else max(linecount, 0))
    return elements(budget, values)


def _slice(budget: Meter, values: Any, /, slices: Any, *_given: Any, **_named: Any) -> Sequence[Any]:
    budget.build(max(slices, 0))
    return elements(budget, values)


def _text(budget: Meter, value: Any, /, *given: Any, **named: Any) -> str:
    """For filters whose work is proportional to a text; other values become text first, as in Jinja."""
    short(*given, *named.values())
    text = as_text(budget, value)
    budget.build(len(text))
    return text


def _urlencode(budget: Meter, value: Any, /) -> Any:
    if not isinstance(value, dict | list | tuple):
        return _text(budget, value)
    budget.measure(value)
    return value


def _striptags(budget: Meter, value: Any, /) -> str:
    text = _text(budget, value)
    budget.spend(text.count("<") * len(text) // _COPIED)  # each removed tag copies the rest
    return text


def _center(budget: Meter, value: Any, /, width: Any = 80) -> str:
    budget.build(max(width, 0))
    return _text(budget, value)


def _indent(budget: Meter, value: Any, /, width: Any = 4, *_given: Any, **_named: Any) -> str:
    text = as_text(budget, value)
    margin = len(width) if isinstance(width, str) else max(width, 0)
    budget.build(len(text) + (len(text.splitlines()) + 1) * (margin + 1))
    return text


def _wordwrap(budget: Meter, value: Any, /, width: Any = 79, *given: Any, wrapstring: Any = None, **_named: Any) -> str:
    text = _text(budget, value)
    between = given[1] if len(given) > 1 else wrapstring
    longest = max(map(len, text.split()), default=0)
    budget.spend(len(text) * (longest // max(width, 1)) // _COPIED)  # each line of a long word copies the rest of it
    lines = len(text.splitlines()) + 2 * len(text) // max(width, 1)
    budget.build(len(text) + lines * len(between or "\n"))
    return text


def _replace(budget: Meter, value: Any, /, old: Any, new: Any, count: Any = None) -> str:
    text = as_text(budget, value)
    budget.build(replaced_size(text, as_text(budget, old), as_text(budget, new), count))
    return text


def _format(budget: Meter, value: Any, /, *given: Any, **named: Any) -> str:
    text = as_text(budget, value)
    check_percent(budget, text, named or given)
    return text


def _join(budget: Meter, values: Any, /, d: Any = "", attribute: Any = None) -> Sequence[Any]:
    items = elements(budget, values)
    texts = [as_text(budget, value) for value in _picked(budget, items, attribute)]
    budget.build(sum(map(len, texts)) + len(as_text(budget, d)) * max(len(texts) - 1, 0))
    return texts if attribute is None else items


def _picked(budget: Meter, items: Sequence[Any], path: Any) -> Sequence[Any]:
    if path is None:
        return items
    find = attribute_path(path)
    return [find(budget, value) for value in items]


def _compared(position: int, check: Function | None = None, *, sorts: bool = False) -> Function:
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


def _hashed(key: Any) -> None:
    if isinstance(key, tuple):
        for part in key:
            _hashed(part)
    elif isinstance(key, int) and key.bit_length() > _HASHED_BITS:
        raise TemplateLimit(f"`unique` compares a number of more than {_HASHED_BITS} bits")


def _summed(key: Any) -> None:
    if not isinstance(key, int | float | Undefined):
        raise TypeError("`sum` adds only numbers; combine texts with `join`")


def _dictsort(budget: Meter, value: Any, /, *given: Any, **named: Any) -> Any:
    by_value = "value" in (*given, *named.values()) and isinstance(value, dict)
    _compared(0, sorts=True)(budget, list(value.values()) if by_value else value)
    return value


def _number(_budget: Meter, value: Any, /, *_given: Any, **_named: Any) -> Any:
    """For filters that read a number: no undefined value, and no text too long to be a number."""
    if isinstance(value, Undefined):
        fail(value)
    if isinstance(value, str):
        width_of(str(len(value)))
    return value


def _round(budget: Meter, value: Any, /, precision: Any = 0, *_given: Any, **_named: Any) -> Any:
    width_of(str(abs(precision)))
    return _number(budget, value)


def _tojson(budget: Meter, value: Any, indent: int | None = None) -> str:
    """Plain JSON: Jinja's own filter is for web pages; it escapes signs and sorts keys."""
    budget.measure(value)
    text = json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(int(indent), 8))
    budget.build(len(text))
    return text


def _compare(budget: Meter, *values: Any, **named: Any) -> None:
    for value in (*values, *named.values()):
        comparable(budget, value)


def _divide(budget: Meter, value: Any, /, num: Any = 2) -> None:
    for part in (value, num):
        if isinstance(part, Undefined):
            fail(part)
    operate(budget, "%", value, num)


def _each(names: str, guard: Function | None) -> dict[str, Any]:
    return dict.fromkeys(names.split(), guard)


_FILTERS: Mapping[str, Function] = {
    **_each("count d default length", _unseen),
    **_each("first last list map reject rejectattr reverse select selectattr", _walked),
    **_each("capitalize lower title trim truncate upper wordcount", _text),
    **_each("abs filesizeformat float int", _number),
    **_each("max min", _compared(1)),
    "batch": _batch,
    "center": _center,
    "dictsort": _dictsort,
    "format": _format,
    "groupby": _compared(0, sorts=True),
    "indent": _indent,
    "items": _items,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "slice": _slice,
    "sort": _compared(2, sorts=True),
    "string": as_text,
    "striptags": _striptags,
    "sum": _compared(0, _summed),
    "unique": _compared(1, _hashed),
    "urlencode": _urlencode,
    "wordwrap": _wordwrap,
}

_TESTS: Mapping[str, Function | None] = {
    **_each("boolean callable defined false float integer iterable mapping none number sequence string", None),
    **_each("true undefined", None),
    **_each("!= < <= == > >= eq equalto filter ge greaterthan gt in le lessthan lt ne test", _compare),
    **_each("divisibleby even odd", _divide),
    **_each("lower upper", as_text),
}
