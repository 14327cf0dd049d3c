"""The rules for names of specs, shots, instances and variables.

A shot's name is used in addresses (`spec.shot[key]`) and in file names, so it has no dot, bracket, slash or space.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ltxspec.canonical import canonical_bytes
from ltxspec.values import Json

SPEC_NAME = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
SHOT_NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$"
# A key, or the address of a shot or an instance of another spec.
EARLIER_NAME = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)?[A-Za-z0-9][A-Za-z0-9_-]{0,62}(\[.+\])?$"
INSTANCE_KEY = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}(\[.+\])?$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"

SPEC_NAME_RULE = "use lower-case letters, digits and `-`, at most 63, with a letter or digit at both ends"
SHOT_NAME_RULE = "use letters, digits, `-` and `_`, at most 63, beginning with a letter or digit"

# Words of the template language, which cannot be variables.
_TEMPLATE_WORDS = frozenset(
    {"and", "or", "not", "in", "is", "if", "else", "elif", "for", "import", "include", "recursive"}
    | {"true", "false", "none", "True", "False", "None"}
)

_NOT_PLAIN = re.compile(r'[,\[\]"\x00-\x1f\x7f]')
_variable = re.compile(VARIABLE)


@lru_cache(maxsize=4096)  # thousands of shots have variables with the same names
def is_variable(name: str) -> bool:
    """Whether a template can use `name` as a variable."""
    return _variable.match(name) is not None and name not in _TEMPLATE_WORDS and not name.endswith("\n")


def as_variable(name: str) -> str:
    """A similar name that a template can use."""
    letters = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return letters if is_variable(letters) else f"_{letters}"


def instance_key(shot: str, values: Iterable[Json]) -> str:
    """The name of one instance of a shot: `weather[rain,dusk]`.

    Text is used as it is if that is unambiguous, otherwise as a JSON string; numbers in their shortest form.
    """
    return f"{shot}[{','.join(_value_text(value) for value in values)}]"


def own_name(spec: Json, moved: Json) -> Json:
    """What `moved:` names: `spec.shot` is `shot` in the spec itself."""
    return moved.removeprefix(f"{spec}.") if isinstance(moved, str) else moved


def is_scalar(value: Json) -> bool:
    """Whether a value can be part of an instance's name."""
    return not isinstance(value, dict | list)


def _value_text(value: Json) -> str:
    if isinstance(value, str) and value and value == value.strip() and not _NOT_PLAIN.search(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # of any size: beyond 2**53 there is no canonical JSON
    return canonical_bytes(value).decode()


def folded(name: str) -> str:
    """What a name has in common with all names that denote the same file on a system that ignores letter case."""
    return name.casefold() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def difference(one: str, other: str) -> str:
    """How two names differ that are the same when folded: `letter case`, `Unicode form` or both."""
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        return "Unicode form"
    return "letter case" if one.casefold() == other.casefold() else "letter case and Unicode form"
