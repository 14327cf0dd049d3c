"""Expands a shot into its instances: itself, the combinations of a matrix, or one for each row of data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ltxspec.errors import Location, Problems
from ltxspec.spec.files import ProjectFiles
from ltxspec.spec.matrix import axes_of, combine, idle_excludes, size_of
from ltxspec.spec.models import ForEach, Instance, Spec, SpecShot
from ltxspec.spec.names import difference, folded, instance_key
from ltxspec.suggest import did_you_mean, shown
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.spec.tables import Locate

MAX_INSTANCES = 100_000  # of one shot; each is a paid task
MAX_NAMES = 32_000_000  # characters of the names of all instances of a shot


def expand(spec: Spec, shot: SpecShot, files: ProjectFiles, problems: Problems) -> list[Instance]:
    """Expand one shot.

    Args:
        spec: the spec that contains the shot.
        shot: the shot.
        files: the source of the rows of a `forEach: {file: …}`.
        problems: receives the problems; after an error the list is empty.
    """
    if shot.matrix is None and shot.for_each is None:
        return [Instance(shot, shot.name, {})]
    found, instances = Problems(), list[Instance]()
    if shot.matrix is not None:
        instances = _of_matrix(spec, shot, shot.matrix, found)
    elif shot.for_each is not None:
        instances = _of_rows(spec, shot, shot.for_each, files, found)
    problems.extend(found.diagnostics)
    return [] if found.errors else instances


def _of_matrix(spec: Spec, shot: SpecShot, matrix: Mapping[str, Json], problems: Problems) -> list[Instance]:
    path = ("shots", shot.name, "matrix")
    if _too_many(size_of(matrix), shot, spec.document.locate(path), problems):
        return []
    _check_axes(spec, path, matrix, problems)
    _check_entries(spec, path, matrix, problems)
    if problems.errors:
        return []
    combinations = combine(matrix)
    if not combinations:
        message = f"`exclude` removes every combination, so {shown(shot.name)} has no instances"
        problems.warn("no-instances", message, spec.document.locate(path))

    def locate(number: int) -> Location:
        entry = combinations[number].include
        return spec.document.locate(path if entry is None else (*path, "include", entry))

    for number, each in enumerate(combinations):
        if not each.named_by:
            hint = "give it a text, number, true or false"
            problems.error(
                "missing-key", "nothing in this entry of `include` can name an instance", locate(number), hint
            )
    keyed = ((instance_key(shot.name, each.named_by), each.values) for each in combinations)
    return _distinct(shot, keyed, locate, problems)


def _of_rows(spec: Spec, shot: SpecShot, for_each: ForEach, files: ProjectFiles, problems: Problems) -> list[Instance]:
    from ltxspec.spec.rows import named_rows

    found = named_rows(spec, shot, for_each, files, problems)
    where = spec.document.locate(("shots", shot.name, "forEach"))
    if found is None or _too_many(len(found.rows), shot, where, problems):
        return []
    keyed = ((instance_key(shot.name, [row[found.column]]), row) for row in found.rows)
    rows = None if for_each.file is None else found.locate
    instances = _distinct(shot, keyed, lambda number: found.locate(number, found.column), problems, rows)
    if not any(found.spaced):
        return instances
    pairs = zip(instances, found.spaced, strict=False)  # fewer instances than rows if their names are too long
    return [replace(instance, spaced=spaced) if spaced else instance for instance, spaced in pairs]


def _distinct(
    shot: SpecShot,
    keyed: Iterable[tuple[str, Mapping[str, Json]]],
    locate: Callable[[int], Location],
    problems: Problems,
    rows: "Locate | None" = None,
) -> list[Instance]:
    """Instances from keys and variables; two keys that are the same, or the same as file names, are an error."""
    numbers: dict[str, tuple[int, str]] = {}  # by what names of one file have in common
    instances: list[Instance] = []
    room = MAX_NAMES
    for number, (key, variables) in enumerate(keyed):
        room -= len(key)
        if room < 0:
            message = f"the names of the instances of {shown(shot.name)} have more than {MAX_NAMES:,} characters"
            hint = "let shorter values name them, and keep long texts under `vars`"
            problems.error("too-many-instances", message, locate(number), hint)
            break
        first, other = numbers.setdefault(folded(key), (number, key))
        if first != number:
            problems.error("duplicate-instance", _alike(key, other, locate(first)), locate(number), _OWN_NAME)
        row = None if rows is None else partial(rows, number, None)
        instances.append(Instance(shot, key, variables, row=row))
    return instances


_OWN_NAME = "two instances cannot share a name: give each its own value here"


def _alike(key: str, other: str, first: Location) -> str:
    if key == other:
        return f"{shown(key)} names two instances, first at {first}"
    return f"{shown(key)} and {shown(other)} at {first} differ only in {difference(key, other)}: they share a file name"


def _too_many(count: int, shot: SpecShot, where: Location, problems: Problems) -> bool:
    if count > MAX_INSTANCES:
        message = f"{shown(shot.name)} would make {count:,} instances; at most {MAX_INSTANCES:,} are allowed"
        problems.error("too-many-instances", message, where, "each is a paid render: split them into several specs")
    return count > MAX_INSTANCES


def _check_axes(spec: Spec, path: tuple[str, ...], matrix: Mapping[str, Json], problems: Problems) -> None:
    """Check that the values of each axis differ in their part of the instance's name."""
    for name, values in axes_of(matrix).items():
        seen: dict[str, int] = {}
        texts = [instance_key("", [value])[1:-1] for value in values]
        for number, text in enumerate(texts):
            if (earlier := seen.setdefault(folded(text), number)) == number:
                continue
            first, other = spec.document.locate((*path, name, earlier)), texts[earlier]
            message = f"{shown(text)} appears twice in the axis {shown(name)}, first at {first}"
            if text != other:
                message = f"{_alike(text, other, first)} (in the axis {shown(name)})"
            problems.error("duplicate-instance", message, spec.document.locate((*path, name, number)))


def _check_entries(spec: Spec, path: tuple[str, ...], matrix: Mapping[str, Json], problems: Problems) -> None:
    """Check that `exclude` names only axes, and warn of entries that match nothing, probably by mistake."""
    axes = axes_of(matrix)
    for kind in ("include", "exclude"):
        for number, entry in enumerate(matrix.get(kind) or ()):
            where = (*path, kind, number)
            if not entry:
                problems.error("empty", f"this entry of `{kind}` is empty", spec.document.locate(where))
            for name in entry if kind == "exclude" else ():
                if name not in axes:
                    hint = did_you_mean(name, axes) or f"the axes are {', '.join(map(shown, axes)) or 'none'}"
                    message = f"{shown(name)} is not an axis of this matrix"
                    problems.error("unknown-axis", message, spec.document.locate((*where, name)), hint)
    for number in () if problems.errors else idle_excludes(matrix):
        hint = "write the values as in the axes: letter case counts, and text is not a number"
        message = "this entry of `exclude` matches no combination"
        problems.warn("idle-exclude", message, spec.document.locate((*path, "exclude", number)), hint)
