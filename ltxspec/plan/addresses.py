"""Addresses given on the command line: one that matches nothing is a typing error, never an empty plan."""

from collections.abc import Collection, Sequence

from ltxspec.errors import Problems
from ltxspec.values import ShotAddress

_MOST_PAIRS = 1_000_000  # of letters; patterns are typed, so there are few
_LISTED = 5


def refuse_unknown(patterns: Sequence[str], known: Collection[ShotAddress]) -> None:
    """Raise if there are patterns that match no shot.

    Args:
        patterns: the patterns that matched nothing.
        known: all shots, for the suggestion.

    Raises:
        Invalid: with one problem per pattern.
    """
    problems = Problems()
    for pattern in patterns:
        problems.error("unknown-address", f"no shot matches `{pattern}`", hint=suggestion(pattern, known))
    problems.raise_if_errors()


def suggestion(pattern: str, known: Collection[ShotAddress]) -> str:
    """The probable intention: the whole spec, the shot with its spec's name, the nearest address, or a list of all."""
    if any(pattern == address.spec for address in known):
        return f"for every shot of a spec write `{pattern}.*`"
    from ltxspec.suggest import nearest

    for address in known:
        if pattern in (address.instance, address.shot):
            return f"did you mean `{address.spec}.{pattern}`?"
    names = dict.fromkeys([*(f"{address.spec}.{address.shot}" for address in known), *map(str, known)])
    near = nearest(pattern, names, _MOST_PAIRS)
    if near is not None:
        return f"did you mean `{near}`?"
    if not known:
        return "there are no shots yet"
    listed = ", ".join(f"`{address}`" for address in list(known)[:_LISTED])
    return f"there are {listed}" + (f" and {len(known) - _LISTED} more" if len(known) > _LISTED else "")
