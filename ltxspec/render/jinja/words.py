"""The filters and tests of templates: Jinja's own, each held to the budget.

No Jinja filter is reimplemented here, except `tojson`. Before a filter runs, its guard counts what it will walk,
compare or print, and refuses arguments that would let it build too much. Afterwards any excess of the result is
counted, and lazy results become lists, so that no work is deferred. A filter without a guard is not available.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial, wraps
from itertools import islice
from typing import Any

from jinja2 import Environment
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, Undefined

from ltxspec.render.jinja import guards
from ltxspec.render.jinja.access import fail
from ltxspec.render.jinja.budget import MAX_SIZE, Meter, as_text, written
from ltxspec.spec.readings import truth_of
from ltxspec.suggest import shown

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
    "bool": "reads `true`, `yes`, `on` and `1` as true, `false`, `no`, `off` and `0` as false, and refuses other texts",
    "float": "refuses text that is not a number, unless a default is given",
    "int": "refuses text that is not a number, unless a default is given",
    "join": "refuses a text instead of a list, and null, lists and mappings among the items",
    "string": "refuses null, lists and mappings",
    "sum": "adds numbers only",
    "tojson": "writes plain JSON: no escapes for web pages, keys in their order",
}
UNAVAILABLE_FUNCTIONS: Mapping[str, str] = {"lipsum": "gives a different result each time"}

_RUNNING = (Context, EvalContext, Environment)
_GROWN = (str, list)


def filters_for(budget: Meter, stock: Mapping[str, Function]) -> dict[str, Function]:
    """The filters of templates by name, based on Jinja's own."""
    metered = {name: _metered(budget, stock[name], guard) for name, guard in _FILTERS.items()}
    return {**metered, "bool": _bool, "tojson": partial(_tojson, budget)}


def tests_for(budget: Meter, stock: Mapping[str, Function]) -> dict[str, Function]:
    """The tests of templates by name, based on Jinja's own."""
    return {name: _judged(budget, stock[name], guard) if guard else stock[name] for name, guard in _TESTS.items()}


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


def _tojson(budget: Meter, value: Any, indent: int | None = None) -> str:
    """Plain JSON: Jinja's own filter is for web pages; it escapes signs and sorts keys."""
    budget.measure(value)
    text = json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(int(indent), 8))
    budget.build(len(text))
    return text


def _bool(value: Any) -> bool:
    """`bool`, which Jinja does not have: a text becomes the truth value it reads as."""
    if isinstance(value, Undefined):
        fail(value)
    if not isinstance(value, str):
        return bool(value)
    found = truth_of(value) if value.strip() else False
    if found is None:
        raise ValueError(
            f"{shown(value)} is neither true nor false; write `true` or `false`, `yes` or `no`, `1` or `0`"
        )
    return found


def _each(names: str, guard: Function | None) -> dict[str, Any]:
    return dict.fromkeys(names.split(), guard)


_FILTERS: Mapping[str, Function] = {
    **_each("count length", guards.unseen),
    **_each("d default", guards.default_guard),
    **_each("first last list map reverse", guards.walked),
    **_each("reject select", guards.chosen),
    **_each("rejectattr selectattr", guards.chosen_by),
    **_each("capitalize lower title trim truncate upper wordcount", guards.text_guard),
    **_each("abs filesizeformat", guards.number_guard),
    **_each("float int", guards.read_number),
    **_each("max min", guards.compared(1)),
    "batch": guards.batch_guard,
    "center": guards.center_guard,
    "dictsort": guards.dictsort_guard,
    "format": guards.format_guard,
    "groupby": guards.compared(0, sorts=True),
    "indent": guards.indent_guard,
    "items": guards.items_guard,
    "join": guards.join_guard,
    "replace": guards.replace_guard,
    "round": guards.round_guard,
    "slice": guards.slice_guard,
    "sort": guards.compared(2, sorts=True),
    "string": as_text,
    "striptags": guards.striptags_guard,
    "sum": guards.compared(0, guards.summed),
    "unique": guards.compared(1, guards.hashed),
    "urlencode": guards.urlencode_guard,
    "wordwrap": guards.wordwrap_guard,
}

_TESTS: Mapping[str, Function | None] = {
    **_each("boolean callable defined false float integer iterable mapping none number sequence string", None),
    **_each("true undefined", None),
    **_each("< <= > >= filter ge greaterthan gt le lessthan lt test", guards.compare),
    **_each("!= == eq equalto ne", guards.equals),
    "in": guards.within,
    **_each("divisibleby even odd", guards.divide),
    **_each("lower upper", written),
}
