"""Whether a parameter, as its source describes it now, takes a value that a model file has."""

from collections.abc import Mapping
from typing import Final

from ltxspec.catalog.importing.normal import rewritten
from ltxspec.values import Json

_UNCHECKED: Final = ("pattern", "format", "x-problem")  # no default depends on them, and not every pattern can be read


def takes(document: Mapping[str, Json], schema: Mapping[str, Json], value: Json) -> bool:
    """Whether a schema takes a value: its kind, bounds and choices.

    Args:
        document: the model file, into which references of the schema lead.
        schema: that of the parameter.
        value: the value.
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    bare = rewritten(schema, lambda node: {key: item for key, item in node.items() if key not in _UNCHECKED})
    whole = {**bare, **({"$defs": document["$defs"]} if "$defs" in document else {})}
    try:
        Draft202012Validator.check_schema(whole)
        return Draft202012Validator(whole).is_valid(value)
    except (SchemaError, Unresolvable):
        return True  # the file is refused for its schema
