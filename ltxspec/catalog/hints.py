"""How to fix a parameter: the second half of an error message."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ltxspec.catalog.declared import is_kind
from ltxspec.catalog.models import PROMPT, Model
from ltxspec.catalog.pointers import Names, Path, properties_of, property_at, resolve
from ltxspec.catalog.wording import joined, name_of, shown
from ltxspec.suggest import nearest
from ltxspec.values import Json

_BOOLEAN_WORDS: Final = {
    "yes": "true",
    "y": "true",
    "on": "true",
    "true": "true",
    "no": "false",
    "n": "false",
    "off": "false",
    "false": "false",
}
_ABSENT: Final = "give it a value, or remove the line"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


def hint_for_type(given: Json, wanted: Sequence[str]) -> str | None:
    """What to write instead of a value of the wrong type."""
    if given is None:
        return _ABSENT
    if isinstance(given, str):
        return _hint_for_text(given, wanted)
    if "array" in wanted:
        return "write it as a list: a line starting with `- ` for each item"
    if "string" in wanted and isinstance(given, int | float):
        return f'put it in quotes: `"{shown(given)}"`'
    return None


def _hint_for_text(given: str, wanted: Sequence[str]) -> str | None:
    word = given.strip()
    if "boolean" in wanted and word.casefold() in _BOOLEAN_WORDS:
        meant = _BOOLEAN_WORDS[word.casefold()]
        if word.casefold() == meant:
            return f"write `{meant}` without quotes"
        return f"YAML 1.2 reads `{word}` as text; write `{meant}`"
    if {"integer", "number"} & set(wanted) and _NUMBER.fullmatch(word):
        return f"write `{word}` without quotes, or let a template give a number: `{{{{ … | int }}}}`"
    if "array" in wanted:
        return "write it as a list: a line starting with `- ` for each item"
    if {"integer", "number"} & set(wanted) and not word:
        return "`types:` of `forEach` reads an empty cell as null, which leaves the parameter out"
    return None


def hint_for_value(given: Json, allowed: Sequence[Json]) -> str | None:
    """The allowed value most similar to a misspelt or misquoted one."""
    if given is None:
        return _ABSENT
    if not isinstance(given, str):
        return None
    for value in allowed:
        if not isinstance(value, str) and shown(value) == given.strip():
            return f"write `{given.strip()}` without quotes"
    near = nearest(given, [value for value in allowed if isinstance(value, str)])
    return f"did you mean `{near}`?" if near else None


def hint_for_unknown(path: Path, known: Iterable[str], model: Model, value: Json = None) -> str:
    """Where an unknown parameter belongs, which one was probably meant, or which are available.

    Args:
        path: where it stands.
        known: the names that may stand there.
        model: its model.
        value: its value, which has to be of the kind that is taken elsewhere; None: it is not asked.
    """
    key = str(path[-1])
    for place in _places(model, model.schema, ()):
        is_there = place[-1].casefold() == key.casefold() and place[:-1] != path[:-1]
        if is_there and (value is None or is_kind(model.schema, property_at(model.schema, place), value)):
            return f"write it as {name_of(place)}"
    names = [name for name in known if len(path) > 1 or name not in _set_by_us(model)]
    near = nearest(key, names)
    if near:
        return f"did you mean {name_of((*path[:-1], near))}?"
    if not names:
        return "remove it"
    return f"allowed here: {joined([f'`{name}`' for name in names], 'and')}"


def _set_by_us(model: Model) -> frozenset[str]:
    return model.order | {"taskType", "model", PROMPT}


def _places(model: Model, schema: Mapping[str, Json], path: Names) -> Iterator[Names]:
    for name, reference in properties_of(model.schema, schema).items():
        if not path and name in _set_by_us(model):
            continue
        yield (*path, name)
        yield from _places(model, resolve(model.schema, reference), (*path, name))
