"""One structural fault of a spec, as data: which value, what is wrong, how to fix it."""

from dataclasses import dataclass

from ltxspec.suggest import shown
from ltxspec.values import Json

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the value in the document; `at_value` points at the value, not at its key."""

    path: Path
    code: str
    message: str
    hint: str | None = None
    at_value: bool = False


def spoken(path: Path) -> str:
    """A path as users write it: `shots.alley.checks[0].assert`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "the spec"


def found_value(value: Json) -> str:
    """A value in a spec, in the user's terms."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, int | float):
        return f"the number {shown(value)}"
    if isinstance(value, str):
        return shown(value)
    return "a list" if isinstance(value, list) else "a mapping"
