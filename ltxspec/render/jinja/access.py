"""What templates may access: keys, items, loop variables, macros, and a short list of functions and methods.

Everything else is undefined for them. Methods that could change a value, or expose Python internals, are not listed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NoReturn

from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.runtime import BlockReference, LoopContext, StrictUndefined, TemplateReference, Undefined
from jinja2.utils import Cycler, Joiner, Namespace, missing

from ltxspec.render.jinja.budget import (
    MAX_SIZE,
    Meter,
    TemplateLimit,
    as_text,
    describe,
    format_braces,
    width_of,
)

_LOOP = "index index0 revindex revindex0 first last length depth depth0 previtem nextitem"
_STEP = 5  # cost of one part of a filter's path
_MISS = 20  # cost of a lookup that finds nothing
_LONGEST_ARGUMENT = 1_000  # characters of a search text: keeps every search short


class UnknownName(UndefinedError):
    """A template used a name, key or attribute that does not exist; `known` lists those that do."""

    def __init__(self, message: str | None, name: str = "", known: Iterable[str] | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.known = None if known is None else sorted(known)  # None: the variables of the render


class Unknown(StrictUndefined):
    """An undefined value: any use except `is defined` and `|default` raises `UnknownName`."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name, exc or partial(_unknown, obj, name))  # type: ignore[arg-type]  # any maker of errors does


def _unknown(owner: Any, name: Any, message: str) -> UnknownName:
    if owner is missing:
        return UnknownName(f"`{name}` is not defined", str(name)) if name else UnknownName(message, known=())
    if isinstance(owner, Mapping):
        return UnknownName(f"there is no `{name}` in the mapping", str(name), [k for k in owner if isinstance(k, str)])
    methods = METHODS.get(type(owner), {})
    return UnknownName(f"{describe(owner)} has no `{name}`", str(name), methods)


def attribute(budget: Meter, owner: Any, name: str) -> Any:
    """The value of `owner.name`; `Unknown` if there is none.

    Raises:
        SecurityError: the name starts with an underscore.
        UnknownName: `owner` itself is undefined.
    """
    if isinstance(owner, Undefined):
        return fail(owner)
    if isinstance(owner, dict) and name in owner:  # a column named `title` or `items` takes precedence over a method
        return owner[name]
    if name.startswith("__" if isinstance(owner, dict) else "_"):
        raise SecurityError(f"`{name}` is not accessible in templates")
    method = METHODS.get(type(owner), {}).get(name)
    if method is not None:
        return partial(method, budget, owner)
    found = _special(budget, owner, name)
    return Unknown(obj=owner, name=name) if found is missing else found


def _special(budget: Meter, owner: Any, name: str) -> Any:
    """Attributes of the objects Jinja itself provides to templates; `missing` if there is none."""
    if isinstance(owner, LoopContext):
        if name in ("cycle", "changed"):
            return partial(_loop_method, budget, owner, name)
        return getattr(owner, name) if name in _LOOP.split() else missing
    if isinstance(owner, TemplateReference):
        return _block(owner, name)
    if isinstance(owner, Cycler) and name in ("next", "reset"):
        return partial(getattr(owner, name))
    is_open = (
        isinstance(owner, Namespace | TemplateModule)
        or (isinstance(owner, BlockReference) and name == "super")
        or (isinstance(owner, Cycler) and name == "current")
        or (isinstance(owner, tuple) and name in getattr(owner, "_fields", ()))  # `grouper` and `list` of `groupby`
    )
    return getattr(owner, name, missing) if is_open else missing


def _block(owner: TemplateReference, name: str) -> Any:
    try:
        return owner[name]
    except LookupError:
        return missing


def _loop_method(budget: Meter, loop: LoopContext, name: str, *values: Any) -> Any:
    budget.measure(values)
    return getattr(loop, name)(*values)


def item(budget: Meter, owner: Any, key: Any) -> Any:
    """The value of `owner[key]`; `Unknown` if there is none."""
    budget.spend(_STEP)
    if isinstance(owner, Undefined):
        return fail(owner)
    if isinstance(owner, dict):
        plain = hashable(key)
        return owner[plain] if plain in owner else Unknown(obj=owner, name=key)
    if isinstance(owner, str | list | tuple | range) and isinstance(key, int):
        try:
            return owner[key]
        except IndexError:
            return Unknown(f"{describe(owner)} of {len(owner)} has no item number {key}")
    return attribute(budget, owner, key) if isinstance(key, str) else Unknown(obj=owner, name=key)


def attribute_path(path: Any) -> Callable[[Meter, Any], Any]:
    """A function that gets `value.a.b` for the path `a.b`; a number is a list index. It stops at undefined values."""
    short(path)
    parts = [int(part) if part.isdecimal() else part for part in str(path).split(".")]

    def found(budget: Meter, value: Any) -> Any:
        for part in parts:
            value = item(budget, value, part)
            if isinstance(value, Undefined):
                budget.spend(_MISS)
                break
        return value

    return found


