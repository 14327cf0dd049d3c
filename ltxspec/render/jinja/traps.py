"""Values that a template would misread in silence: a text as a truth value, or Python's way to write a list.

Any text but the empty one is true for Jinja, `FALSE` and `0` included, and null prints as `None`. Both would change a
prompt without a word, so both are errors, at their place and with the cure.
"""

from typing import Any

from ltxspec.spec.readings import misleading, number_of, truth_of
from ltxspec.suggest import shown

JUDGED, PRINTED, EQUATED = (
    " judge",
    " print",
    " equate",
)  # filters that `harden` inserts; they cannot be written in a template

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
    if label is None or not label.isidentifier():
        return hint
    return f"{hint}; `types: {{{label}: {'number' if is_number else 'boolean'}}}` of `forEach` converts a column"


def comparable_kinds(left: Any, right: Any, labels: tuple[str | None, str | None] = (None, None)) -> None:
    """Two values that are not equal. Raises Trap if one is a text that reads as what the other is: never equal."""
    if not _clash(left, right):
        return
    (text, label), other = ((left, labels[0]), right) if isinstance(left, str) else ((right, labels[1]), left)
    subject = f"`{label}`" if label else shown(text)
    kind = "a truth value" if isinstance(other, bool) else "a number"
    raise Trap(
        "template-comparison",
        f"{subject} is a text that reads as {misleading(text)}, and a text never equals {kind}",
        label,
        _cure_of_comparison(other, label),
    )


def comparable_items(value: Any, items: Any, labels: tuple[str | None, str | None] = (None, None)) -> None:
    """A value that is not among the items. Raises Trap if it might be, were it not a text, or they not texts."""
    if not isinstance(items, list | tuple | range | dict):
        return
    others = [item for item in items if type(item) is not type(value)]
    is_mixed = isinstance(value, str) and len(others) < len(items)
    for other in others:
        if not is_mixed or other in (number_of(value), truth_of(value)):
            comparable_kinds(value, other, (labels[0], None))


def _clash(left: Any, right: Any) -> bool:
    text, other = (left, right) if isinstance(left, str) else (right, left)
    if not isinstance(text, str) or not isinstance(other, int | float):
        return False
    return misleading(text) in ("a number", "a truth value")


def _cure_of_comparison(other: float, label: str | None) -> str:
    word, kind = ("int", "integer") if isinstance(other, int) else ("float", "number")
    if isinstance(other, bool):
        word, kind = "bool", "boolean"
    hint = f"convert it, `{label or 'value'}|{word}`, or compare it with a text in quotes"
    if label is None or not label.isidentifier():
        return hint
    return f"{hint}; `types: {{{label}: {kind}}}` of `forEach` converts a column"


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
