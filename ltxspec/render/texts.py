"""Renders the texts of one spec and reports problems at the place where they are written."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ltxspec.errors import Diagnostic
from ltxspec.render.findings import Findings
from ltxspec.render.places import Path, Places
from ltxspec.render.references import REFERS_TO
from ltxspec.render.template_problem import TemplateProblem
from ltxspec.render.templating import Templates, has_tags
from ltxspec.values import Json

_NOTED: Final = 200  # steps to report an assertion that is not true; there is one for each instance
FAILED: Final = object()  # a text that could not be rendered; the findings hold the reason


@dataclass(frozen=True, slots=True)
class Scope:
    """The variables a text may use, and the instance it is rendered for (None: the spec as a whole).

    `broken` names variables that could not be rendered: texts that use them are not reported again.
    """

    variables: Mapping[str, Json]
    instance: str | None = None
    broken: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TextReading:
    """How a value is walked: where its parts are written, and how texts from expressions are converted."""

    written: Callable[[Path], Path]
    convert: Callable[[Path, str], Json]


class Texts:
    """The templates of one spec, with their places."""

    def __init__(self, file: str, templates: Templates, places: Places, findings: Findings) -> None:
        self._beside = (file,)
        self._templates = templates
        self._places = places
        self._findings = findings

    def text(self, text: str, scope: Scope, path: Path, file: str | None = None) -> str | None:
        """The rendered text, or None if it failed; `file` is where the template was read, if not from the spec."""
        beside = self._beside if file is None else (*self._beside, file)
        try:
            return self._templates.render(text, scope.variables, beside=beside)
        except TemplateProblem as problem:
            self._blame(problem, path, scope, file)
            return None

    def value(self, value: Json, scope: Scope, path: Path) -> Json:
        """A value with every text inside rendered; a single expression keeps its type. `FAILED` if one failed."""
        if isinstance(value, str) and not has_tags(value):
            return value
        return self.read(value, scope, TextReading(lambda inside: (*path, *inside), lambda _, text: text))

    def read(self, value: Json, scope: Scope, reading: TextReading) -> Json:
        """Like `value`, for a value whose parts may be written in several places."""
        return self._walk(value, (), scope, reading)

    def holds(self, expression: str, scope: Scope, path: Path) -> bool | None:
        """Whether an expression is true; None if it cannot be computed."""
        try:
            holds = self._templates.holds(expression, scope.variables, beside=self._beside)
        except TemplateProblem as problem:
            self._blame(problem, path, scope)
            return None
        self._templates.allowance.work(0 if holds else _NOTED)
        return holds

    def _walk(self, value: Json, path: Path, scope: Scope, reading: TextReading) -> Json:
        self._templates.allowance.work(1)
        if isinstance(value, str):
            return self._evaluate(value, path, scope, reading) if has_tags(value) else value
        if isinstance(value, dict):
            pairs = {key: self._walk(item, (*path, key), scope, reading) for key, item in value.items()}
            return FAILED if _failed(pairs.values()) else _without_new_nulls(value, pairs)
        if isinstance(value, list):
            items = [self._walk(item, (*path, number), scope, reading) for number, item in enumerate(value)]
            return FAILED if _failed(items) else items
        return value

    def _evaluate(self, text: str, path: Path, scope: Scope, reading: TextReading) -> Json:
        try:
            value = self._templates.value(text, scope.variables, beside=self._beside)
        except TemplateProblem as problem:
            self._blame(problem, reading.written(path), scope)
            return FAILED
        is_converted = isinstance(value, str) and self._templates.is_expression(text)
        return reading.convert(path, value) if is_converted else value

    def _blame(self, problem: TemplateProblem, path: Path, scope: Scope, file: str | None = None) -> None:
        """Report a template problem, unless it only results from a variable that failed."""
        if problem.code == "undefined-variable" and problem.needle in scope.broken:
            return
        where = self._places.template(path, problem, file)
        diagnostic = Diagnostic("error", problem.code, problem.message, where, problem.hint)
        shared = path[:1] != ("shots",) or problem.file is not None
        self._findings.note(diagnostic, scope.instance, shared=shared)


def _failed(values: Iterable[Json]) -> bool:
    return any(value is FAILED for value in values)


def _without_new_nulls(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, Json]:
    """Drop keys whose expression gives none, as a written null does; a reference without a shot is dropped later."""
    return {key: value for key, value in after.items() if value is not None or before[key] is None or key == REFERS_TO}
