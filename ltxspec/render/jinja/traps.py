"""Values that a template would misread in silence: a text as a truth value, or Python's way to write a list.

Any text but the empty one is true for Jinja, `FALSE` and `0` included, and null prints as `None`. Both would change a
prompt without a word, so both are errors, at their place and with the cure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ltxspec.spec.readings import misleading, number_of, truth_of
from ltxspec.suggest import shown

JUDGED, PRINTED, EQUATED = (
    " judge",
    " print",
    " equate",
)  # filters that `harden` inserts; they cannot be written in a template

WRITTEN, MIXED = "wm"  # remarks of `checking.equate` about a side: see `Side`
_DEEPEST = 20  # lists within lists that are compared item by item
_UNPRINTABLE = (type(None), list, tuple, dict, range)


class Trap(Exception):
    """A value that a template would misread. `label` is how the template names it, if it has a name."""

    def __init__(self, code: str, message: str, label: str | None, hint: str) -> None:
        super().__init__(message)
        self.code = code
        self.label = label
        self.hint = hint


def judged(value: Any, label: str | None = None) -> Any:
    """The value, which a condition judges. Raises Trap if it is a text that reads as a truth value or a number."""
    found = misleading(value) if isinstance(value, str) else None
    if found is None:
        return value
    subject = f"`{label}`" if label else shown(value)  # not the value of what has a name: one error for all rows
    raise Trap(
        "template-condition",
        f"{subject} is a text that reads as {found}, and a condition would take it for true",
        label,
        _cure(found, label),
    )


def _cure(found: str, label: str | None) -> str:
    name = label or "value"
    if found == "nothing":
        return f"leave it empty, which is false, or compare it: `{name} == 'none'`"
    is_number = found == "a number"
    asked = f"`{name} != ''`" if is_number else f"`{name} == 'no'`"
    hint = f"convert it, `{name}|{'int' if is_number else 'bool'}`, or compare it, {asked}"
    return hint + _at_its_source(label, "number" if is_number else "boolean")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison as the template has it.

    `is_mixed`: the template compares it with a text as well. Then it is a text by right, and only wrong where it reads
    as just the number that it is compared with.
    """

    label: str | None = None
    is_literal: bool = False
    is_mixed: bool = False


_COMPUTED = Side()


def comparable_kinds(left: Any, right: Any, one: Side = _COMPUTED, two: Side = _COMPUTED, depth: int = 0) -> None:
    """Two values that are not equal. Raises Trap if one is a text that reads as what the other is: never equal.

    Lists and mappings are compared item by item.
    """
    for pair in _pairs(left, right) if depth < _DEEPEST else ():
        comparable_kinds(*pair, replace(one, label=None), replace(two, label=None), depth + 1)
    if not _clash(left, right):
        return
    (text, side), other = ((left, one), right) if isinstance(left, str) else ((right, two), left)
    if side.is_mixed and other not in (number_of(text), truth_of(text)):
        return
    kind = "a truth value" if isinstance(other, bool) else "a number"
    if side.is_literal:
        message, cure = f"{shown(text)} is a text in quotes", f"write it without quotes: `{str(text).strip()}`"
    else:
        subject = f"`{side.label}`" if side.label else shown(text)
        message = f"{subject} is a text that reads as {misleading(text)}"
        cure = _cure_of_comparison(other, side.label)
    raise Trap("template-comparison", f"{message}, and a text never equals {kind}", side.label, cure)


def comparable_items(value: Any, items: Any, one: Side = _COMPUTED, two: Side = _COMPUTED) -> None:
    """A value that is not among the items. Raises Trap if it might be, were it not a text, or they not texts."""
    if not isinstance(items, list | tuple | range | dict):
        return
    has_parts = isinstance(value, list | tuple | dict)
    others = [item for item in items if has_parts or type(item) is not type(value)]
    if isinstance(value, str) and len(others) < len(items):
        one = replace(one, is_mixed=True)
    for other in others:
        comparable_kinds(value, other, one, replace(two, label=None))


def _pairs(left: Any, right: Any) -> Iterable[tuple[Any, Any]]:
    """The items of two lists or mappings that belong together; none if the two differ in more than items."""
    if isinstance(left, dict) and isinstance(right, dict) and left.keys() == right.keys():
        return ((left[key], right[key]) for key in left)
    is_alike = isinstance(left, list | tuple) and type(left) is type(right) and len(left) == len(right)
    return zip(left, right, strict=True) if is_alike else ()


def _clash(left: Any, right: Any) -> bool:
    text, other = (left, right) if isinstance(left, str) else (right, left)
    if not isinstance(text, str) or not isinstance(other, int | float):
        return False
    return misleading(text) in ("a number", "a truth value")


def _cure_of_comparison(other: float, label: str | None) -> str:
    word, kind = ("int", "integer") if isinstance(other, int) else ("float", "number")
    if isinstance(other, bool):
        word, kind = "bool", "boolean"
    return f"convert it, `{label or 'value'}|{word}`, or compare it with a text in quotes{_at_its_source(label, kind)}"


def _at_its_source(label: str | None, kind: str) -> str:
    """How a variable gets the kind where it is given; a template does not know where that is."""
    if label is None or not label.isidentifier():
        return ""
    return f"; `types: {{{label}: {kind}}}` of `forEach` converts a column, and in `vars:` it is written without quotes"


def printable(value: Any, label: str | None = None) -> Any:
    """The value, which is printed. Raises Trap if it is null, a list or a mapping."""
    if not isinstance(value, _UNPRINTABLE):
        return value
    subject, name = (f"`{label}` is {{}}", label) if label else ("this is {}", "value")
    if value is None:
        message = f"{subject.format('null')}, and nothing can be printed for it"
        hint = f"give it a value, or say what to print instead: `{{{{ {name}|default('soft', true) }}}}`"
    elif isinstance(value, dict):
        message = f"{subject.format('a mapping')}, which has no form in a text"
        hint = (
            f"print one of its values, as in `{{{{ {name}.{_key_of(value)} }}}}`, or all with `{{{{ {name}|tojson }}}}`"
        )
    else:
        message = f"{subject.format('a list')}, which has no form in a text"
        hint = f"join its items: `{{{{ {name}|join(', ') }}}}`"
    raise Trap("template-print", message, label, hint)


def items_of(value: Any, label: str | None = None) -> Any:
    """The value, whose items are visited one by one. Raises Trap if it is a text, whose items are its letters."""
    if not isinstance(value, str) or not value:
        return value
    subject = f"`{label}` is a text" if label else f"{shown(value)} is a text"
    name = label or "value"
    hint = f"split it, `{name}.split(',')`, or give a list; `{name}|list` are its letters"
    raise Trap("template-letters", f"{subject}, and not a list: its letters would be taken one by one", label, hint)


def _key_of(mapping: dict[Any, Any]) -> str:
    return next((key for key in mapping if isinstance(key, str) and key.isidentifier()), "name")
