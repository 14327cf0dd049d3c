"""What differs between two model files, parameter by parameter; words and their order do not count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ltxspec.catalog.pointers import resolve
from ltxspec.values import Json

_WORDS: Final = frozenset({"title", "description", "examples", "x-problem"})
_LIFE: Final = ("name", "status", "statusDate", "replacedBy", "released", "taskType")
_DEEPEST: Final = 12
_OWN: Final = frozenset({"properties", "items", "anyOf", "required"})  # compared by their parts


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was added, removed or changed."""

    kind: Literal["added", "removed", "changed"]
    place: str  # JSON Pointer of the parameter; `rules`, or a name such as `status`
    before: Json = None
    after: Json = None


def differences(old: Mapping[str, Json], new: Mapping[str, Json]) -> list[Difference]:
    """Everything in which a model file differs from another one, by parameter, then rules, then what it is about."""
    before, after = dict(_parameters(old, old, "", 0)), dict(_parameters(new, new, "", 0))
    return [
        *_compared(before, after),
        *_compared(_about(old), _about(new)),
    ]


def _compared(before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Difference]:
    for place in dict.fromkeys([*before, *after]):
        if place not in after:
            yield Difference("removed", place, before[place])
        elif place not in before:
            yield Difference("added", place, None, after[place])
        elif before[place] != after[place]:
            yield from _keywords(place, before[place], after[place])


def _keywords(place: str, old: Json, new: Json) -> Iterator[Difference]:
    """The keywords in which a parameter differs."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield Difference("changed", place, old, new)
        return
    keys = [key for key in dict.fromkeys([*old, *new]) if old.get(key) != new.get(key)]
    yield Difference(
        "changed",
        place,
        {key: old[key] for key in keys if key in old},
        {key: new[key] for key in keys if key in new},
    )


def _parameters(root: Mapping[str, Json], schema: Json, place: str, depth: int) -> Iterator[tuple[str, Json]]:
    """Every parameter with its keywords, as far as they decide what is accepted."""
    here = resolve(root, schema)
    required = here.get("required", ())
    for name, part in here.get("properties", {}).items() if depth < _DEEPEST else ():
        inner, at = resolve(root, part), f"{place}/{name}"
        found: dict[str, Any] = {key: _bare(item) for key, item in inner.items() if key not in _WORDS | _OWN}
        yield at, found | ({"required": True} if name in required else {})
        yield from _parameters(root, inner, at, depth + 1)
        for form in _forms(root, inner):
            yield from _parameters(root, form, f"{at}/*", depth + 1)


def _forms(root: Mapping[str, Json], schema: Mapping[str, Json]) -> Iterator[Json]:
    items = resolve(root, schema.get("items", {}))
    yield from items.get("anyOf", [items]) if items else ()
    yield from schema.get("anyOf", ())


def _bare(value: Json) -> Json:
    """A part of a schema without words."""
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key not in _WORDS}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def _about(document: Mapping[str, Json]) -> dict[str, Json]:
    block = document["x-ltxspec"]
    found = {name: block[name] for name in _LIFE if name in block}
    found["media"] = sorted(block.get("media", ()))
    found["sent"] = sorted(block.get("defaults", {}).get("sent", ()))
    if rules := _bare(document.get("allOf", [])):
        found["rules"] = rules
    return found
