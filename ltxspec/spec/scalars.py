"""The meaning of an unquoted YAML word: the core schema of YAML 1.2, without the guesses of YAML 1.1.

`yes`, `off`, `12:30:45` and `2026-11-22` are text. `0o17` and `0x1F` are numbers, `017` is seventeen.
"""

import math
import re

from ltxspec.values import Json

# Words with a fixed meaning; quoted words are not looked up.
WORDS: dict[str, Json] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_MAX_DIGITS = 1000  # the cost of reading and writing a number grows with the square of its length
NUMBER_STARTS = frozenset("0123456789+-.")

_INTEGER = re.compile(r"[-+]?[0-9]+\Z").match
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z").match
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z").match
_ENDLESS = frozenset(
    sign + word for word in (".inf", ".Inf", ".INF") for sign in ("", "+", "-")
) | {".nan", ".NaN", ".NAN"}  # fmt: skip


class NotANumber(ValueError):
    """A word has the form of a number that JSON cannot represent; the message says why."""


def read_number(word: str) -> int | float | str:
    """Read an unquoted word that starts like a number; it stays text if it is not one.

    Raises:
        NotANumber: infinity, NaN, or too many digits.
    """
    if _INTEGER(word):
        return _integer(word, 10)
    if _DECIMAL(word):
        number = float(word)
        if math.isinf(number):
            raise NotANumber("is too large for a number")
        return number
    if _BASED(word):
        return _integer(word[2:], 8 if word[1] == "o" else 16)
    if word in _ENDLESS:
        raise NotANumber("is not a finite number")
    return word


def _integer(digits: str, base: int) -> int:
    if len(digits) > _MAX_DIGITS:
        raise NotANumber("has too many digits for a number")
    return int(digits, base)
