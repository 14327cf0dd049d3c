"""Canonical JSON (RFC 8785) and its SHA-256: the only definition of equality for JSON values."""

import hashlib
import math
from collections.abc import Iterable
from typing import Any

import orjson

_SAFE_INTEGER = 2**53 - 1
_PLAIN = frozenset({str, bool, type(None)})  # every encoder writes these alike
_PLAIN_FLOAT_MIN, _PLAIN_FLOAT_MAX = 1e-5, 1e15  # in this range orjson writes floats as RFC 8785 does


def canonical_bytes(value: Any) -> bytes:
    """Encode a JSON value canonically: sorted keys, no white space, integral floats as integers.

    orjson is byte-identical to RFC 8785 for ASCII keys, integers up to 2**53-1 and plain floats, and 35 times faster;
    everything else goes to the reference encoder. A property test checks that both agree.

    Raises:
        ValueError: NaN, infinity, integers beyond 2**53-1 or lone surrogates, which have no canonical form.
    """
    plain, simple = (value, True) if _is_plain(value) else _normalise(value)
    if simple:
        try:
            return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError as error:
            raise ValueError(str(error)) from error
    import rfc8785

    try:
        return rfc8785.dumps(plain)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise ValueError(str(error)) from error


def sha256_hex(data: bytes) -> str:
    """The 64 hexadecimal digits of SHA-256."""
    return hashlib.sha256(data).hexdigest()


def sha256_of(pieces: Iterable[bytes]) -> str:
    """As `sha256_hex`, of pieces that belong together."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


def digest(value: Any) -> str:
    """`sha256:<hex>` of a JSON value's canonical form."""
    return f"sha256:{sha256_hex(canonical_bytes(value))}"


def has_digest(value: Any, recorded: Any) -> bool:
    """Whether `recorded` is the digest of a JSON value; fast if orjson writes the value canonically, as it mostly does.

    Raises:
        ValueError: as for `canonical_bytes`.
    """
    quick = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return bool(recorded == f"sha256:{sha256_hex(quick)}" or recorded == digest(value))


def _is_plain(value: Any) -> bool:
    """Whether orjson's output is RFC 8785 without changes: no floats, ASCII keys, no integers beyond 2**53-1."""
    kind = type(value)
    if kind in _PLAIN:
        return True
    if kind is dict:
        for key, item in value.items():
            if not (type(key) is str and key.isascii()) or not (type(item) in _PLAIN or _is_plain(item)):
                return False
        return True
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return kind is int and -_SAFE_INTEGER <= value <= _SAFE_INTEGER


def _normalise(value: Any) -> tuple[Any, bool]:
    """Turn integral floats into integers, and say whether orjson may encode the result."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value, True
    if kind is int:
        return value, -_SAFE_INTEGER <= value <= _SAFE_INTEGER
    if kind is float:
        return _normalise_float(value)
    if isinstance(value, dict):
        pairs = {key: _normalise(item) for key, item in value.items()}
        if not all(isinstance(key, str) for key in pairs):
            raise ValueError("a key that is no text has no JSON form")
        simple = all(flag and key.isascii() for key, (_, flag) in pairs.items())
        return {key: item for key, (item, _) in pairs.items()}, simple
    if isinstance(value, list | tuple):
        items = [_normalise(item) for item in value]
        return [item for item, _ in items], all(flag for _, flag in items)
    raise ValueError(f"{kind.__name__} has no JSON form")


def _normalise_float(value: float) -> tuple[float | int, bool]:
    if math.isfinite(value) and value.is_integer() and abs(value) <= _SAFE_INTEGER:
        return int(value), True
    return value, _PLAIN_FLOAT_MIN <= abs(value) < _PLAIN_FLOAT_MAX
