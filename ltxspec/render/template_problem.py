"""What is wrong with a template, and the words to say it: no Jinja in here, so that nothing heavy is imported."""

from collections.abc import Iterable
from dataclasses import dataclass

from ltxspec.suggest import did_you_mean

_MOST_NAMES = 20
_MOST_SORTED = 500  # each of thousands of wrong words may come with as many names


@dataclass(eq=False)  # not frozen: Python itself sets the traceback of an exception
class TemplateProblem(Exception):
    """A template that cannot be rendered.

    `line` counts from 1 inside the template's text, or inside `file` when that is an included one. `needle` is the word
    the problem is about, when there is one, and `source` the line it stands in: together they give the column.
    """

    code: str
    message: str
    line: int = 1
    needle: str | None = None
    hint: str | None = None
    file: str | None = None
    source: str = ""


def suggestion(word: str, known: Iterable[str], what: str) -> str | None:
    """A hint for a word nobody knows: the one it was probably meant to be, and the list of all when it is short."""
    every = list(known)
    names = sorted(every[:_MOST_SORTED])
    near = did_you_mean(word, names) if word else None
    listed = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
    more = f" and {len(every) - _MOST_NAMES} more" if len(every) > _MOST_NAMES else ""
    everything = f"{what} {listed}{more}" if names else None
    return " ".join(filter(None, (near, everything))) or None
