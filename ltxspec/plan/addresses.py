"""Addresses given on the command line: one that matches nothing is a typing error, never an empty plan."""

import re
import shlex
from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from ltxspec.errors import Problems
from ltxspec.values import ShotAddress, typed_address

_MOST_PAIRS = 1_000_000  # of letters; patterns are typed, so there are few
_LISTED = 5
_FILES = (".yaml", ".yml", ".json")
_SPEC, _SHOT = re.compile(r"[a-z0-9*?-]+"), re.compile(r"[\w*?-]+(\[.*\])?")
_NO_ADDRESS = re.compile(r"[{}|^$+()!%~,;\\[\]]")  # what no name of a spec or shot can contain


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


def instead_of(path: str) -> str | None:
    """What to write instead of a path that does not exist and reads as an address; None if it does not."""
    spec, dot, shot = typed_address(path).partition(".")
    if not dot or path.endswith(_FILES) or _SPEC.fullmatch(spec) is None or _SHOT.fullmatch(shot) is None:
        return None
    return f"to choose shots write `--target {shlex.quote(path)}`; a path is a spec file, a folder or a saved plan"


def _other_wildcards(pattern: str, known: Collection[ShotAddress]) -> str | None:
    """What to write instead of the wildcards of shells and regular expressions; None if there are none."""
    if pattern.endswith("+"):
        head = pattern.removesuffix("+")
        if typed_address(head) != head:
            return f"`+` ends the key here; with what follows from it, the shot is `{typed_address(head)}+`"
        return "only `--target` and `--exclude` take a `+`: the shots that it names and those that follow from them"
    outside = re.sub(r"\[.*\]$", "", pattern)
    if found := _NO_ADDRESS.search(outside):
        return f"`{found[0]}` is no wildcard here, only `*` and `?` are; for several shots repeat the option"
    if "[" in pattern and any(fnmatchcase(str(address), pattern) for address in known):
        return "`[…]` holds the key of an instance and is no set of letters; only `*` and `?` are wildcards"
    return None


def suggestion(pattern: str, known: Collection[ShotAddress]) -> str:
    """The probable intention: the whole spec, the shot with its spec's name, the nearest address, or a list of all."""
    if any(pattern == address.spec for address in known):
        return f"for every shot of a spec write `{pattern}.*`"
    if (other := _other_wildcards(pattern, known)) is not None:
        return other
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
