"""Texts in `{…}` that a comma cuts: `{prompt: A boat at sea, storm.}` is a prompt "A boat at sea" and a key `storm.`.

YAML gives such a key the value null, which would be taken for "nothing". A key that stands alone after a text without
quotes is therefore refused, wherever it is.
"""

from collections.abc import Mapping, Sequence

from ltxspec.suggest import shown
from ltxspec.values import Json

HINT = "put the whole text of `{}` in quotes; a key needs a value: `key: value`"
_QUOTING = frozenset("\"'|>&*!")  # how a value begins that is not a text without quotes


def cut_by_comma(text: str, built: Mapping[str, Json], places: Sequence[int]) -> tuple[str, str] | None:
    """What is wrong with the last key of a mapping in `{…}`, whose value is not written; None if nothing is.

    Args:
        text: the whole file.
        built: the pairs read so far, without the key.
        places: indexes into the text: of the mapping, then of key and value in turn, with those of the key.

    Returns:
        The message and the hint.
    """
    if text[places[-2] : places[-1]].rstrip().endswith(":"):
        return None
    for number, name in reversed([*enumerate(built)]):
        value = built[name]
        if value is not None:
            place = places[2 * number + 2]
            if not isinstance(value, str) or text[place : place + 1] in _QUOTING:
                return None
            message = f"{shown(name)} is cut at a comma: it is only {shown(value)}, and what follows is a key"
            return message, HINT.format(name)
    return None
