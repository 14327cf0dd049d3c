"""JSON Pointers (RFC 6901) as tuples of keys, and walks along them through values and schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ltxspec.values import Json

Path = tuple[str | int, ...]
Names = tuple[str, ...]

MISSING: Final = object()  # there is no value; None would be a JSON null


def parse_pointer(text: str) -> Names:
    """Read `/a/b` as `("a", "b")`; `~1` means a slash and `~0` a tilde in a name.

    Raises:
        ValueError: the text does not start with a slash.
    """
    if not text.startswith("/"):
        raise ValueError(f"`{text}` is not a JSON Pointer")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def value_at(value: Json, path: Sequence[str | int]) -> Any:
    """The value at `path` through mappings and lists, or `MISSING`."""
    for key in path:
        is_item = isinstance(value, list) and isinstance(key, int) and key < len(value)
        if not is_item and not (isinstance(value, Mapping) and key in value):
            return MISSING
        value = value[key]
    return value


def texts_in(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a JSON value with its path, in order."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts_in(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_in(item, (*path, index))


def with_value(value: Mapping[str, Json], path: Names, new: Json) -> dict[str, Json]:
    """A copy of `value` with `new` at `path`; mappings on the way are copied or created, everything else is shared.

    If the path leads through something other than a mapping, nothing is set: validation will report the user's value.
    """
    result = dict(value)
    if len(path) == 1:
        result[path[0]] = new
    elif isinstance(inner := result.get(path[0], {}), Mapping):
        result[path[0]] = with_value(inner, path[1:], new)
    return result


def replaced_at(value: Json, path: Sequence[str | int], new: Json) -> Json:
    """A copy of `value` with `new` at `path`, through mappings and lists; everything not on the path is shared."""
    if not path:
        return new
    whole = part = value.copy()
    for key in path[:-1]:
        part[key] = part[key].copy()
        part = part[key]
    part[path[-1]] = new
    return whole


def resolve(root: Mapping[str, Json], schema: Json) -> Mapping[str, Json]:
    """The schema itself or the target of its local `$ref`; an empty schema if that is missing or circular."""
    for _ in range(16):
        if not isinstance(schema, Mapping):
            return {}
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return schema
        found = value_at(root, parse_pointer(reference[1:])) if reference.startswith("#/") else MISSING
        schema = found
    return {}


def properties_of(root: Mapping[str, Json], schema: Json) -> Mapping[str, Json]:
    """The named properties of an object schema; none for any other schema."""
    found = resolve(root, schema).get("properties")
    return found if isinstance(found, Mapping) else {}


def property_at(root: Mapping[str, Json], path: Names) -> Mapping[str, Json] | None:
    """The schema of the property at `path`, following `properties`, `items` (for `*`) and local references."""
    schema: Json = root
    for key in path:
        found = resolve(root, schema).get("items", MISSING) if key == "*" else MISSING
        if key != "*":
            found = properties_of(root, schema).get(key, MISSING)
        if found is MISSING:
            return None
        schema = found
    return resolve(root, schema)
