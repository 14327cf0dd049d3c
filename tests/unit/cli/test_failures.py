import io
import json
import sys
import tempfile
from pathlib import Path

import pytest

from ltxspec.cli.failures import report_bug, report_error, wants_json
from ltxspec.errors import Diagnostic, Invalid, LockHeld, LtxspecError, WrongUsage


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ("plan --format json", True),
        ("plan --format=json", True),
        ("plan --format text --format json", True),
        ("plan --format json --format text", False),
        ("plan --format", False),
        ("plan json", False),
        ("plan -- --format json", False),
        ("", False),
    ],
)
def test_the_last_format_counts(arguments: str, wanted: bool) -> None:
    assert wants_json(arguments.split()) is wanted


def test_an_error_is_text_and_for_programs_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    error = LockHeld("another apply is running", hint="wait for it")
    assert report_error(error, ["apply"]) == 5
    text = capsys.readouterr()
    assert report_error(error, ["apply", "--format", "json"]) == 5
    both = capsys.readouterr()
    assert (text.out, both.err) == ("", text.err)
    (line,) = both.out.splitlines()
    assert json.loads(line)["error"]["code"] == "lock-held"
    assert report_error(error, ["apply", "--format", "json"], answered=True) == 5
    assert capsys.readouterr().out == ""


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown_on(stream: io.StringIO, error: LtxspecError, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    report_error(error, ["--no-color", "apply"])
    return stream.getvalue()


def test_a_person_is_told_where_an_error_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    error = LockHeld("another apply is running")
    text = "error[lock-held]: another apply is running\n"
    assert shown_on(Terminal(), error, monkeypatch) == f"{text}\ndetails: `ltxspec explain lock-held`\n"
    assert shown_on(io.StringIO(), error, monkeypatch) == text
    monkeypatch.setenv("CI", "true")
    assert shown_on(Terminal(), error, monkeypatch) == text


def test_of_several_errors_the_first_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    codes = {"media-aspect": "warning", "unknown-key": "error", "not-allowed": "error"}
    found = [Diagnostic(severity, code, "wrong") for code, severity in codes.items()]  # type: ignore[arg-type]  # text
    last = shown_on(Terminal(), Invalid(found), monkeypatch).splitlines()[-1]
    assert last == "details: `ltxspec explain unknown-key`, and likewise for the other codes"


def test_wrong_usage_needs_no_explanation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert "explain" not in shown_on(Terminal(), WrongUsage("no such option"), monkeypatch)


def test_a_bug_is_reported_with_the_place_of_its_details(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # of its report
    assert report_bug(ValueError("x"), ["show", "--format=json"], 70) == 70
    shown = capsys.readouterr()
    assert "error[bug]: this is a bug in ltxspec: ValueError\n" in shown.err
    (report,) = tmp_path.iterdir()
    assert str(report) in shown.err
    assert json.loads(shown.out)["error"]["exitCode"] == 70
