"""How a command ends that fails: a text for people, a document for programs, an exit code."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from ltxspec.errors import LtxspecError
    from ltxspec.formats import Record


_PLAIN = frozenset({"interrupted", "unknown-code", "usage"})  # codes whose messages say all there is


class Answered(Exception):  # not an error of its own: it carries one
    """An expected error whose document is on standard output already."""

    def __init__(self, error: "LtxspecError") -> None:
        super().__init__(error.summary)
        self.error = error


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, also where the command line itself is wrong."""
    asked = ""
    for number, word in enumerate(arguments):
        if word == "--":
            break
        if word == "--format":
            asked = "".join(arguments[number + 1 : number + 2])
        elif word.startswith("--format="):
            asked = word.removeprefix("--format=")
    return asked == "json"


def report_error(error: "LtxspecError", arguments: Sequence[str], *, answered: bool = False) -> int:
    """Report an expected error; `answered` if its document is written already. Returns the exit code."""
    from ltxspec.cli.context import style_for
    from ltxspec.report.diagnostics import error_diagnostics, format_error

    sys.stderr.write(format_error(error, style_for(sys.stderr, no_color="--no-color" in arguments)))
    point_to_explanations([one.code for one in error_diagnostics(error) if one.severity == "error"], sys.stderr)
    if wants_json(arguments) and not answered:
        from ltxspec.report.results.errors import error_result

        _answer(error_result(error))
    return error.exit_code


def point_to_explanations(codes: "Sequence[str]", stream: IO[str]) -> None:
    """Name the command that explains errors, on standard error, where a person reads them.

    Args:
        codes: the codes of the errors; none of those whose message says all there is.
        stream: where the errors were written.
    """
    from ltxspec.cli.context import is_interactive

    code = next((code for code in codes if code not in _PLAIN), None)
    if code is not None and is_interactive(stream):
        several = ", and likewise for the other codes" if len({*codes} - _PLAIN) > 1 else ""
        sys.stderr.write(f"\ndetails: `ltxspec explain {code}`{several}\n")


def report_bug(error: Exception, arguments: Sequence[str], exit_code: int) -> int:
    """Save the traceback to a file for a bug report; show the user a short message. Returns the exit code."""
    from ltxspec.cli.crash import save_crash_report

    place = save_crash_report(error)
    what = f"this is a bug in ltxspec: {type(error).__name__}"
    details = f"details for a bug report: {place}"
    sys.stderr.write(
        f"error[bug]: {what}\n"
        f"  = nothing that was paid for is lost; `ltxspec apply` continues where it stopped\n"
        f"  = {details}\n"
    )
    if wants_json(arguments):
        from ltxspec.report.results.errors import bug_result

        _answer(bug_result(what, details, exit_code))
    return exit_code


def _answer(result: "Record") -> None:
    """Write a document on one line, which readers of lines understand as well; silently if that is not possible."""
    from ltxspec.report.results.base import result_json

    with suppress(OSError, ValueError):  # ValueError: the stream was closed
        sys.stdout.write(result_json(result, indent=False) + "\n")
        sys.stdout.flush()
