"""The keyword `pattern` of model files, matched in time linear in the text (RE2).

Both the model file and the text may come from a third party. Python's own expressions can be made to search almost
endlessly; RE2 has neither look-around nor backreferences, and always ends.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ltxspec.catalog.references import parts_of
from ltxspec.values import Json

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


def pattern_problems(schema: Json, place: str = "") -> Iterator[str]:
    """The problems with the patterns of a schema, as sentences that name the field."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from pattern_problems(item, f"{place}/{number}")
    if not isinstance(schema, Mapping):
        return
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and (reason := _reason(pattern)) is not None:
        yield f"`{place}/pattern` is not a valid RE2 expression: {reason}"
    for inner, part, _ in parts_of(schema):
        yield from pattern_problems(part, f"{place}{inner}")


def match_pattern(validator: "Validator", pattern: str, instance: Any, _schema: Any) -> Iterator["ValidationError"]:
    """The keyword, for the schema library. The pattern must be valid."""
    from jsonschema import ValidationError

    # Half a surrogate pair cannot be encoded as UTF-8; as a replacement character it matches like any character.
    if validator.is_type(instance, "string") and not _compiled(pattern).search(instance.encode("utf-8", "replace")):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _reason(pattern: str) -> str | None:
    """Why RE2 cannot read a pattern; None if it can."""
    import re2

    try:
        _compiled(pattern)
    except re2.error as error:
        (reason,) = error.args
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)
