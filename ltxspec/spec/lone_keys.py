"""Texts in `{…}` that a comma cuts: `{prompt: A boat at sea, storm.}` is a prompt "A boat at sea" and a key `storm.`.

YAML gives such a key the value null, which would be taken for "nothing". A key that stands alone after a text without
quotes is therefore refused, wherever it is.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ltxspec.suggest import shown
from ltxspec.values import Json

HINT = "put the whole text of `{}` in quotes; a key needs a value: `key: value`"
_QUOTING = frozenset("\"'|>&*!")  # how a value begins that is not a text without quotes


class Cut(NamedTuple):
    """A text that a comma cuts."""

    message: str
    hint: str
    place: int  # of the key that is its rest


def cut_by_comma(text: str, built: Mapping[str, Json], places: Sequence[int]) -> Cut | None:
    """The first text in a mapping in `{…}` of which a key is the rest; None if there is none.

    Args:
        text: the whole file.
        built: the mapping.
        places: indexes into the text: of the mapping, then of key and value in turn.
    """
    before: tuple[str, str] | None = None  # the last value that is written, if it is a text without quotes
    for number, (name, value) in enumerate(built.items()):
        key, at = places[2 * number + 1 : 2 * number + 3]
        if value is not None:
            is_plain = isinstance(value, str) and text[at : at + 1] not in _QUOTING
            before = (name, value) if is_plain else None
        elif before is not None and not text[key:at].rstrip().endswith(":"):
            message = f"{shown(before[0])} is cut at a comma: it is only {shown(before[1])}, and what follows is a key"
            return Cut(message, HINT.format(before[0]), key)
    return None
