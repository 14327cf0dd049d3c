"""Turn whatever goes wrong inside a template into a `TemplateProblem`: what, where, and how to mend it."""

import re
from collections.abc import Iterable, Mapping

from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError

from ltxspec.errors import LtxspecError
from ltxspec.render.access import UnknownName
from ltxspec.render.hardening import Unsupported
from ltxspec.render.limits import TemplateLimit
from ltxspec.render.problems import TemplateProblem, suggestion
from ltxspec.render.sandbox import TEXT

_LIMIT_HINT = "a prompt needs far less than that; shorten loops and repetitions"
_TOO_DEEP = "the template is nested too deeply"
_TOKEN = re.compile(r"got '([^']+)'|unknown tag '([^']+)'|unexpected (?:char )?'([^']+)'")
_CALLED = re.compile(r"^\S*\(\) ")
_MARK = re.compile(r"\{\{|\{%|\{#")


def explain(error: Exception, text: str, names: Iterable[str], files: Mapping[str, str]) -> TemplateProblem:
    """Say what `error` means to the author of `text`.

    Args:
        error: what parsing, compiling or running raised.
        text: the template.
        names: the variables it could use.
        files: the included files by key, for the line to show.
    """
    line, file = _place(error)
    lines = (files.get(file, "") if file else text).split("\n")
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    code, message, needle, hint = _meaning(error, names)
    if needle is None or needle not in source:
        mark = _MARK.search(source)
        needle = mark[0] if mark else None
    return TemplateProblem(code, message, line, needle, hint, file, source)


def _place(error: Exception) -> tuple[int, str | None]:
    """(line, file) of the innermost template that was running; file None is the text itself."""
    line, file = 1, None
    if isinstance(error, TemplateSyntaxError):
        line, file = error.lineno, error.name
    else:
        step = error.__traceback__
        while step is not None:
            template = step.tb_frame.f_globals.get("__jinja_template__")
            if isinstance(template, Template):
                line, file = template.get_corresponding_lineno(step.tb_lineno), template.name
            step = step.tb_next
    return line, None if file == TEXT else file


def _meaning(error: Exception, names: Iterable[str]) -> tuple[str, str, str | None, str | None]:
    """(code, message, word it is about, hint)."""
    match error:
        case LtxspecError():
            return "template-file", error.summary, None, error.hint
        case Unsupported():
            return (
                "template-unsupported",
                str(error.message),
                error.word,
                suggestion(error.word, error.known, "there are"),
            )
        case TemplateSyntaxError():
            return "template-syntax", _sentence(error.message), _token(error.message), None
        case UnknownName():
            return "undefined-variable", str(error), error.name, _other_names(error, names)
        case UndefinedError():
            return "undefined-variable", _sentence(str(error)), None, None
        case SecurityError():
            return "template-security", _sentence(str(error)), _quoted(str(error)), None
        case TemplateLimit():
            return "template-limit", str(error), None, _LIMIT_HINT
        case RecursionError() | SyntaxError() | MemoryError():  # Python's own limits on what the template compiles to
            return "template-limit", _TOO_DEEP, None, _LIMIT_HINT
        case OverflowError():
            return "template-error", "the template computes a number that is too large", None, None
        case TemplateError():
            return "template-error", _sentence(str(error)), None, None
    return "template-error", _CALLED.sub("a call in the template ", _sentence(str(error))), None, None


def _other_names(error: UnknownName, names: Iterable[str]) -> str | None:
    if error.known is not None:
        return suggestion(error.name, error.known, "there are")
    if error.name in names:
        return "an imported file sees the variables of the spec only after `import … with context`"
    return suggestion(error.name, names, "defined are")


def _quoted(message: str) -> str | None:
    """The word a message puts into backticks first."""
    parts = message.split("`")
    return parts[1] if len(parts) > 2 else None  # noqa: PLR2004  # before, word, after


def _token(message: str | None) -> str | None:
    match = _TOKEN.search(message or "")
    return next(filter(None, match.groups()), None) if match else None


def _sentence(message: str | None) -> str:
    """One sentence in our form: no full stop, words in backticks."""
    first = (message or "the template is not valid").split(". ")[0].rstrip(".")
    return re.sub(r"'([^'\s]+)'", r"`\1`", first)
