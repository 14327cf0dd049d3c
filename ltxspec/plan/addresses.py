"""Addresses typed on the command line: one that names nothing is a typing error, never an empty plan."""

from collections.abc import Collection, Sequence

from ltxspec.errors import Problems
from ltxspec.values import ShotAddress

_MOST_PAIRS = 1_000_000  # of letters; a pattern is typed, so there are not thousands
_LISTED = 5


def refuse_unknown(patterns: Sequence[str], known: Collection[ShotAddress]) -> None:
    """Stop when there are patterns that name no shot.

    Args:
        patterns: those that matched nothing.
        known: every shot there is, for the suggestion.

    Raises:
        Invalid: one problem a pattern.
    """
    problems = Problems()
    for pattern in patterns:
        problems.error("unknown-address", f"no shot matches `{pattern}`", hint=suggestion(pattern, known))
    problems.raise_if_errors()


def suggestion(pattern: str, known: Collection[ShotAddress]) -> str:
    """What was probably meant: the whole spec, the shot with its spec's name, the nearest address, or what there is."""
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
