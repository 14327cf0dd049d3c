import json
import tempfile
from pathlib import Path

import pytest

from ltxspec.cli.failures import report_bug, report_error, wants_json
from ltxspec.errors import LockHeld


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
