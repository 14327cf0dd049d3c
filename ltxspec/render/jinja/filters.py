"""The filters templates have: those a prompt needs, each held to the budget, called as in Jinja's documentation.

Left out on purpose: `random` (not the same twice), `attr` (reaches Python), and what is made for web pages (`escape`,
`urlize`, `striptags`, `xmlattr`, …). Results are lists, never generators, so that nothing is left to happen later,
uncounted.
"""

# ruff: noqa: FBT001, FBT002  # filters take their flags by position, as Jinja documents them

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2.runtime import Undefined

from ltxspec.render.jinja.access import METHODS, attribute_path, elements, fail, hashable, item, join, pad, replace
from ltxspec.render.jinja.budget import Budget, as_text, format_percent, width_of

Function = Callable[..., Any]

_WORD_STARTS = re.compile(r"([-\s({\[<]+)")
_WORD = re.compile(r"\w+")
_MOST_DIGITS = 30  # of a rounding; floats have 17


def _default(_budget: Budget, value: Any, default_value: Any = "", boolean: bool = False) -> Any:
    missing = isinstance(value, Undefined) or (boolean and not value)
    return default_value if missing else value


def _batch(budget: Budget, values: Any, linecount: int, fill_with: Any = None) -> list[list[Any]]:
    items = list(elements(budget, values))
    if int(linecount) < 1:
        raise ValueError("`batch` needs at least 1 item a line")
    rows = [items[start : start + linecount] for start in range(0, len(items), linecount)]
    if fill_with is not None and rows:
        lacking = linecount - len(rows[-1])
        budget.build(lacking)
        rows[-1] += [fill_with] * lacking
    return rows


def _slice(budget: Budget, values: Any, slices: int, fill_with: Any = None) -> list[list[Any]]:
    items = list(elements(budget, values))
    budget.build(int(slices))
    size, longer = divmod(len(items), int(slices))
    columns, start = [], 0
    for number in range(int(slices)):
        end = start + size + (number < longer)
        extra = [fill_with] if fill_with is not None and longer and number >= longer else []
        columns.append(items[start:end] + extra)
        start = end
    return columns


def _sort_key(budget: Budget, path: str | None, case_sensitive: bool) -> Callable[[Any], Any]:
    def key(value: Any) -> Any:
        subject = value if path is None else attribute_path(budget, value, path)
        budget.measure(subject)
        return subject.lower() if isinstance(subject, str) and not case_sensitive else subject

    return key


def _sort(
    budget: Budget, values: Any, reverse: bool = False, case_sensitive: bool = False, attribute: Any = None
) -> Any:
    items = elements(budget, values)
    budget.spend(len(items) * len(items).bit_length())
    return sorted(items, key=_sort_key(budget, attribute, case_sensitive), reverse=reverse)


def _dictsort(
    budget: Budget, mapping: Any, case_sensitive: bool = False, by: str = "key", reverse: bool = False
) -> Any:
    if by not in ("key", "value"):
        raise ValueError('`dictsort` sorts by "key" or "value"')
    pairs = [(key, mapping[key]) for key in elements(budget, mapping)]
    return _sort(budget, pairs, reverse, case_sensitive, "0" if by == "key" else "1")


def _extreme(choose: Function) -> Function:
    def extreme(budget: Budget, values: Any, case_sensitive: bool = False, attribute: Any = None) -> Any:
        items = elements(budget, values)
        if not items:
            raise ValueError(f"`{choose.__name__}` of an empty list")
        return choose(items, key=_sort_key(budget, attribute, case_sensitive))

    return extreme


def _unique(budget: Budget, values: Any, case_sensitive: bool = False, attribute: Any = None) -> list[Any]:
    key = _sort_key(budget, attribute, case_sensitive)
    kept: dict[Any, Any] = {}
    for value in elements(budget, values):
        kept.setdefault(hashable(key(value)), value)
    return list(kept.values())


def _sum(budget: Budget, values: Any, attribute: Any = None, start: float = 0) -> Any:
    numbers = [v if attribute is None else attribute_path(budget, v, attribute) for v in elements(budget, values)]
    if not all(isinstance(number, int | float) for number in [start, *numbers]):
        raise TypeError("`sum` adds numbers only; put texts together with `join`")
    return sum(numbers, start)


def _first(budget: Budget, values: Any, position: int = 0) -> Any:
    return item(budget, elements(budget, values), position)


def _round(_budget: Budget, value: float, precision: int = 0, method: str = "common") -> float:
    if method not in ("common", "ceil", "floor") or abs(precision) > _MOST_DIGITS:
        raise ValueError('`round` has the methods "common", "ceil" and "floor" and at most 30 digits')
    if method == "common":
        return round(float(value), precision)
    turn = math.ceil if method == "ceil" else math.floor
    return turn(value * 10.0**precision) / 10.0**precision


