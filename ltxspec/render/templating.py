"""Renders templates: the only access to Jinja, with shortcuts that most texts can use instead.

A text without tags is its own result. A text whose only tags are plain names (`{{ city }}`), as in most prompts, is
assembled here in a microsecond, exactly as Jinja would do it. Everything else runs in `jinja/environment.py`; each
distinct text is compiled once.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ltxspec.render.allowance import Allowance, SpecLimit
from ltxspec.render.jinja.budget import MAX_SIZE
from ltxspec.spec.files import FileProblem, ProjectFiles
from ltxspec.values import Json

if TYPE_CHECKING:
    from ltxspec.render.jinja.environment import Engine

_NAME = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_LETTERS_A_STEP = 64  # of a text that is only scanned
_STARTED = 45  # steps to run the smallest template
_EXPLAINED = 10_000  # steps to explain a failure, with a suggestion
_PLAIN = frozenset({str, int, float, bool})
_WORDS = (
    "true false none True False None and or not if else elif is in for recursive import from as with without context "
    "include extends block macro call filter set self super loop caller varargs kwargs"
)
_WORDS_OF_JINJA = frozenset(_WORDS.split())


def has_tags(text: str) -> bool:
    """Whether a text has any template tags."""
    return "{" in text and ("{{" in text or "{%" in text or "{#" in text)  # finding one character is ten times faster


class Templates:
    """Renders texts with the files of one project, remembering what it compiled.

    All methods take the `variables` a template may use, and the files `beside` which included files are searched, in
    order. All raise `TemplateProblem` if the template cannot be rendered, and `SpecLimit` if the spec's limits are used
    up.

    Args:
        files: the files that templates may include.
        allowance: the total work allowed; by default, that of one spec.
        earlier: keep and drop line ends as earlier versions did.
    """

    def __init__(self, files: ProjectFiles, allowance: Allowance | None = None, *, earlier: bool = False) -> None:
        self._files = files
        self._earlier = earlier
        self.allowance = allowance or Allowance()
        self._beside: tuple[str, ...] = ()
        self._engine: Engine | None = None
        self._pieces: dict[str, list[str] | None] = {}
        self._programs: dict[tuple[str, str], Any] = {}

    def render(self, text: str, variables: Mapping[str, Json], *, beside: tuple[str, ...]) -> str:
        """The text that a template renders to."""
        if not has_tags(text):
            return text
        self.allowance.work(1 + len(text) // _LETTERS_A_STEP)
        result = _fill(self._split(text), variables)
        if result is None:
            with self._running(text, variables, beside) as engine:
                result = engine.run(self._program("text", text, engine.program), variables)[0]
        self.allowance.keep(result)
        return result

    def value(self, text: str, variables: Mapping[str, Json], *, beside: tuple[str, ...]) -> Json:
        """The value of a template: a single expression keeps its type, anything else becomes text."""
        if not has_tags(text):
            return text
        name = _lone_name(self._split(text))
        if name is not None and name in variables:
            result = variables[name]
        else:
            with self._running(text, variables, beside) as engine:
                template, is_expression = self._program("value", text, engine.value_program)
                text_result, value = engine.run(template, variables)
                result = engine.plain(value) if is_expression else text_result
        self.allowance.keep(result)
        return result

    def is_expression(self, text: str) -> bool:
        """Whether `value` keeps the type of this text's result. Only for texts that `value` has accepted."""
        if _lone_name(self._split(text)) is not None:
            return True
        program = self._programs.get(("value", text))
        return program is not None and bool(program[1])

    def holds(self, expression: str, variables: Mapping[str, Json], *, beside: tuple[str, ...]) -> bool:
        """Whether a bare expression (`duration <= 8`) is true."""
        with self._running(expression, variables, beside) as engine:
            value = engine.run(self._program("expression", expression, engine.expression), variables)[1]
            return bool(engine.plain(value))

    def names(self, expression: str) -> set[str]:
        """The variables a bare expression uses."""
        with self._running(expression, {}, ()) as engine:
            return engine.names_in(expression)

    def take_changed(self) -> bool:
        """Whether a text rendered since the last call may have had other spaces in earlier versions."""
        found = self._engine is not None and self._engine.has_changed
        if found and self._engine is not None:
            self._engine.has_changed = False
        return found

    def _split(self, text: str) -> list[str] | None:
        """A text whose only tags are plain names, split into literal, name, literal, …; None for any other text."""
        if text not in self._pieces:
            pieces = _NAME.split(text)
            literals = "\0".join(pieces[::2])
            odd = has_tags(literals) or "{\0" in literals or "\r" in text  # `{{{ x }}}` is not `{`, x, `}` to Jinja
            self._pieces[text] = None if odd or not _WORDS_OF_JINJA.isdisjoint(pieces[1::2]) else pieces
        return self._pieces[text]

    def _program(self, kind: str, text: str, compile_text: Callable[[str], Any]) -> Any:
        if (kind, text) not in self._programs:
            self._programs[kind, text] = compile_text(text)
        return self._programs[kind, text]

    @contextmanager
    def _running(self, text: str, variables: Mapping[str, Json], beside: tuple[str, ...]) -> Iterator["Engine"]:
        """Provide the engine, and turn any error in it into a `TemplateProblem`."""
        if self._engine is None:
            # imports jinja2: 60 ms that most specs never need
            from ltxspec.render.jinja.environment import Engine

            self._engine = Engine(self._resolve, self.allowance, earlier=self._earlier)
        self._beside = beside
        self.allowance.work(_STARTED)
        try:
            yield self._engine
        except SpecLimit:
            raise  # no single template is the cause
        except Exception as error:  # noqa: BLE001  # a template can raise any exception; all are the user's to fix
            from ltxspec.render.jinja.errors import explain

            self.allowance.work(_EXPLAINED)
            problem = explain(error, text, variables, self._engine.texts)
        else:
            return
        raise problem

    def _resolve(self, name: str, parent: str) -> str:
        """Read the file an include names: beside the text's own files first, then beside the including file."""
        places = [*self._beside, *([parent] if self._engine and parent in self._engine.texts else [])]
        problem: FileProblem | None = None
        for place in places:
            try:
                key = self._files.resolve(name, beside=place)
                text = self._files.read_text(name, beside=place)
            except FileProblem as error:
                problem = problem or error
                continue
            self.allowance.work(len(text) // _LETTERS_A_STEP)
            if self._engine:
                self._engine.texts[key] = text.removesuffix("\n") if self._earlier else text
            return key
        raise problem or FileProblem(f"`{name}` cannot be read")


def _fill(pieces: list[str] | None, variables: Mapping[str, Json]) -> str | None:
    """Insert plain values between the literals; None if Jinja must decide (an error, a list, too long)."""
    if pieces is None:
        return None
    filled = pieces.copy()
    for position in range(1, len(pieces), 2):
        value = variables.get(pieces[position], variables)
        if type(value) not in _PLAIN:
            return None
        filled[position] = str(value)
    text = "".join(filled)
    return text if len(text) <= MAX_SIZE else None


def _lone_name(pieces: list[str] | None) -> str | None:
    """The name, if a text is one plain name in braces and otherwise only white space."""
    if pieces is None or len(pieces) != 3 or (pieces[0] + pieces[2]).strip():  # noqa: PLR2004  # literal, name, literal
        return None
    return pieces[1]
