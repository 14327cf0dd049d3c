"""Template problems and their suggestions; without Jinja, so that importing it stays cheap."""

from collections.abc import Iterable
from dataclasses import dataclass

from ltxspec.suggest import did_you_mean

_MOST_NAMES = 20
_MOST_SORTED = 500  # each of thousands of wrong words may come with as many names


@dataclass(eq=False)  # not frozen: Python itself sets the traceback of an exception
class TemplateProblem(Exception):
    """A template that cannot be rendered.

    `line` counts from 1 inside the template's text, or inside `file` if that is an included file. `needle` is the word
    the problem is about, if there is one, and `source` the line that contains it: together they give the column.
    """

    code: str
    message: str
    line: int = 1
    needle: str | None = None
    hint: str | None = None
    file: str | None = None
    source: str = ""


def suggestion(word: str, known: Iterable[str], what: str) -> str | None:
    """A hint for an unknown word: the most similar known one, and the list of known words."""
    every = list(known)
    names = sorted(every[:_MOST_SORTED])
    near = did_you_mean(word, names) if word else None
    listed = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
    more = f" and {len(every) - _MOST_NAMES} more" if len(every) > _MOST_NAMES else ""
    is_repeated = near is not None and len(every) == 1  # the suggestion is the whole list
    everything = f"{what} {listed}{more}" if names and not is_repeated else None
    return " ".join(filter(None, (near, everything))) or None
