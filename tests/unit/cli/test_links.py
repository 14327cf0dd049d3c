import io
from pathlib import Path

import pytest

from ltxspec.cli.links import links_for, paths_are_relative_to, shows_links
from ltxspec.cli.streams import LINK_MARK, harmless
from ltxspec.report.terminal import Links, Style


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "shown"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.10"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.0.15"}, False),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.95.3"}, True),
        ({"TERM_PROGRAM": "vscode", "TERM_PROGRAM_VERSION": "1.9.0"}, False),
        ({"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046fc22"}, True),
        ({"TERM_PROGRAM": "Apple_Terminal", "TERM_PROGRAM_VERSION": "453"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7006"}, True),
        ({"TERM": "xterm-256color", "VTE_VERSION": "5000"}, False),
        ({"KONSOLE_VERSION": "230804"}, True),
        ({"WT_SESSION": "0b1d"}, True),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.4"}, True),
        ({"TERM_PROGRAM": "tmux", "TERM_PROGRAM_VERSION": "3.3a", "VTE_VERSION": "7006"}, False),
        ({"TERM": "screen", "STY": "1.pts", "VTE_VERSION": "7006"}, False),
        ({"TERM": "dumb", "VTE_VERSION": "7006"}, False),
        ({"FORCE_HYPERLINK": "1", "TERM": "xterm"}, True),
        ({"FORCE_HYPERLINK": "0", "TERM": "xterm-kitty"}, False),
    ],
)
def test_only_terminals_that_are_known_to_show_links_get_them(variables: dict[str, str], shown: bool) -> None:
    assert shows_links(variables) is shown


@pytest.mark.parametrize("variable", ["CI", "NO_COLOR"])
def test_no_links_in_pipes_in_ci_or_where_no_colour_is_wanted(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    paths_are_relative_to(Path("/films"))
    assert links_for(Terminal(), no_color=False) is not None
    assert links_for(io.StringIO(), no_color=False) is None
    assert links_for(Terminal(), no_color=True) is None
    monkeypatch.setenv(variable, "1")
    assert links_for(Terminal(), no_color=False) is None


def test_a_file_is_named_with_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    monkeypatch.setattr("socket.gethostname", lambda: "studio")
    paths_are_relative_to(Path("/films/night 1"))
    links = links_for(Terminal(), no_color=False)
    shown = harmless(Style(links=links).link("specs/a.yaml", "specs/a.yaml", 7))
    assert shown == "\x1b]8;;file://studio/films/night%201/specs/a.yaml\x1b\\specs/a.yaml\x1b]8;;\x1b\\"
    paths_are_relative_to(None)
    assert links_for(Terminal(), no_color=False) is None


def test_a_link_that_is_not_ours_is_shown_and_not_obeyed() -> None:
    for start in ("\x1b]8;;", "\x1b]8;id=;", "\x1b]8;id=0123456789abcdef;", "\x9d8;;"):
        shown = harmless(f"{start}https://evil.example\x1b\\click\x1b]8;;\x07")
        assert "\x1b" not in shown
        assert "\x9d" not in shown
    for text in ("https://a.example/\x1b[2J", "a b\x07\n", "ü/\u202e"):
        shown = harmless(Style(links=Links("file://a/", LINK_MARK)).link("x", text))
        address = shown.removeprefix("\x1b]8;;").partition("\x1b\\")[0]
        assert address.isascii()
        assert address.isprintable()
        assert " " not in address
