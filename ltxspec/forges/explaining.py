"""What a forge says about an error, from its answer.

GitHub: `message`, and `errors` with a field and a code or a message of their own. GitLab: `message` (a text, a list, or
an object of lists by field), or `error` with `error_description`.
"""

import json
from collections.abc import Iterator
from typing import Any

_SAID = ("message", "error", "error_description", "errors")  # in this order
_MOST_REASONS = 5  # of each list
_DEEPEST = 4


def explanation(content: bytes) -> str:
    """Every reason once, joined by `; `; empty if the answer is not in such a form."""
    try:
        return "; ".join(dict.fromkeys(_reasons(json.loads(content), "", _DEEPEST)))
    except (ValueError, RecursionError):
        return ""


def _reasons(data: Any, name: str, depth: int) -> Iterator[str]:
    """The texts in an error; `name` is the field that they are about."""
    if depth == 0:
        return
    if isinstance(data, str) and data.strip():
        yield f"{name} {data}".strip()
    elif isinstance(data, list):
        for item in data[:_MOST_REASONS]:
            yield from _reasons(item, name, depth - 1)
    elif isinstance(data, dict):
        yield from _of_object(data, name, depth)


def _of_object(data: dict[str, Any], name: str, depth: int) -> Iterator[str]:
    if not any(data.get(part) for part in _SAID):  # an entry of `errors`, or reasons by field
        coded = isinstance(data.get("code"), str)
        found = [(str(data.get("field") or ""), data["code"])] if coded else list(data.items())[:_MOST_REASONS]
        for field, item in found:
            yield from _reasons(item, str(field), depth - 1)
        return
    about = str(data.get("field") or name)
    for part in _SAID:
        yield from _reasons(data.get(part), about, depth - 1)
