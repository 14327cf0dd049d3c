"""Says what each column of a table of shots means: by its name, and by the parameters of the models that are used."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ltxspec.catalog.models import PROMPT, Model
from ltxspec.catalog.pointers import Names, properties_of, resolve
from ltxspec.spec.names import as_variable, is_variable
from ltxspec.values import Json

KEY: Final = "key"
SIZE: Final = "size"
IMAGE: Final = "image"
TITLE: Final = "title"
MODEL: Final = "model"
PROMPT_TEXT: Final = "prompt"
# What columns may be called, without case, blanks, signs and what stands in brackets; the first one wins for the key.
_MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    KEY: ("id", "shotid", "shot", "key", "slug", "sku", "code", "shotname", "name", "nr", "no", "number", "#"),
    PROMPT_TEXT: ("prompt", "positiveprompt", "shotprompt", "prompttext"),
    "duration": ("duration", "seconds", "secs", "sec", "length", "durationseconds", "lengthseconds"),
    SIZE: ("size", "resolution", "dimensions"),
    IMAGE: ("image", "firstframe", "frameimage", "startframe", "startimage", "imageurl"),
    MODEL: ("model", "air"),
    TITLE: ("title",),
    "fps": ("fps", "framerate", "framespersecond"),
    "generateaudio": ("audio", "sound", "generateaudio"),
}
_KINDS: Final = {"integer": "integer", "number": "number", "boolean": "boolean"}  # JSON Schema -> `types:` of a table
_REMARKS: Final = frozenset({"notes", "note", "comment", "comments", "remark", "remarks", "description"})  # no labels
_DEEPEST: Final = 6
_LONGEST_LABEL: Final = 63  # characters of a cell that can be a label


@dataclass(frozen=True, slots=True)
class Parameter:
    """A column that gives a parameter of the request."""

    path: Names
    kind: str | None  # the type that its cells are converted to; None: text


@dataclass(slots=True)
class Columns:
    """What the columns of a table mean.

    Attributes:
        roles: key, prompt, size, image, title or model -> column.
        parameters: column -> the parameter that it gives.
        labels: columns of short texts: for grouping only.
        unused: columns that nothing uses; templates may.
        doubled: pairs of columns that mean the same.
        variables: column -> its name in templates.
    """

    roles: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    doubled: list[tuple[str, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


def plain(name: str) -> str:
    """A column's name as it is compared."""
    found = re.sub(r"[^a-z0-9]", "", re.sub(r"[(\[].*", "", name).lower())
    return found or name.strip().lower()


def column_named(names: Iterable[str], meaning: str) -> str | None:
    """The column with a meaning, by its name alone: the first in the order of the names that are known for it."""
    by_plain: dict[str, str] = {}
    for name in names:
        by_plain.setdefault(plain(name), name)
    return next((by_plain[known] for known in _MEANINGS[meaning] if known in by_plain), None)


def meanings(names: Sequence[str], rows: Sequence[Mapping[str, str]], models: Sequence[Model]) -> Columns:
    """What the columns mean.

    Args:
        names: their names.
        rows: the cells, by name.
        models: the models that the table uses.
    """
    found, known = Columns(), _parameters(models)
    by_meaning: dict[object, str] = {}
    key = column_named(names, KEY)
    for name in names:
        meaning = _meaning(name, is_key=name == key)
        parameter = known.get(meaning if meaning is not None else plain(name))
        what: object = meaning if parameter is None else parameter.path
        if meaning is None and parameter is None:
            (found.labels if _is_short(name, rows) else found.unused).append(name)
            continue
        if (other := by_meaning.setdefault(what, name)) != name:
            found.doubled.append((other, name))
        elif parameter is not None:
            found.parameters[name] = parameter
        elif meaning in _ROLES:
            found.roles[str(meaning)] = name
        else:  # no model that is used has such a parameter
            found.unused.append(name)
    found.variables = _variables(names)
    return found


_ROLES: Final = frozenset({KEY, PROMPT_TEXT, SIZE, IMAGE, TITLE, MODEL})


def _meaning(name: str, *, is_key: bool) -> str | None:
    if is_key:
        return KEY
    text = plain(name)
    return next((meaning for meaning, known in _MEANINGS.items() if text in known and meaning != KEY), None)


def _is_short(name: str, rows: Sequence[Mapping[str, str]]) -> bool:
    cells = [row[name] for row in rows]
    is_short = all(len(cell) <= _LONGEST_LABEL and "\n" not in cell for cell in cells)
    return is_short and any(cells) and plain(name) not in _REMARKS


def _parameters(models: Sequence[Model]) -> dict[str, Parameter]:
    """Name without case -> parameter: of all plain values that the models take, if a name is in one place only."""
    found: dict[str, set[Parameter]] = {}
    for model in models:
        apart = model.order | model.delivery | {"taskType", "model", PROMPT}
        for path, schema in _leaves(model.schema, model.schema, ()):
            if path[0] not in apart:
                kind = _KINDS.get(str(schema.get("type")))
                found.setdefault(plain(path[-1]), set()).add(Parameter(path, kind))
    return {name: next(iter(every)) for name, every in found.items() if len(every) == 1}


def _leaves(root: Mapping[str, Json], schema: Json, path: Names) -> Iterable[tuple[Names, Mapping[str, Json]]]:
    for name, inner in properties_of(root, schema).items():
        part = resolve(root, inner)
        if properties_of(root, part) and len(path) < _DEEPEST:
            yield from _leaves(root, part, (*path, name))
        elif part.get("type") in {*_KINDS, "string"}:
            yield (*path, name), part


def _variables(names: Sequence[str]) -> dict[str, str]:
    """A name for each column that templates can use: its own, if they can."""
    found: dict[str, str] = {}
    taken = {name for name in names if is_variable(name)}
    for name in names:
        variable = name
        if not is_variable(name):
            base = as_variable(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "column")
            variable, number = base, 2
            while variable in taken:
                variable, number = f"{base}_{number}", number + 1
            taken.add(variable)
        found[name] = variable
    return found
