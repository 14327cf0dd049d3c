"""Suggestions for misspelt names, and how names from a user's file are shown in messages."""

from collections.abc import Iterable

_SHOWN = 60  # characters of a name that a message repeats
_PART = 4  # least characters of a name that may match as a part of a longer one
# Pairs of letters that one search compares, at most a microsecond each: a spec may have thousands of wrong names,
# and thousands of candidates for each.
_MOST_PAIRS = 4_000
_A_CANDIDATE = 5  # cost, in pairs, of looking at one candidate


def shown(name: object) -> str:
    """A name in backticks, shortened and on one line, whatever the file contains."""
    text = str(name)
    if not text.isprintable():
        text = "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text)
    return f"`{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}`"


def nearest(name: str, candidates: Iterable[str], most: int = _MOST_PAIRS) -> str | None:
    """The candidate that `name` was probably meant to be; None if none is similar.

    Similar means: equal except for case, `_` and `-`, or with few typing errors (a letter added, missing, wrong, or two
    swapped): one in a word of two to four letters, and one more for every three further letters. Of equally similar
    ones the first wins. If there is none, and exactly one candidate contains `name`, that one is returned.

    Args:
        name: the name as written.
        candidates: the possible names; of very many only the first are considered.
        most: the maximum number of letter pairs to compare.
    """
    plain = _plain(name)
    letters = set(plain)  # each letter that the other lacks is an error
    best, fewest = None, (len(plain) + 1) // 3 + 1
    longer = []  # candidates that contain the name
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
    """The hint for an unknown name; None if no candidate is similar."""
    found = nearest(name, candidates)
    return None if found is None else f"did you mean {shown(found)}?"


def _plain(name: str) -> str:
    return name[:_SHOWN].casefold().replace("_", "").replace("-", "")


def _slips(one: str, other: str, limit: int) -> tuple[int, int]:
    """Optimal string alignment distance, or `limit` if it is not below; and the number of letter pairs compared."""
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
