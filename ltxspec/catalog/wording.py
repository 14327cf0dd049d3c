"""How parameters and values are named in messages."""

import json
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from ltxspec.catalog.models import PROMPT
from ltxspec.redaction import redact_secrets

_MOST: Final = 500  # names that a message lists
_LONGEST: Final = 60  # characters of a value that a message shows

KINDS: Final = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def name_of(path: Sequence[str | int]) -> str:
    """A parameter as a message names it: `` `inputs.frameImages[0].image` ``."""
    if not path:
        return "the request"
    if tuple(path) == (PROMPT,):
        return "the prompt"
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else f".{_short(key)}" if text else _short(key)
    return f"`{text}`"


def shown(value: Any) -> str:
    """A short form of a value: text in quotes, at most 60 characters, without a URL's query (possibly a signature)."""
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        head, question, _ = value.partition("?") if "://" in value else (value, "", "")
        head = str(redact_secrets(head))  # before truncation: half a password does not look like one
        return f'"{_short(head + ("?…" if question else ""))}"'
    return json.dumps(value, default=str)


def _short(text: str) -> str:
    """Text for one line: truncated, with escapes for unprintable and control characters."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def described(value: Any) -> str:
    """A value after "not", with its type where that is the problem."""
    if isinstance(value, str):
        return f"the text {shown(value)}"
    return shown(value) if isinstance(value, list | tuple | dict) else f"`{shown(value)}`"


def alternatives(values: Sequence[Any]) -> str:
    """Allowed values: `` `6`, `8` or `10` ``."""
    listed = [f"`{value}`" if isinstance(value, str) else f"`{shown(value)}`" for value in islice(values, _MOST)]
    return joined([*listed, f"one of {len(values) - _MOST} more"] if len(values) > _MOST else listed, "or")


def joined(words: Sequence[str], last: str) -> str:
    """Words joined by commas, with `last` before the last one."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def counted(number: float, one: str, many: str) -> str:
    """`1 item`, `2 items`."""
    return f"{shown(number)} {one if number == 1 else many}"
