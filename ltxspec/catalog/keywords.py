"""The keywords of model files, for the schema library: each application counts as work, and no message is kept.

A third party's schema may apply thousands of keywords to each of thousands of values, and the library's messages repeat
the whole value each time. The caller sets the limit; see `render/allowance.py`.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ltxspec.catalog.equality import Keyword, enum_keyword, unique_items
from ltxspec.catalog.patterns import match_pattern

if TYPE_CHECKING:
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator

Work = Callable[[int], None]  # counts steps of half a microsecond, and raises if there are too many

APPLIED = 25  # steps to apply one keyword to one value
_LETTERS_A_STEP = 64  # of a value that is scanned, or repeated in a message
_LOOKED_THROUGH = frozenset({"const", "enum", "pattern", "uniqueItems"})


def unlimited(_steps: int) -> None:
    """Count nothing."""


spent: ContextVar[tuple[Work, int]] = ContextVar("spent", default=(unlimited, 0))  # with a request's length


def metered_keywords(library: Mapping[str, Any]) -> dict[str, Keyword]:
    """All keywords for the schemas of one model, which must outlive them.

    Args:
        library: name -> function, from the schema library.
    """
    ours = {"pattern": match_pattern, "enum": enum_keyword(), "uniqueItems": unique_items}
    return {name: _metered(name, keyword) for name, keyword in {**library, **ours}.items()}


def _metered(name: str, keyword: Any) -> Keyword:
    def metered(validator: "Validator", value: Any, instance: Any, schema: Any) -> Iterator["ValidationError"]:
        work, letters = spent.get()
        work(APPLIED + (letters // _LETTERS_A_STEP if name in _LOOKED_THROUGH else 0))
        for error in keyword(validator, value, instance, schema) or ():
            work(letters // _LETTERS_A_STEP)
            error.message = ""  # it repeats the value, and is not used
            yield error

    return metered