def hashable(key: Any) -> Any:
    """The key, if it is cheap to hash: a text, number, boolean or none. Raises TypeError for anything else."""
    if isinstance(key, Undefined):
        return fail(key)
    if key is not None and not isinstance(key, str | int | float):
        raise TypeError(f"{describe(key)} cannot be a key")
    return key


def fail(value: Undefined) -> NoReturn:
    """Raise the error of an undefined value."""
    value._fail_with_undefined_error()  # noqa: SLF001  # the documented way to raise an Undefined's error


def elements(budget: Meter, value: Any) -> Sequence[Any]:
    """The items of a text, list or mapping (its keys), ready to walk; counted as work."""
    if isinstance(value, Undefined):
        return list(value)  # raises for names that do not exist; the missing `else` of an inline `if` is empty
    if not isinstance(value, str | list | tuple | range | dict):
        raise TypeError(f"{describe(value)} is not a list")
    budget.spend(len(value))
    return value if isinstance(value, str | list | tuple | range) else list(value)


def pad(budget: Meter, text: str, width: Any, side: str, fill: str = " ") -> str:
    """`text` padded to `width` characters on the `side` (`center`, `ljust`, `rjust`, `zfill`)."""
    size = width_of(str(max(int(width), 0)))
    budget.build(max(len(text), size))
    return text.zfill(size) if side == "zfill" else str(getattr(text, side)(size, fill))


def join(budget: Meter, separator: str, values: Any) -> str:
    """All values as text, with `separator` between them."""
    texts = [as_text(budget, value) for value in elements(budget, values)]
    budget.build(sum(map(len, texts)) + len(separator) * max(len(texts) - 1, 0))
    return separator.join(texts)


def replace(budget: Meter, text: str, old: str, new: str, count: int | None = None) -> str:
    """`text` with `old` replaced by `new`, at most `count` times when that is given and not negative."""
    budget.build(replaced_size(text, old, new, count))
    return text.replace(old, new, -1 if count is None else count)


def replaced_size(text: str, old: str, new: str, count: int | None) -> int:
    """The maximum length of a text after `replace`."""
    found = text.count(old) if count is None or count < 0 else min(text.count(old), count)
    return len(text) + found * max(len(new) - len(old), 0)


def short(*arguments: Any) -> None:
    """Refuse a search text that is too long."""
    for argument in arguments:
        if isinstance(argument, str) and len(argument) > _LONGEST_ARGUMENT:
            raise ValueError(f"the text to search for has more than {_LONGEST_ARGUMENT:,} characters")


def _simple(name: str) -> Callable[..., Any]:
    """A text method whose work and result are proportional to the text."""

    def method(budget: Meter, text: str, *arguments: Any) -> Any:
        short(*arguments)
        budget.build(len(text))
        return getattr(text, name)(*arguments)

    return method


def _padding(side: str) -> Callable[..., str]:
    return lambda budget, text, width, fill=" ": pad(budget, text, width, side, fill)


_SIMPLE = (
    "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower isnumeric isspace "
    "istitle isupper lower lstrip partition removeprefix removesuffix rstrip split splitlines startswith strip "
    "swapcase title upper"
)

METHODS: Mapping[type, Mapping[str, Callable[..., Any]]] = {
    str: {
        **{name: _simple(name) for name in _SIMPLE.split()},
        **{side: _padding(side) for side in ("center", "ljust", "rjust", "zfill")},
        "join": join,
        "replace": replace,
        "format": lambda budget, text, *values, **named: format_braces(budget, text, values, named),
    },
    dict: {
        "get": lambda budget, mapping, key, default=None: mapping.get(hashable(key), default),  # noqa: ARG005  # one shape for all
        "keys": lambda budget, mapping: list(elements(budget, mapping)),
        "values": lambda budget, mapping: [mapping[key] for key in elements(budget, mapping)],
        "items": lambda budget, mapping: [(key, mapping[key]) for key in elements(budget, mapping)],
    },
    list: {
        "count": lambda budget, values, value: _searched(budget, values, value).count(value),
        "index": lambda budget, values, value: _searched(budget, values, value).index(value),
    },
    float: {"is_integer": lambda budget, value: value.is_integer()},  # noqa: ARG005  # one shape for all
}


def _searched(budget: Meter, values: list[Any], value: Any) -> list[Any]:
    budget.measure([values, value])
    return values


def functions_for(budget: Meter) -> dict[str, Callable[..., Any]]:
    """The functions available in templates, by name."""
    return {
        "cycler": partial(Cycler),
        "dict": partial(_mapping, budget, dict),
        "joiner": partial(Joiner),
        "namespace": partial(_mapping, budget, Namespace),
        "range": partial(_range),
    }


def _mapping(budget: Meter, kind: Callable[..., Any], given: Mapping[str, Any] | None = None, /, **named: Any) -> Any:
    if given is not None and not isinstance(given, dict):
        raise TypeError("give keywords or one mapping")
    elements(budget, given or {})
    return kind({**(given or {}), **named})


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    try:
        too_long = len(numbers) > MAX_SIZE
    except OverflowError:
        too_long = True
    if too_long:
        raise TemplateLimit(f"a `range` has more than {MAX_SIZE:,} numbers")
    return numbers
