"""Texts that read as a truth value or a number: what a table's cell, an option or a filter is converted to.

Tables and options hold only text, and any text but the empty one is true for a condition. So a conversion is always
asked for (`types:`, `|bool`), and a condition refuses such a text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from ltxspec.values import Json

# `true` and `false` also as spreadsheets write them in other languages
_TRUE = frozenset(["true", "yes", "on", "y", "t", "1", "wahr", "vrai", "verdadero", "vero"])
_FALSE = frozenset(["false", "no", "off", "n", "f", "0", "falsch", "faux", "falso"])
_NOTHING = frozenset(["null", "none", "nil", "n/a"])
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,15}(?:\.[0-9]{0,15})?|\.[0-9]{1,15})(?:[eE][-+]?[0-9]{1,3})?")
_WHOLE = re.compile(r"([-+]?[0-9]{1,15})(?:\.0{1,15})?")
_LIKE_A_NUMBER = re.compile(r"[-+]?[0-9]{1,3}(?:[., ']?[0-9]{3})*(?:[.,][0-9]*)?")
# what spreadsheets write for a formula that fails, in English, German, French, Spanish and Italian
_FAILED = (
    "#REF! #N/A #NAME? #DIV/0! #VALUE! #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #GETTING_DATA #ERROR! "
    "#BEZUG! #NV #WERT! #ZAHL! #ÜBERLAUF! #VALEUR! #NOM? #NOMBRE! #NUL! #¡REF! #¿NOMBRE? #¡VALOR! #¡DIV/0! #¡NUM! "
    "#RIF! #NOME? #VALORE! #N/D"
)
_FORMULA_ERRORS = frozenset(_FAILED.split())
_LIBREOFFICE = re.compile(r"(?:err|fehler):5[0-9]{2}", re.IGNORECASE)
_LONGEST = 40  # characters of a text that can read as one of these


def truth_of(text: str) -> bool | None:
    """The truth value a text reads as: true or false, yes or no, on or off, 1 or 0; None if it is none."""
    word = text.strip().lower() if len(text) <= _LONGEST else ""
    return True if word in _TRUE else False if word in _FALSE else None


def whole_number(text: str) -> int | None:
    """The whole number a text reads as (`8`, `8.0`); None if it is none."""
    found = _WHOLE.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    return int(found[1]) if found else None


def number_of(text: str) -> int | float | None:
    """The number a text reads as, with a decimal point; None if it is none."""
    plain = text.strip() if len(text) <= _LONGEST else ""
    whole = whole_number(plain)
    if whole is not None:
        return whole
    value = float(plain) if _NUMBER.fullmatch(plain) else None
    return value if value is not None and abs(value) != float("inf") else None


def misleading(text: str) -> str | None:
    """What a text reads as, if a condition would take it for true whatever it says; None for any other text."""
    plain = text.strip().lower() if len(text) <= _LONGEST else ""
    if truth_of(plain) is not None and not plain.isdecimal():
        return "a truth value"
    if plain in _NOTHING:
        return "nothing"
    return "a number" if plain and (number_of(plain) is not None or _LIKE_A_NUMBER.fullmatch(plain)) else None


def is_formula_error(text: str) -> bool:
    """Whether a cell holds what a spreadsheet writes for a formula that fails: `#REF!`, `#N/A`, `Err:502`."""
    if text[:1] == "#":
        return text.strip().upper() in _FORMULA_ERRORS
    return text[:1] in "EeFf" and len(text) <= _LONGEST and _LIBREOFFICE.fullmatch(text.strip()) is not None


def _boolean(value: Json) -> bool | None:
    return truth_of(value) if isinstance(value, str) else value if isinstance(value, bool) else None


def _integer(value: Json) -> int | None:
    if isinstance(value, str):
        return whole_number(value)
    return (
        int(value) if isinstance(value, int | float) and not isinstance(value, bool) and value == int(value) else None
    )


def _number(value: Json) -> int | float | None:
    if isinstance(value, str):
        return number_of(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


# The words of `types:`, each with what reads a value of a row, and what is expected, for messages.
TYPES: Final[Mapping[str, tuple[Callable[[Json], Json], str]]] = {
    "boolean": (_boolean, "true or false (also yes or no, on or off, 1 or 0)"),
    "integer": (_integer, "a whole number"),
    "number": (_number, "a number, with a decimal point"),
    "text": (_text, "text"),
}
