"""Did you mean? And how a name from a user's file is shown in a message."""

from collections.abc import Iterable

_SHOWN = 60  # characters of a name that a message repeats
_PART = 4  # characters of a part that tell what is meant


def shown(name: object) -> str:
    """A name between backticks, short and on one line whatever a file put into it."""
    text = str(name)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was probably meant to be; None when none is near.

    Near means: equal but for case, `_` and `-`, or few typing slips (a letter too many, too few, wrong, or two
    swapped): one in a word of two to four letters, one more for every three letters more. Of equally near ones the
    first wins. Where none is, the only one that `name` is a part of is near.
    """
    plain, candidates = _plain(name), list(candidates)
    best, fewest = None, (len(plain) + 1) // 3 + 1
    for candidate in candidates:
        other = _plain(candidate)
        if abs(len(other) - len(plain)) < fewest and (slips := _slips(plain, other, fewest)) < fewest:
            best, fewest = candidate, slips
    if best is None and len(plain) >= _PART:
        longer = [candidate for candidate in candidates if plain in _plain(candidate)]
        return longer[0] if len(longer) == 1 else None
    return best


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The hint for an unknown name; None when no candidate is near."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean {shown(found)}?"


def _plain(name: str) -> str:
    return name[:_SHOWN].casefold().replace("_", "").replace("-", "")


def _slips(one: str, other: str, limit: int) -> int:
    """Optimal string alignment distance; `limit` as soon as it cannot be less."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, counterpart in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != counterpart))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart
            row.append(min(cost, older[j - 2] + 1) if swapped else cost)
        if min(row) >= limit:
            return limit
    return row[-1]
