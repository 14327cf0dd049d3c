"""Which known name a misspelt one was probably meant to be, of the names that model files bring."""

from collections.abc import Iterable
from itertools import islice
from typing import Final

# It takes the product of both: a model file of a stranger may hold thousands of long names.
_MOST: Final = 500  # names that are looked at
_MOST_COMPARED: Final = 100  # names that are compared
_LONGEST: Final = 60  # characters of a name that is


def nearest(word: str, options: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The option that `word` is most likely a misspelling of, whatever its case; long words and late ones are none."""
    import difflib

    if len(word) > _LONGEST:
        return None
    short = islice((option for option in islice(options, _MOST) if len(option) <= _LONGEST), _MOST_COMPARED)
    folded = {option.casefold(): option for option in short}
    near = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=cutoff)
    return folded[near[0]] if near else None
