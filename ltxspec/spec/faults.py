"""One structural fault of a spec, as data: which value, what is wrong, how to fix it."""

from dataclasses import dataclass

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
