"""Turns any error inside a template into a `TemplateProblem`: what is wrong, where, and how to fix it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError

from ltxspec.errors import Location, LtxspecError
from ltxspec.render.jinja.access import UnknownName
from ltxspec.render.jinja.budget import TemplateLimit
from ltxspec.render.jinja.environment import TEXT
from ltxspec.render.jinja.metering import Unsupported
from ltxspec.render.jinja.traps import Trap
from ltxspec.render.template_problem import TemplateProblem, suggestion

Meaning = tuple[str, str, str | None, str | None]  # code, message, the word it is about, hint

_TOKEN = re.compile(r"got '([^']+)'|unknown tag '([^']+)'|unexpected (?:char )?'([^']+)'")
_CALLED = re.compile(r"^\S*\(\) ")
_OTHER_KINDS = re.compile(r"(?:^'|type\(s\) for )(\S+?)'?(?: not supported between instances of|:) '(\w+)' and '(\w+)'")
_KINDS = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "a truth value", "NoneType": "null",
    "list": "a list", "dict": "a mapping", "tuple": "a list",
}  # fmt: skip
_WORD = re.compile(r"'([^'\s]+)'")
_SIGNS = {
    "'end of statement block'": "`%}`",
    "'end of print statement'": "`}}`",
    "'begin of statement block'": "`{%`",
    "'begin of print statement'": "`{{`",
    "unexpected 'end of template'": "unexpected end",
    "'end of template'": "the end",
}
_MARK = re.compile(r"\{\{|\{%|\{#")


def explain(error: Exception, text: str, names: Iterable[str], files: Mapping[str, str]) -> TemplateProblem:
    """Explain `error` to the author of `text`.

    Args:
        error: the exception from parsing, compiling or running.
        text: the template.
        names: the variables available to it.
        files: the included files by key, for the line to show.
    """
    if isinstance(error, LtxspecError) and error.where is not None:
        return _in_file(error, error.where)
    line, file = _place(error)
    lines = (files.get(file, "") if file else text).split("\n")
    source = lines[line - 1] if 0 < line <= len(lines) else ""
    code, message, needle, hint = _meaning(error, names)
    if needle is None or needle not in source:
        mark = _MARK.search(source)
        needle = mark[0] if mark else None
    return TemplateProblem(code, message, line, needle, hint, file, source)


def _in_file(error: LtxspecError, where: Location) -> TemplateProblem:
    """A problem of an included file that was not even parsed."""
    needle = where.excerpt[where.column - 1 :]
    return TemplateProblem("template-file", error.summary, where.line, needle, error.hint, where.file, where.excerpt)


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


def _meaning(error: Exception, names: Iterable[str]) -> Meaning:
    return next(mean(error, names) for kinds, mean in _MEANINGS if isinstance(error, kinds))


def _file(error: LtxspecError, _names: Iterable[str]) -> Meaning:
    return "template-file", error.summary, None, error.hint


def _unsupported(error: Unsupported, _names: Iterable[str]) -> Meaning:
    hint = suggestion(error.word, error.known, "there are")
    return "template-unsupported", str(error.message), error.word, hint


def _trap(error: Trap, _names: Iterable[str]) -> Meaning:
    return error.code, str(error), error.label, error.hint


def _syntax(error: TemplateSyntaxError, _names: Iterable[str]) -> Meaning:
    return "template-syntax", _sentence(error.message), _token(error.message), None


def _unknown(error: UnknownName, names: Iterable[str]) -> Meaning:
    if error.known is not None:
        hint = suggestion(error.name, error.known, "there are")
    elif error.name in names:
        hint = "an imported file sees the variables of the spec only after `import … with context`"
    else:
        hint = suggestion(error.name, names, "the variables are")
    return "undefined-variable", str(error), error.name, hint


def _undefined(error: Exception, _names: Iterable[str]) -> Meaning:
    return "undefined-variable", _sentence(str(error)), _quoted(str(error)), None


def _security(error: Exception, _names: Iterable[str]) -> Meaning:
    return "template-security", _sentence(str(error)), _quoted(str(error)), None


def _limit(error: Exception, _names: Iterable[str]) -> Meaning:
    message = str(error) if isinstance(error, TemplateLimit) else "the template is nested too deeply"
    return "template-limit", message, None, "a prompt needs far less than that; shorten loops and repetitions"


def _too_large(_error: Exception, _names: Iterable[str]) -> Meaning:
    return "template-error", "the template computes a number that is too large", None, None


def _other(error: Exception, names: Iterable[str]) -> Meaning:
    if "set_int_max_str_digits" in str(error):  # Python's advice about thousands of digits is not for users
        return _too_large(error, names)
    if isinstance(error, TypeError) and (kinds := _OTHER_KINDS.search(str(error))) is not None:
        sign, one, other = kinds.group(1), *(_KINDS.get(kind, f"a {kind}") for kind in kinds.groups()[1:])
        empty = ", and an empty one of a converted column is null" if "NoneType" in kinds.groups() else ""
        hint = (
            f"cells of table files and --var are text{empty}: `types:` of `forEach`, `|int` and `|float` convert them"
        )
        return "template-error", f"`{sign}` does not work between {one} and {other}", None, hint
    return "template-error", _CALLED.sub("a call in the template ", _sentence(str(error))), None, None


# The first matching kind counts, so the special ones come first.
_MEANINGS: Sequence[tuple[type[Exception] | tuple[type[Exception], ...], Callable[[Any, Iterable[str]], Meaning]]] = (
    (LtxspecError, _file),
    (Trap, _trap),
    (Unsupported, _unsupported),
    (TemplateSyntaxError, _syntax),
    (UnknownName, _unknown),
    (UndefinedError, _undefined),
    (SecurityError, _security),
    ((TemplateLimit, RecursionError, SyntaxError, MemoryError), _limit),  # the last three: Python's own limits
    (OverflowError, _too_large),
    (Exception, _other),
)


def _quoted(message: str) -> str | None:
    """The first word in backticks in a message."""
    parts = message.split("`")
    return parts[1] if len(parts) > 2 else None  # noqa: PLR2004  # before, word, after


def _token(message: str | None) -> str | None:
    match = _TOKEN.search(message or "")
    return next(filter(None, match.groups()), None) if match else None


def _sentence(message: str | None) -> str:
    """One sentence in our style: no capital, no full stop, words in backticks, signs instead of their names."""
    text = (message or "the template is not valid").split(". ")[0].rstrip(".")
    for name, sign in _SIGNS.items():
        text = text.replace(name, sign)
    text = _WORD.sub(r"`\1`", text)
    return text[:1].lower() + text[1:]
