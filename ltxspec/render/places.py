"""Finds the line a problem comes from: parameters, template texts, prompt files."""

from collections.abc import Mapping, Sequence

from ltxspec.errors import Location
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.spec.models import Spec, SpecShot
from ltxspec.values import Json

Path = tuple[str | int, ...]

_WIDEST = 240  # characters of an excerpt, as for the rest of the document
_MOST_LINES = 200  # of one text that are searched for a word


class Places:
    """Finds places in the document of one spec. Costs nothing until there is a problem."""

    def __init__(self, spec: Spec) -> None:
        self._document = spec.document
        self._defaults = spec.defaults
        self._lines: list[str] = []

    def key(self, path: Sequence[str | int]) -> Location:
        """The location of the key at `path`."""
        return self._document.locate(path)

    def value(self, path: Sequence[str | int]) -> Location:
        """The location of the value at `path`."""
        return self._document.locate(path, value=True)

    def path_of(self, shot: SpecShot, path: Path) -> Path:
        """Where a parameter of a shot is written: in the shot, or in `defaults`, or nowhere (then: the shot)."""
        own, inherited = _known(shot.parameters, path), _known(self._defaults, path)
        if own and own >= inherited:
            return ("shots", shot.name, *path[:own])
        return ("defaults", *path[:inherited]) if inherited else ("shots", shot.name)

    def template(self, path: Sequence[str | int], problem: TemplateProblem, file: str | None = None) -> Location:
        """The line and column of a template problem.

        Args:
            path: the path of the template's text in the document.
            problem: the problem.
            file: the file the text was read from, if it is not in the document itself.
        """
        named = problem.file or file
        if named is not None:
            return _excerpt(named, problem.line, problem.source, _column(problem.source, problem.needle))
        start = self._document.locate(path, value=True)
        lines = self._source_lines()
        first = self._document.block_text_line(path)
        expected = first + problem.line - 1
        for number in (expected, *range(first, min(first + _MOST_LINES, len(lines) + 1))):
            column = _found(lines, number, problem, start)
            if column:
                return _excerpt(start.file, number, lines[number - 1], column)
        return start

    def _source_lines(self) -> list[str]:
        if not self._lines:
            self._lines = self._document.source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines


def _found(lines: Sequence[str], number: int, problem: TemplateProblem, start: Location) -> int:
    """The column, from 1, of the problem's word in a line of the file; 0 if it is not there.

    In a `|` block the line of the file contains the whole line of the template; in quoted or folded text it contains at
    least the word.
    """
    line = lines[number - 1] if number <= len(lines) else ""
    begin = start.column - 1 if number == start.line else 0
    source = problem.source.strip()
    whole = line.find(source, begin) if source else -1
    if whole >= 0:
        return whole + _column(source, problem.needle)
    return line.find(problem.needle, begin) + 1 if problem.needle else 0


def _column(line: str, needle: str | None) -> int:
    place = line.find(needle) if needle else -1
    return (place if place >= 0 else len(line) - len(line.lstrip())) + 1


def _excerpt(file: str, number: int, line: str, column: int) -> Location:
    shown = line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…" if column <= _WIDEST else ""
    printable = "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in shown)
    return Location(file, number, column, printable)


def _known(values: Mapping[str, Json], path: Path) -> int:
    """The number of steps of `path` that exist in `values`."""
    value: Json = values
    for count, key in enumerate(path):
        inside = key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value))
        if not inside:
            return count
        value = value[key]
    return len(path)
