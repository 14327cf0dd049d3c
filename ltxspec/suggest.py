"""Did you mean? And how a name from a user's file is shown in a message."""

from collections.abc import Iterable

_SHOWN = 60  # characters of a name that a message repeats
_PART = 4  # characters of a part that tell what is meant
# Pairs of letters that one search compares, a microsecond each at most: a spec may hold thousands of wrong names,
# and thousands that each could have been meant to be.
_MOST_PAIRS = 4_000
_A_CANDIDATE = 5  # pairs in whose time a candidate is only measured


def shown(name: object) -> str:
    """A name between backticks, short and on one line whatever a file put into it."""
    text = str(name)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def nearest(name: str, candidates: Iterable[str], most: int = _MOST_PAIRS) -> str | None:
    """The candidate that `name` was probably meant to be; None when none is near.

    Near means: equal but for case, `_` and `-`, or few typing slips (a letter too many, too few, wrong, or two
    swapped): one in a word of two to four letters, one more for every three letters more. Of equally near ones the
    first wins. Where none is, the only one that `name` is a part of is near.

    Args:
        name: as it was written.
        candidates: what it may have been meant to be; of many only the first are looked at.
        most: pairs of letters to compare.
    """
    plain = _plain(name)
    letters = set(plain)  # each that the other has not is a slip
    best, fewest = None, (len(plain) + 1) // 3 + 1
    longer = []  # those that the name is a part of
    for candidate in candidates:
        other = _plain(candidate)
        most -= _A_CANDIDATE
        if abs(len(other) - len(plain)) < fewest and len(letters.difference(other)) < fewest:
            slips, compared = _slips(plain, other, fewest)
            most -= compared
            best, fewest = (candidate, slips) if slips < fewest else (best, fewest)
        elif len(plain) >= _PART and plain in other:
            longer.append(candidate)
        if most < 0:
            break
    if best is None and len(longer) == 1:
        return longer[0]
    return best


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The hint for an unknown name; None when no candidate is near."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean {shown(found)}?"


def _plain(name: str) -> str:
    return name[:_SHOWN].casefold().replace("_", "").replace("-", "")


def _slips(one: str, other: str, limit: int) -> tuple[int, int]:
    """Optimal string alignment distance, `limit` as soon as it cannot be less; and the pairs of letters compared."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, counterpart in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != counterpart))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart
            row.append(min(cost, older[j - 2] + 1) if swapped else cost)
        if min(row) >= limit:
            return limit, i * len(other)
    return row[-1], len(one) * len(other)
