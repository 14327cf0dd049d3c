"""Whether a model's schema names a parameter and says what it is: that a free object takes it is no promise."""

from collections.abc import Iterator, Mapping

from ltxspec.catalog.pointers import properties_of, resolve
from ltxspec.values import Json

_KINDS: Mapping[type, tuple[str, ...]] = {
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    list: ("array",),
    dict: ("object",),
}


def declares(root: Mapping[str, Json], schema: Json, value: Json) -> bool:
    """Whether a schema names every parameter in a value, at any depth, with a kind that each has.

    Whether the value is within its limits is not asked: `validate` tells.

    Args:
        root: the schema of the model, for references.
        schema: the part of it that describes the value.
        value: a parameter, or a mapping or list of them.
    """
    return any(_in_form(root, form, value) for form in _forms(root, schema))


def is_kind(root: Mapping[str, Json], schema: Json, value: Json) -> bool:
    """Whether a schema says that it takes values of this kind: text, number, true or false, list, mapping."""
    return any(_has_kind(form, value) for form in _forms(root, schema))


def _in_form(root: Mapping[str, Json], schema: Mapping[str, Json], value: Json) -> bool:
    if isinstance(value, dict):
        known = properties_of(root, schema)
        return all(name in known and declares(root, known[name], item) for name, item in value.items())
    if isinstance(value, list):
        return _has_kind(schema, value) and all(declares(root, schema.get("items"), item) for item in value)
    return _has_kind(schema, value)


def _has_kind(schema: Mapping[str, Json], value: Json) -> bool:
    if "enum" in schema or "const" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return any(type(one) is type(value) for one in allowed)
    stated = schema.get("type", ())
    kinds = _KINDS.get(type(value), ("null",))
    return any(kind in kinds for kind in ([stated] if isinstance(stated, str) else stated))


def _forms(root: Mapping[str, Json], schema: Json) -> Iterator[Mapping[str, Json]]:
    """The schema, and each alternative that it has."""
    here = resolve(root, schema)
    yield here
    for form in (*here.get("anyOf", ()), *here.get("oneOf", ())):
        yield resolve(root, form)
