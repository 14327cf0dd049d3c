"""Nothing that a stranger wrote is obeyed by a terminal, whoever forgot to clean it."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

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
