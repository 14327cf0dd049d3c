"""Combinations of a matrix, with `include` and `exclude` as in GitHub Actions.

`exclude` removes every combination that has all of an entry's values. Then each entry of `include` adds its values to
the combinations whose axes it agrees with, or makes a combination of its own if there is none. (See GitHub's
documentation, "Running variations of jobs in a workflow", and the MatrixBuilder of its runner.) Values are equal if
they are the same JSON value; unlike on GitHub, letter case counts and text is not a number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from ltxspec.values import Json

NOT_AXES = frozenset({"include", "exclude"})

Row = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Combination:
    """`values` in the order of the axes, then those added by `include`; `named_by` are those in the instance's name."""

    values: Row
    named_by: Sequence[Json]
    include: int | None  # the entry of `include` that made it


def axes_of(matrix: Row) -> dict[str, Sequence[Json]]:
    """The axes, in the order written."""
    return {name: values for name, values in matrix.items() if name not in NOT_AXES}


def size_of(matrix: Row) -> int:
    """The maximum number of combinations of a matrix."""
    axes = axes_of(matrix)
    return prod(map(len, axes.values())) * bool(axes) + len(matrix.get("include") or ())


def combine(matrix: Row) -> list[Combination]:
    """All combinations, in the order of the axes; those made by `include` come last."""
    axes = axes_of(matrix)
    includes: Sequence[Row] = matrix.get("include") or ()
    leave_out, add = _Entries(matrix.get("exclude") or (), axes), _Entries(includes, axes)
    combinations, used = [], set()
    for values in product(*axes.values()) if axes else ():
        combination = dict(zip(axes, values, strict=True))
        if next(leave_out.matching(combination), None) is not None:
            continue
        matched = sorted(add.matching(combination))
        used.update(matched)
        extra = {name: value for number in matched for name, value in includes[number].items() if name not in axes}
        combinations.append(Combination(combination | extra, values, None))
    alone = (_alone(entry, number, axes) for number, entry in enumerate(includes) if number not in used)
    return [*combinations, *alone]


def idle_excludes(matrix: Row) -> list[int]:
    """Entries of `exclude` that match nothing."""
    axes = {name: {_same(value) for value in values} for name, values in axes_of(matrix).items()}
    return [
        number
        for number, entry in enumerate(matrix.get("exclude") or ())
        if any(_same(value) not in axes.get(name, ()) for name, value in entry.items())
    ]


def _alone(entry: Row, number: int, axes: Mapping[str, Json]) -> Combination:
    ordered = {name: entry[name] for name in axes if name in entry} | dict(entry)
    named_by = [value for value in ordered.values() if not isinstance(value, dict | list)]
    return Combination(ordered, named_by, number)


class _Entries:
    """Entries of `include` or `exclude`, grouped by the axes they name: lookups are per group, not per entry."""

    def __init__(self, entries: Sequence[Row], axes: Mapping[str, Json]) -> None:
        self.groups: dict[tuple[str, ...], dict[tuple[Json, ...], list[int]]] = {}
        for number, entry in enumerate(entries):
            names = tuple(name for name in axes if name in entry)
            wanted = tuple(_same(entry[name]) for name in names)
            self.groups.setdefault(names, {}).setdefault(wanted, []).append(number)

    def matching(self, combination: Row) -> Iterator[int]:
        """Positions of the entries whose axis values all match a combination."""
        for names, entries in self.groups.items():
            yield from entries.get(tuple(_same(combination[name]) for name in names), ())


def _same(value: Json) -> Json:
    """A key for comparison: `true` is not 1, but 1 is 1.0. A list or mapping equals no axis value."""
    return (isinstance(value, bool), value if not isinstance(value, dict | list) else object())
