"""Formats problems for people and programs: what is wrong, where (with source line and caret), and how to fix it."""

import re
from collections.abc import Iterable, Sequence

from ltxspec.errors import Diagnostic, Invalid, Location, LtxspecError, Refused, Severity
from ltxspec.plan.document import Problem
from ltxspec.redaction import redact_diagnostic
from ltxspec.report.terminal import Paint, Style, clean, cut, width_of, wrap

_PAINTS: dict[Severity, Paint] = {"error": Paint.ERROR, "warning": Paint.WARNING}
_WORD = re.compile(r"[\w./$@-]+")  # what a caret underlines: a key, a number, a path, a bare value
_TAB = 4


def format_diagnostics(diagnostics: Sequence[Diagnostic], style: Style) -> str:
    """All problems, each with its location and hint, and a final line that counts them. Empty if there are none."""
    if not diagnostics:
        return ""
    blocks = [format_diagnostic(diagnostic, style) for diagnostic in diagnostics]
    return "\n\n".join([*blocks, style.paint(count_line(diagnostics), Paint.BOLD)]) + "\n"


def format_diagnostic(diagnostic: Diagnostic, style: Style) -> str:
    """One problem, without a final newline; secrets in it are left out."""
    diagnostic = redact_diagnostic(diagnostic)
    paint = _PAINTS[diagnostic.severity]
    kind = f"{diagnostic.severity}[{clean(diagnostic.code)}]:"
    lines = _labelled(kind, paint, clean(diagnostic.message), Paint.BOLD, style)
    if diagnostic.where is not None:
        lines += _place(diagnostic.where, style, paint)
    if diagnostic.hint:
        lines += _labelled("hint:", Paint.CYAN, clean(diagnostic.hint), None, style)
    return "\n".join(lines)


def _labelled(label: str, paint: Paint, text: str, text_paint: Paint | None, style: Style) -> list[str]:
    """A text after a label; in a terminal, broken between words. Output that is kept has each text on one line."""
    first = f"{style.paint(label.removesuffix(':'), paint)}:" if text_paint else style.paint(label, paint)
    if style.whole or len(label) + 1 + width_of(text) <= style.width:
        return [f"{first} {style.paint(text, text_paint)}"]
    shown, *rest = wrap(f"{'x' * len(label)} {text}", style.width)
    return [f"{first} {style.paint(shown[len(label) + 1 :], text_paint)}", *(style.paint(x, text_paint) for x in rest)]


def format_error(error: LtxspecError, style: Style) -> str:
    """An error as shown to the user, with a final newline; `Invalid` shows all its problems."""
    return format_diagnostics(error.diagnostics, style) if isinstance(error, Invalid) else _single(error, style)


def error_diagnostics(error: LtxspecError) -> tuple[Diagnostic, ...]:
    """An error as diagnostics: those it contains, or the error itself."""
    if isinstance(error, Invalid):
        return error.diagnostics
    return (Diagnostic("error", error.code, error.summary, error.where, error.hint),)


def errors_of(error: LtxspecError) -> Sequence[Diagnostic]:
    """An error as diagnostics, without the warnings among them."""
    found = error_diagnostics(error)
    return [each for each in found if each.severity == "error"] or found


def _single(error: LtxspecError, style: Style) -> str:
    details = [*error.details, ""] if isinstance(error, Refused) and error.details else []
    return "\n".join([*map(clean, details)]) + "".join(
        format_diagnostic(diagnostic, style) + "\n" for diagnostic in error_diagnostics(error)
    )


def count_line(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`; `no problems` if there are none."""
    severities = [diagnostic.severity for diagnostic in diagnostics]
    numbers = [(severities.count(name), name) for name in _PAINTS]
    return ", ".join(f"{n:,} {name}{'s' if n > 1 else ''}" for n, name in numbers if n) or "no problems"


def problem_of(diagnostic: Diagnostic) -> Problem:
    """One problem as written in documents; unknown values are null, secrets are left out."""
    diagnostic = redact_diagnostic(diagnostic)
    where = diagnostic.where
    return Problem(
        severity=diagnostic.severity,
        code=diagnostic.code,
        message=diagnostic.message,
        file=where.file if where else None,
        line=where.line if where else None,
        column=where.column if where else None,
        hint=diagnostic.hint,
    )


def _place(where: Location, style: Style, paint: Paint) -> list[str]:
    """The `-->` line, and if the excerpt is known, the source line with a caret under the column."""
    number = str(where.line)
    margin = " " * len(number)
    place = style.link(clean(str(where)), where.file, where.line)
    arrow = f"{margin} {style.paint('-->', Paint.BLUE)} {place}"
    if not where.excerpt.strip():
        return [arrow]
    text, offset, caret = _window(where, style.width - len(number) - 3)
    bar = style.paint("|", Paint.BLUE)
    return [
        arrow,
        f"{margin} {bar}",
        f"{style.paint(number, Paint.BLUE)} {bar} {text}".rstrip(),
        f"{margin} {bar} {' ' * offset}{style.paint(caret, paint)}",
    ]


def _window(where: Location, width: int) -> tuple[str, int, str]:
    """The part of the source line that fits, the columns before the caret, and the caret, as wide as the word."""
    excerpt = where.excerpt.rstrip("\r\n")
    split = min(max(where.column - 1, 0), len(excerpt))
    before, rest = _shown(excerpt[:split]), _shown(excerpt[split:])
    if width_of(before) > width * 2 // 3:  # keep the column visible on a long line
        while width_of(before) > width // 3:
            before = before[1:]
        before = f"…{before}"
    shown, hidden = cut(rest, max(width - width_of(before) - 1, 1))
    word = _WORD.match(shown)
    caret = "^" * max(width_of(word.group()) if word else 1, 1)
    return f"{before}{shown}{'…' if hidden else ''}", width_of(before), caret


def _shown(text: str) -> str:
    return clean(text.replace("\t", " " * _TAB))
