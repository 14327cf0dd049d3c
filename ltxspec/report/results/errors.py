"""Errors and validations as documents: what went wrong, where, and how to fix it."""

from collections.abc import Iterable, Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from ltxspec.errors import Diagnostic, LtxspecError, Refused
from ltxspec.formats import Count
from ltxspec.plan.document import Failure, Problem
from ltxspec.redaction import redact_secrets
from ltxspec.report.diagnostics import error_diagnostics, problem_of
from ltxspec.report.results.base import Result


class ErrorResult(Result, frozen=True, kw_only=True):
    """A command that ended with an error; the exit code is the same as without `--format json`."""

    error: Failure
    diagnostics: Annotated[tuple[Problem, ...], Meta(description="every problem of user files, if these are at fault")]


class Validation(Result, frozen=True, kw_only=True):
    """All problems of the specs; `valid` if none is an error."""

    left_out: ClassVar[frozenset[str]] = frozenset({"error"})

    valid: bool
    errors: Count
    warnings: Count
    diagnostics: tuple[Problem, ...]
    error: Annotated[Failure | None, Meta(description="why nothing could be checked")] = None


def failure_of(error: LtxspecError) -> Failure:
    """An error as data, without secrets."""
    (problem,) = map(problem_of, [Diagnostic("error", error.code, error.summary, error.where, error.hint)])
    details = redact_secrets(list(error.details)) if isinstance(error, Refused) else []
    return Failure(
        code=error.code,
        summary=problem.message,
        hint=problem.hint,
        file=problem.file,
        line=problem.line,
        column=problem.column,
        details=tuple(details),
        exit_code=error.exit_code,
    )


def error_result(error: LtxspecError) -> ErrorResult:
    """The document of an error."""
    own = error_diagnostics(error)
    is_itself = len(own) == 1 and own[0].message == error.summary and own[0].code == error.code
    return ErrorResult(error=failure_of(error), diagnostics=() if is_itself else tuple(map(problem_of, own)))


def problems_of(errors: Iterable[LtxspecError]) -> tuple[Problem, ...]:
    """Errors as the problems that they are about."""
    return tuple(problem_of(diagnostic) for error in errors for diagnostic in error_diagnostics(error))


def bug_result(summary: str, hint: str, exit_code: int) -> ErrorResult:
    """The document of an unexpected error."""
    return ErrorResult(error=Failure("bug", summary, hint, None, None, None, (), exit_code), diagnostics=())


def validation(diagnostics: Sequence[Diagnostic], error: LtxspecError | None = None) -> Validation:
    """The document of a validation; `error` if nothing could be checked."""
    problems = tuple(map(problem_of, diagnostics))
    errors = sum(problem.severity == "error" for problem in problems)
    return Validation(
        valid=not errors,
        errors=errors,
        warnings=len(problems) - errors,
        diagnostics=problems,
        error=failure_of(error) if error is not None else None,
    )
