"""The keywords `enum` and `uniqueItems` of model files, in time linear in the values.

The schema library compares every pair of values: a third party's model file could keep it busy for hours. Here values
are compared by their canonical JSON, which is the same text for all values that JSON Schema considers equal: 1 and 1.0
are, 1 and true are not, and the order of keys does not matter.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ltxspec.canonical import canonical_bytes
from ltxspec.values import Json

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Keyword = Callable[["Validator", Any, Any, Any], Iterator["ValidationError"]]


def unique_items(
    validator: "Validator",
    wanted: Json,
    instance: Any,
    _schema: Any,  # the library's signature
) -> Iterator["ValidationError"]:
    """The keyword `uniqueItems`, for the schema library."""
    from jsonschema import ValidationError

    if wanted and validator.is_type(instance, "array") and len(set(map(_name, instance))) < len(instance):
        yield ValidationError("two items are equal")


def enum_keyword() -> Keyword:
    """The keyword `enum` for the schemas of one model, whose value lists it reads once. They must outlive it."""
    known: dict[int, frozenset[bytes]] = {}

    def enum(
        _validator: "Validator", values: Sequence[Json], instance: Any, _schema: Any
    ) -> Iterator["ValidationError"]:
        from jsonschema import ValidationError

        if id(values) not in known:
            known[id(values)] = frozenset(map(_name, values))
        if _name(instance) not in known[id(values)]:
            yield ValidationError("it is none of the values")

    return enum


def _name(value: Json) -> bytes:
    """One name for all values that are equal."""
    try:
        return canonical_bytes(value)
    except ValueError:  # a number that JSON cannot represent exactly: equal only if written the same
        return b"~" + repr(value).encode("utf-8", "surrogatepass")
