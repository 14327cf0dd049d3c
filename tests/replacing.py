"""`replace` for dataclasses and for the records of formats alike."""

import dataclasses
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def replace(value: T, **changes: Any) -> T:
    """The value with other fields."""
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changes)
    found: T = dataclasses.replace(value, **changes)  # type: ignore[type-var]  # every other value here is a dataclass
    return found
