"""Limits the work of a template: one budget for each render, and guards that refuse growth before it happens.

The total of all renders of a spec is charged to its `Allowance`.

No clock is used: the same template ends in the same way on every machine. Work is counted in steps: executing a node of
the template once, or building a character or a list item, is one step.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ltxspec.render.allowance import Allowance
from ltxspec.render.jinja.traps import printable

MAX_SIZE = 100_000  # characters of one text, items of one list; a prompt may have 10,000 characters
MAX_WORK = 1_000_000  # steps of one render, less than half a second of Python
MAX_BITS = 1_024  # of an integer
MAX_WIDTH = 1_000  # of a padded or formatted value
MAX_DEPTH = 24  # of nested macros, includes and blocks

_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()%]*)\))?[#0 +-]*(?P<width>\d*)(?:\.(?P<digits>\d*))?(?P<kind>[%rsdiufFeEgGxXoc])"
)
_LONGEST_NUMBER = 400  # characters of the largest possible float or integer
_FIELD = re.compile(r"\d*|[A-Za-z_][A-Za-z0-9_]*")


class TemplateLimit(Exception):
    """A template needs more work, text or depth than is allowed."""


class Meter:
    """The steps left in the current render."""

    __slots__ = ("allowance", "depth", "left")

    def __init__(self, allowance: Allowance | None = None) -> None:
        self.allowance = allowance or Allowance()
        self.left = MAX_WORK
        self.reset()

    def reset(self) -> None:
        """Start the next render with a full budget. Raises SpecLimit if the spec's allowance is used up."""
        done = MAX_WORK - max(self.left, 0)
        self.left = MAX_WORK
        self.allowance.work(done)
        self.depth = 0

    def spend(self, steps: int) -> None:
        """Count work before it is done."""
        self.left -= steps
        if self.left < 0:
            raise TemplateLimit(f"the template needs more than {MAX_WORK:,} steps of work")

    def build(self, size: int) -> None:
        """Count a text or list of `size` characters or items before it is built."""
        if size > MAX_SIZE:
            raise TemplateLimit(f"the template builds a text or list of more than {MAX_SIZE:,} characters or items")
        self.spend(size)

    def enter(self) -> None:
        """Enter a macro, an include or a block."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise TemplateLimit(f"macros, includes or blocks are nested more than {MAX_DEPTH} deep")

    def leave(self) -> None:
        """Leave what `enter` entered."""
        self.depth -= 1

    def measure(self, value: Any) -> None:
        """Count everything inside a value before it is walked, and refuse anything but plain data.

        A list that occurs several times counts every time, because a walk visits it every time.

        Raises:
            TypeError: something inside is not a text, number, boolean, null, list or mapping.
        """
        size, waiting = 0, [value]
        while waiting:
            item = waiting.pop()
            size += 1
            if isinstance(item, str):
                size += len(item)
            elif isinstance(item, Mapping):
                waiting += item.keys()
                waiting += item.values()
            elif isinstance(item, list | tuple):
                waiting += item
            elif isinstance(item, range):
                size += len(item)
            elif item is not None and not isinstance(item, int | float) and item:  # testing an undefined name raises
                raise TypeError(f"{describe(item)} is not text and cannot be printed, compared or passed on")
            if size + len(waiting) > MAX_SIZE:
                self.build(MAX_SIZE + 1)
        self.spend(size)


_KINDS = {
    "str": "a text",
    "bool": "a boolean",
    "int": "a number",
    "float": "a number",
    "NoneType": "`none`",
    "list": "a list",
    "tuple": "a list",
    "range": "a list",
    "dict": "a mapping",
    "partial": "a function",
    "TemplateReference": "`self`",
    "TemplateModule": "an imported file",
    "LoopContext": "`loop`",
}


def describe(value: Any) -> str:
    """The kind of a value, in the words of template authors."""
    kinds = [kind.__name__ for kind in type(value).__mro__]
    return next((_KINDS[kind] for kind in kinds if kind in _KINDS), f"a {kinds[0].lower()}")


def operate(budget: Meter, operator: str, left: Any, right: Any) -> Any:
    """Compute `left operator right` for numbers, texts and lists, never building more than allowed.

    Raises:
        TypeError: the operator does not work between these two.
        TemplateLimit: the result would be too large.
    """
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _compute(operator, left, right)
    if operator == "+" and isinstance(left, str | list | tuple) and isinstance(right, type(left)):
        budget.build(len(left) + len(right))
        return left + right  # type: ignore[operator]  # both have the same type, as just checked
    if operator == "*" and isinstance(right, str | list | tuple):
        left, right = right, left
    if operator == "*" and isinstance(left, str | list | tuple) and isinstance(right, int):
        budget.build(len(left) * max(right, 0))
        return left * right
    if operator == "%" and isinstance(left, str):
        return format_percent(budget, left, right)
    hint = "; join texts with `~`" if operator == "+" else ""
    raise TypeError(f"`{operator}` does not work between {describe(left)} and {describe(right)}{hint}")


def _compute(operator: str, left: float, right: float) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        bits, more = left.bit_length(), right.bit_length()
        size = bits * abs(right) if operator == "**" else bits + more
        if size > MAX_BITS and abs(left) > 1:
            raise TemplateLimit(f"the template computes a number of more than {MAX_BITS} bits")
    result = _ARITHMETIC[operator](left, right)
    if isinstance(result, complex):
        raise TypeError(f"`{left} {operator} {right}` is not a real number")
    return result


_ARITHMETIC: Mapping[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
}


def as_text(budget: Meter, value: Any) -> str:
    """The text a value prints as. Raises Trap for null, a list or a mapping."""
    return value if type(value) is str else written(budget, printable(value))


def written(budget: Meter, value: Any) -> str:
    """The text that Python makes of a value, whatever it is."""
    budget.measure(value)
    text = str(value)
    budget.build(len(text))
    return text


def width_of(text: str) -> int:
    """Read a width or a number of digits from a format; empty is 0."""
    if len(text) > len(str(MAX_WIDTH)) or int(text or 0) > MAX_WIDTH:
        raise TemplateLimit(f"the template pads or formats to more than {MAX_WIDTH:,} characters")
    return int(text or 0)


def format_percent(budget: Meter, text: str, arguments: Any) -> str:
    """Compute `text % arguments`, with limited widths and no `*`."""
    check_percent(budget, text, arguments)
    return str(text % arguments)


def check_percent(budget: Meter, text: str, arguments: Any) -> None:
    """Count the text that `text % arguments` builds.

    Raises:
        ValueError: a `%` is not followed by a conversion available in templates.
        Trap: null, a list or a mapping would be printed.
    """
    budget.measure(arguments)
    given = arguments.values() if isinstance(arguments, dict) else arguments
    for value in given if isinstance(arguments, dict | tuple) else (arguments,):
        printable(value)
    longest = len(repr(arguments))  # no one argument prints longer
    position, size = text.find("%"), len(text)
    while position >= 0:
        match = _PERCENT.match(text, position)
        if match is None:
            raise ValueError(f"`{text[position : position + 10]}` is not a format; write `%%` for a per cent sign")
        size += width_of(match["width"]) + width_of(match["digits"] or "")
        size += longest if match["kind"] in "rs" else _LONGEST_NUMBER
        position = text.find("%", match.end())
    budget.build(size)


def format_braces(budget: Meter, text: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> str:
    """Compute `text.format(…)` for plain fields: no attributes, indexes or nested fields, and limited widths.

    Raises:
        ValueError: the format uses more than that.
    """
    from string import Formatter  # only templates that call `.format` pay for this import

    pieces: list[str] = []
    waiting = iter(arguments)
    for literal, field, layout, conversion in Formatter().parse(text):
        pieces.append(literal)
        if field is None:
            continue
        if not _FIELD.fullmatch(field) or conversion not in (None, "s") or "{" in (layout or ""):
            raise ValueError(f"`{{{field}}}` is not a format that templates support; use plain names or numbers")
        for digits in re.findall(r"\d+", layout or ""):
            width_of(digits)
        value = _field(field, waiting, arguments, named)
        budget.measure(printable(value))
        pieces.append(format(str(value) if conversion else value, layout or ""))
        budget.build(len(pieces[-1]) + len(literal))
    budget.build(sum(map(len, pieces)))
    return "".join(pieces)


def _field(field: str, waiting: Iterator[Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    try:
        if not field:
            return next(waiting)
        return arguments[int(field)] if field.isdigit() else named[field]
    except (StopIteration, LookupError):
        raise ValueError(f"`format` has no value for `{{{field}}}`") from None
