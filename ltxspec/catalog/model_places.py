"""Where in a model file a problem is: its message names the place, and the text of the file has the line."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from ltxspec.catalog.pointers import Path
from ltxspec.catalog.price_examples import placed
from ltxspec.errors import Diagnostic, Location

_NAMED: Final = re.compile(r"`(x-ltxspec[^`]*|properties[^`]*|/[^`]+)`")
_STEP: Final = re.compile(r"[^.\[\]]+|\[\d+\]")


def at_their_lines(problems: Sequence[Diagnostic], text_of: Callable[[str], str | None]) -> list[Diagnostic]:
    """The problems of model files, each at the line of what it names, if it names something and the text is there.

    Args:
        problems: of any kind; those that have a line already stay as they are.
        text_of: the text of a file as named in a problem's location; None: it cannot be read.
    """
    return [_at_its_line(problem, text_of) for problem in problems]


def _at_its_line(problem: Diagnostic, text_of: Callable[[str], str | None]) -> Diagnostic:
    where = problem.where
    if where is None or problem.code != "model-file" or (where.line, where.column) != (1, 1):
        return problem
    text = text_of(where.file)
    for path in _paths(problem.message) if text is not None else ():
        found = placed(problem, text or "", path)
        if found.where is not None and not _is_start(found.where):
            return found
    return problem


def _paths(message: str) -> Iterator[Path]:
    """The place that a message names first, then what it is in: what is missing has no line of its own."""
    named = _NAMED.search(message)
    if named is None:
        return
    if named[1].startswith("/"):
        steps: list[str | int] = [int(step) if step.isdecimal() else step for step in named[1].split("/")[1:]]
    else:
        steps = [int(step[1:-1]) if step.startswith("[") else step for step in _STEP.findall(named[1])]
    for length in range(len(steps), 0, -1):
        yield tuple(steps[:length])


def _is_start(where: Location) -> bool:
    return (where.line, where.column) == (1, 1)
