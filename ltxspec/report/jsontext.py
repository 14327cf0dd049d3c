"""JSON output: fast, and accepting any string."""

import orjson

from ltxspec.values import Json


def encode(value: Json, *, indent: bool = False) -> bytes:
    r"""Encode a JSON value as UTF-8, compact or with two spaces of indent; no final newline.

    orjson refuses lone surrogates (which a provider's message may contain) and integers beyond 64 bits. The standard
    library writes them, as `\u` escapes and in full.
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