def _int(_budget: Budget, value: Any, default: Any = 0, base: int = 10) -> Any:
    """What cannot be read gives the default, as everywhere in Jinja."""
    try:
        return int(_readable(value), base) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        pass
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return default


def _float(_budget: Budget, value: Any, default: Any = 0.0) -> Any:
    try:
        return float(_readable(value))
    except (TypeError, ValueError, OverflowError):
        return default


def _readable(value: Any) -> Any:
    """The value, unless it is undefined or a text too long to be a number."""
    if isinstance(value, Undefined):
        fail(value)
    if isinstance(value, str):
        width_of(str(len(value)))
    return value


def _length(_budget: Budget, value: Any) -> int:
    return len(value)


def _truncate(
    budget: Budget, text: Any, length: int = 255, killwords: bool = False, end: str = "...", leeway: int = 5
) -> str:
    whole = as_text(budget, text)
    if len(whole) <= length + leeway:
        return whole
    kept = whole[: max(length - len(end), 0)]
    return (kept if killwords else kept.rsplit(" ", 1)[0]) + end


def _indent(budget: Budget, text: Any, width: Any = 4, first: bool = False, blank: bool = False) -> str:
    margin = width if isinstance(width, str) else " " * width_of(str(int(width)))
    lines = as_text(budget, text).split("\n")
    budget.build(sum(map(len, lines)) + len(lines) * (len(margin) + 1))
    starts = [margin if (number or first) and (line or blank) else "" for number, line in enumerate(lines)]
    return "\n".join(start + line for start, line in zip(starts, lines, strict=True))


def _title(budget: Budget, text: Any) -> str:
    words = _WORD_STARTS.split(as_text(budget, text))
    budget.build(sum(map(len, words)))
    return "".join(word[:1].upper() + word[1:].lower() for word in words)


def _format(budget: Budget, text: Any, *values: Any, **named: Any) -> str:
    if values and named:
        raise ValueError("`format` takes values by position or by name, not both")
    return format_percent(budget, as_text(budget, text), named or values)


def _tojson(budget: Budget, value: Any, indent: int | None = None) -> str:
    budget.measure(value)
    text = json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(int(indent), 8))
    budget.build(len(text))
    return text


def _on_text(name: str) -> Function:
    """A method of texts as a filter; other values are turned into text first, as Jinja does."""

    def method(budget: Budget, value: Any) -> Any:
        return METHODS[str][name](budget, as_text(budget, value))

    return method


def _trim(budget: Budget, value: Any, chars: str | None = None) -> str:
    return str(METHODS[str]["strip"](budget, as_text(budget, value), chars))


def _wordcount(budget: Budget, value: Any) -> int:
    return len(_WORD.findall(as_text(budget, value)))


def _reverse(budget: Budget, value: Any) -> Any:
    turned = elements(budget, value)[::-1]
    return turned if isinstance(value, str) else list(turned)


def _join(budget: Budget, values: Any, d: Any = "", attribute: Any = None) -> str:
    if attribute is not None:
        values = [attribute_path(budget, value, attribute) for value in elements(budget, values)]
    return join(budget, as_text(budget, d), values)


def _replace(budget: Budget, text: Any, old: str, new: str, count: int | None = None) -> str:
    return replace(budget, as_text(budget, text), as_text(budget, old), as_text(budget, new), count)


def _items(budget: Budget, value: Any) -> list[tuple[Any, Any]]:
    return [] if isinstance(value, Undefined) else [(key, value[key]) for key in elements(budget, value)]


FILTERS: Mapping[str, Function] = {
    "abs": lambda _budget, value: abs(+value),  # the sign makes an undefined name speak
    "batch": _batch,
    "center": lambda budget, value, width=80: pad(budget, as_text(budget, value), width, "center"),
    "d": _default,
    "default": _default,
    "dictsort": _dictsort,
    "first": _first,
    "float": _float,
    "format": _format,
    "indent": _indent,
    "int": _int,
    "items": _items,
    "join": _join,
    "last": lambda budget, values: _first(budget, values, -1),
    "count": _length,
    "length": _length,
    "list": lambda budget, values: list(elements(budget, values)),
    "max": _extreme(max),
    "min": _extreme(min),
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "slice": _slice,
    "sort": _sort,
    "string": as_text,
    "sum": _sum,
    "title": _title,
    "tojson": _tojson,
    "trim": _trim,
    "truncate": _truncate,
    "unique": _unique,
    "wordcount": _wordcount,
    **{name: _on_text(name) for name in ("capitalize", "lower", "upper")},
}
