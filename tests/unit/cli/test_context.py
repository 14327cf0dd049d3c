import io
import os
from pathlib import Path

import pytest

from ltxspec.cli.context import Session, is_interactive, style_for


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def usual_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_the_folder_is_where_the_command_was_started_or_what_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Session().folder == tmp_path
    assert Session("below").folder == tmp_path / "below"
    assert Session(os.sep).folder == Path(os.sep)


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
    ],
)
def test_colour_follows_the_environment_then_the_stream(
    environment: dict[str, str], on_terminal: bool, in_pipe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert style_for(Terminal()).color is on_terminal
    assert style_for(io.StringIO()).color is in_pipe
    assert style_for(Terminal(), no_color=True).color is False
    assert Session(no_color=True).style(Terminal()).color is False


@pytest.mark.parametrize(
    ("directory", "file", "shown"),
    [
        (".", "../film.mp4", "../film.mp4"),
        ("films", "a.mp4", "films/a.mp4"),
        ("films", "../a.mp4", "films/../a.mp4"),
        ("films", "/tmp/a.mp4", "/tmp/a.mp4"),
    ],
)
def test_a_file_is_named_as_it_is_reached_from_where_the_user_stands(directory: str, file: str, shown: str) -> None:
    assert Session(directory).as_seen(file) == shown


def test_a_new_prompt_is_whole_where_what_is_written_is_kept() -> None:
    assert not style_for(Terminal()).whole
    assert style_for(io.StringIO()).whole


@pytest.mark.parametrize(("columns", "width"), [("120", 120), ("10", 40), ("wide", 100), ("", 100)])
def test_the_width_is_the_terminals_within_reason(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert style_for(io.StringIO()).width == width


def test_nobody_watches_a_pipe_a_ci_job_or_a_dumb_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_interactive(Terminal())
    assert not is_interactive(io.StringIO())
    monkeypatch.setenv("CI", "true")
    assert not is_interactive(Terminal())
    monkeypatch.delenv("CI")
    monkeypatch.setenv("TERM", "dumb")
    assert not is_interactive(Terminal())


def test_a_warning_is_written_once_for_a_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ltxspec.toml").write_text("")
    project = Session(str(tmp_path)).open_project()
    capsys.readouterr()
    for text in ("the store is far away", "the disk is full", "the store is far away"):
        project.warn(text)
    assert capsys.readouterr().err == "warning: the store is far away\nwarning: the disk is full\n"


def test_a_real_terminal_gets_links_and_a_pipe_gets_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VTE_VERSION", "7006")
    Session(str(tmp_path)).open_project()
    near, far = os.openpty()
    with open(far, "w", encoding="utf-8") as terminal:  # noqa: PTH123  # a descriptor
        links = style_for(terminal).links
        assert links is not None
        assert links.base.endswith(f"{tmp_path}/")
        assert style_for(terminal, no_color=True).links is None
        monkeypatch.setenv("CI", "true")
        assert style_for(terminal).links is None
    monkeypatch.delenv("CI")
    os.close(near)
    with (tmp_path / "log").open("w") as file:
        assert style_for(file).links is None
