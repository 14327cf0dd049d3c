"""All words templates know: filters, tests and functions, bound to the budget of a sandbox."""

# ruff: noqa: FBT001  # functions are bound by position, as templates call them

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from jinja2.runtime import Undefined
from jinja2.utils import Namespace

from ltxspec.render.jinja.access import attribute_path, elements
from ltxspec.render.jinja.budget import MAX_SIZE, Budget, TemplateLimit, as_text, operate
from ltxspec.render.jinja.filters import FILTERS

Function = Callable[..., Any]


def filters_for(budget: Budget, tests: Mapping[str, Function]) -> dict[str, Function]:
    """Every filter by name; those that take the name of another filter or test find it here."""
    filters: dict[str, Function] = {name: partial(function, budget) for name, function in FILTERS.items()}
    filters["map"] = partial(_map, budget, filters)
    for name, wanted in (("select", True), ("reject", False)):
        filters[name] = partial(_select, budget, tests, wanted)
        filters[f"{name}attr"] = partial(_select_by, budget, tests, wanted)
    return filters


def tests_for(budget: Budget) -> dict[str, Function]:
    """Every test by name."""
    return {name: partial(test, budget) for name, test in _TESTS.items()}


def functions_for(budget: Budget) -> dict[str, Function]:
    """Every global function by name."""
    return {
        "range": partial(_range),
        "dict": partial(_mapping, budget, dict),
        "namespace": partial(_mapping, budget, Namespace),
    }


def comparable(budget: Budget, value: Any) -> Any:
    """Count what comparing or searching a value costs, and give it back."""
    if isinstance(value, str):
        budget.spend(len(value) // 16)
    elif isinstance(value, list | tuple | dict):
        budget.measure(value)
    return value


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    try:
        too_long = len(numbers) > MAX_SIZE
    except OverflowError:
        too_long = True
    if too_long:
        raise TemplateLimit(f"a `range` has more than {MAX_SIZE:,} numbers")
    return numbers


def _mapping(budget: Budget, kind: Function, given: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
    if given is not None and not isinstance(given, dict):
        raise TypeError("give keywords or one mapping")
    elements(budget, given or {})
    return kind({**(given or {}), **named})


def _map(
    budget: Budget, filters: Mapping[str, Function], values: Any, name: Any = None, *rest: Any, **named: Any
) -> Any:
    if name is None:
        path, default = named.get("attribute"), named.get("default")
        return [attribute_path(budget, value, path, default) for value in elements(budget, values)]
    function = filters.get(name) if isinstance(name, str) else None
    if function is None:
        raise ValueError(f"`map` needs the name of a filter, and `{name}` is none")
    return [function(value, *rest, **named) for value in elements(budget, values)]


def _select(budget: Budget, tests: Mapping[str, Function], wanted: bool, values: Any, *test: Any) -> list[Any]:
    holds = _test(tests, test)
    return [value for value in elements(budget, values) if holds(value) is wanted]


def _select_by(
    budget: Budget, tests: Mapping[str, Function], wanted: bool, values: Any, path: str, *test: Any
) -> list[Any]:
    holds = _test(tests, test)
    return [value for value in elements(budget, values) if holds(attribute_path(budget, value, path)) is wanted]


def _test(tests: Mapping[str, Function], call: Sequence[Any]) -> Callable[[Any], bool]:
    """A test as written in `select('divisibleby', 3)`; none means: is it true."""
    if not call:
        return bool
    name, *arguments = call
    test = tests.get(name) if isinstance(name, str) else None
    if test is None:
        raise ValueError(f"there is no test named `{name}`")
    return lambda value: bool(test(value, *arguments))


def _compared(compare: Callable[[Any, Any], Any]) -> Function:
    return lambda budget, left, right: compare(comparable(budget, left), comparable(budget, right))


def _kind(*kinds: type, but: type | None = None) -> Function:
    return lambda _budget, value: isinstance(value, kinds) and not (but is not None and isinstance(value, but))


_COMPARISONS: Mapping[str, tuple[tuple[str, ...], Callable[[Any, Any], Any]]] = {
    "eq": (("eq", "equalto", "=="), lambda left, right: left == right),
    "ne": (("ne", "!="), lambda left, right: left != right),
    "lt": (("lt", "lessthan", "<"), lambda left, right: left < right),
    "le": (("le", "<="), lambda left, right: left <= right),
    "gt": (("gt", "greaterthan", ">"), lambda left, right: left > right),
    "ge": (("ge", ">="), lambda left, right: left >= right),
    "in": (("in",), lambda left, right: left in right),
}

_TESTS: Mapping[str, Function] = {
    "defined": lambda _budget, value: not isinstance(value, Undefined),
    "undefined": lambda _budget, value: isinstance(value, Undefined),
    "none": lambda _budget, value: value is None,
    "true": lambda _budget, value: value is True,
    "false": lambda _budget, value: value is False,
    "boolean": _kind(bool),
    "integer": _kind(int, but=bool),
    "float": _kind(float),
    "number": _kind(int, float),
    "string": _kind(str),
    "mapping": _kind(dict),
    "sequence": _kind(str, list, tuple, range, dict),
    "iterable": _kind(str, list, tuple, range, dict),
    "odd": lambda budget, value: operate(budget, "%", value, 2) == 1,
    "even": lambda budget, value: operate(budget, "%", value, 2) == 0,
    "divisibleby": lambda budget, value, number: operate(budget, "%", value, number) == 0,
    "lower": lambda budget, value: as_text(budget, value).islower(),
    "upper": lambda budget, value: as_text(budget, value).isupper(),
    **{name: _compared(compare) for names, compare in _COMPARISONS.values() for name in names},
}
