"""Nothing that a stranger wrote is obeyed by a terminal, whoever forgot to clean it."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click
import pytest

from ltxspec.cli.streams import guarded, harmless
from ltxspec.report.terminal import Paint, Style


@pytest.mark.parametrize("code", [*range(32), *range(0x7F, 0xA0)])
def test_controls_are_shown_and_line_ends_stay(code: int) -> None:
    shown = harmless(f"a{chr(code)}b")
    assert shown == (f"a{chr(code)}b" if chr(code) in "\t\n" else f"a\\u{code:04x}b")
    assert harmless("a\r\nb") == "a\r\nb"


def test_json_stays_the_same_document() -> None:
    text = json.dumps({"a": "\x1b[2J\x7f\x9b"}, ensure_ascii=False).replace("\\u001b", "\x1b")
    assert json.loads(harmless(text)) == {"a": "\x1b[2J\x7f\x9b"}


def test_colours_of_ours_stay_and_other_sequences_do_not() -> None:
    style = Style(color=True)
    for paint in Paint:
        assert harmless(style.paint("a", paint)) == style.paint("a", paint)
    for sequence in ("\x1b[2J", "\x1b[1A", "\x1b]0;title\x07", "\x1b[8m", "\x1b[30m"):
        assert "\x1b" not in harmless(sequence)


def test_both_streams_are_guarded_and_given_back() -> None:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="\n") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        with guarded():
            click.echo("a\x07")
            click.echo(b"\x1b as it is")
            click.echo("b\x9b", err=True)
            sys.stdout.write("c\x07\x1b[2J")
        assert (sys.stdout, sys.stderr) == (out, err)
    out.seek(0)
    err.seek(0)
    assert sorted(out.read().splitlines()) == ["\x1b as it is", "a\\u0007", "c\\u0007\\u001b[2J"]
    assert err.read() == "b\\u009b\n"


COMMANDS = "##[add-mask]1\n::error::All good\n  ::stop-commands::x\na ##[error]b ::notice::c\n"
AS_TEXT = "#\\u0023[add-mask]1\n\\u003a:error::All good\n  \\u003a:stop-commands::x\na #\\u0023[error]b ::notice::c\n"


class Terminal(io.TextIOWrapper):
    """A stream that a terminal shows."""

    def isatty(self) -> bool:
        return True


def written(*texts: str | bytes, stream: type[io.TextIOWrapper] = io.TextIOWrapper) -> str:
    out = stream(io.BytesIO(), "utf-8", newline="\n")
    with redirect_stdout(out), guarded():
        for text in texts:
            click.echo(text, nl=False)
    out.seek(0)
    return out.read()


def test_in_a_workflow_nothing_in_a_text_is_a_command_to_its_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(COMMANDS) == COMMANDS
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert written(COMMANDS) == AS_TEXT
    assert written("a", "::b\n", "::c\n", " ", "::d") == "a::b\n\\u003a:c\n \\u003a:d"


@pytest.mark.parametrize("indent", [None, 2])
def test_in_a_workflow_json_stays_the_same_document(monkeypatch: pytest.MonkeyPatch, indent: int | None) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    document = {"prompt": COMMANDS, "::group::": ["##[endgroup]"]}
    text = json.dumps(document, indent=indent)
    for told in (written(text), written(text.encode())):
        assert "##[" not in told
        assert json.loads(told) == document


def test_what_a_workflow_writes_to_a_file_stays_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with (tmp_path / "review.md").open("w+", encoding="utf-8") as file:
        with redirect_stdout(file), guarded():
            click.echo(COMMANDS, nl=False)
        file.seek(0)
        assert file.read() == COMMANDS


def test_a_document_on_a_terminal_is_the_same_one_without_controls() -> None:
    document = {"prompt": "a \x9b31m b \x7f c \u00e9 \U0001f3ac"}
    data = json.dumps(document, ensure_ascii=False).encode()
    assert written(data) == data.decode(), "a program reads it"
    shown = written(data, stream=Terminal)
    assert not {"\x9b", "\x7f"} & set(shown)
    assert json.loads(shown) == document
