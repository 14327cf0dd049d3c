"""Limits the total work of rendering one spec: limits per template do not cover a matrix of 100,000 instances.

Work is counted as in `jinja/budget.py`, without a clock: the same spec ends in the same way on every machine. A shot
with a prompt of 600 characters, a loop, a condition and a check takes up to 1,900 steps: 10,000 such shots use 1/21 of
the total.
"""

from typing import Final

from ltxspec.errors import LtxspecError
from ltxspec.values import Json

MAX_STEPS: Final = 400_000_000  # of about half a microsecond at most
MAX_CHARACTERS: Final = 2**28  # of all texts and parameters together; 10,000 prompts of 10,000 characters use a third
MAX_INSTANCES: Final = 200_000  # of all shots together

_LETTERS_A_STEP = 64  # of a text that is only assembled or scanned
_ITEM = 64  # characters counted for a number or for an item's place in a list


class SpecLimit(LtxspecError):
    """A spec needs more work, text or instances than is allowed. `summary` says which, and how much."""

    code = "spec-limit"


class Allowance:
    """The work, text and instances left for one spec."""

    __slots__ = ("characters", "instances", "steps")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.characters = MAX_CHARACTERS
        self.instances = MAX_INSTANCES

    def work(self, steps: int) -> None:
        """Count work. Raises SpecLimit."""
        self.steps -= steps
        if self.steps < 0:
            raise SpecLimit(f"all templates together need more than {MAX_STEPS:,} steps of work", hint=_HINT)

    def keep(self, value: Json) -> None:
        """Count a text or a value, with everything in it, that was made for the spec. Raises SpecLimit."""
        size = len(value) if type(value) is str else _size(value)
        self.characters -= size
        if self.characters < 0:
            raise SpecLimit(f"all texts together have more than {MAX_CHARACTERS:,} characters", hint=_HINT)
        self.work(1 + size // _LETTERS_A_STEP)

    def expand(self, instances: int) -> None:
        """Count the instances of a shot. Raises SpecLimit."""
        self.instances -= instances
        if self.instances < 0:
            raise SpecLimit(f"all shots together have more than {MAX_INSTANCES:,} instances", hint=_HINT)


_HINT = "shorten loops, prompts and lists, or split the work into several specs"


def _size(value: Json) -> int:
    """The size of a value: the characters of its texts, plus an amount for every other item."""
    size, waiting = 0, [value]
    while waiting:
        item = waiting.pop()
        size += len(item) if isinstance(item, str) else _ITEM
        if isinstance(item, dict):
            waiting += item.keys()
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
        if size > MAX_CHARACTERS:
            break  # lists that repeat one list many times take too long to walk
    return size
