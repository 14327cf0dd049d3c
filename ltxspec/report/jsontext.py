"""JSON for people's programs: fast, and never refused because of an odd string."""

import orjson

from ltxspec.values import Json


def encode(value: Json, *, indent: bool = False) -> bytes:
    r"""Encode a JSON value as UTF-8, compact or with two spaces of indent; no final newline.

    Lone surrogates (which a provider's message may hold) and integers beyond 64 bits, which orjson refuses, are written
    with `\u` escapes and in full by the standard library.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 if indent else None)
    except orjson.JSONEncodeError:
        import json

        separators = None if indent else (",", ":")
        return json.dumps(value, indent=2 if indent else None, separators=separators, allow_nan=False).encode()


def as_text(value: Json) -> str:
    """Compact JSON as text."""
    return encode(value).decode()
