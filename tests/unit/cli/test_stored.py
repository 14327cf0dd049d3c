import pytest

from ltxspec.cli.stored import Notes


def test_notes_are_shown_as_they_come_and_kept_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    notes = Notes()
    notes.say("one")
    notes.say("see https://bucket.example/a?X-Amz-Signature=abc")
    assert capsys.readouterr().err.splitlines()[0] == "one"
    assert notes.lines[0] == "one"
    assert "abc" not in notes.lines[1]
