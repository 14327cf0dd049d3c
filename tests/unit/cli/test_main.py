from importlib import import_module
from pathlib import Path

import click
import pytest

from ltxspec.cli.main import COMMANDS, cli, run
from ltxspec.errors import Interrupted, Invalid, LockHeld, LtxspecError, Refused


class Failing(click.Command):
    """A command that ends in an exception."""

    def __init__(self, error: BaseException) -> None:
        super().__init__("fail")
        self.error = error

    def invoke(self, ctx: click.Context) -> None:  # noqa: ARG002  # click's signature
        raise self.error


def outcome(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code when the command `plan` ends so."""
    monkeypatch.setattr("ltxspec.cli.commands.plan.command", Failing(error))
    return run(["plan"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("over-budget", "too dear"), 4),
        (LockHeld("somebody is at work"), 5),
        (Invalid([]), 1),
        (LtxspecError("odd"), 1),
        (Interrupted("stopped"), 130),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied", "specs/a.yaml"), 1),
        (click.UsageError("no"), 64),
    ],
)
def test_every_expected_end_has_its_exit_code_and_no_traceback(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert outcome(error, monkeypatch) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err


def test_a_file_system_that_does_not_do_as_told_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome(PermissionError(13, "Permission denied", "specs/a.yaml"), monkeypatch)
    assert capsys.readouterr().err == "error[storage]: `specs/a.yaml` cannot be read or written: Permission denied\n"


def test_the_unexpected_is_a_bug_with_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert outcome(ZeroDivisionError("oh"), monkeypatch) == 70
    (report,) = tmp_path.iterdir()
    told = capsys.readouterr().err
    assert told.startswith("error[bug]: this is a bug in ltxspec: ZeroDivisionError\n")
    assert str(report) in told
    assert "ZeroDivisionError: oh" in report.read_text("utf-8")


def test_colour_of_errors_can_be_switched_off(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    run(["pln"])
    assert "\x1b[" in capsys.readouterr().err
    run(["--no-color", "pln"])
    assert "\x1b[" not in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module_help_and_the_name_it_is_called_by(name: str) -> None:
    command = import_module(f"ltxspec.cli.commands.{COMMANDS[name][0]}").command
    assert command.name == name
    assert command.help
    assert COMMANDS[name][1].endswith(".")


def test_options_of_all_commands_are_explained() -> None:
    silent = []
    for name in COMMANDS:
        command = import_module(f"ltxspec.cli.commands.{COMMANDS[name][0]}").command
        inner = list(command.commands.values()) if isinstance(command, click.Group) else [command]
        silent += [
            f"{name} {option.opts[0]}"
            for one in inner
            for option in one.params
            if isinstance(option, click.Option) and not option.help and not option.hidden
        ]
    assert silent == []


def helps() -> dict[str, str]:
    """The help of every command, as terminals of 80 columns show it."""
    texts = {}
    waiting: list[tuple[str, click.Command, click.Context]] = [
        (name, command, click.Context(cli, info_name="ltxspec", terminal_width=80))
        for name in COMMANDS
        if (command := cli.get_command(click.Context(cli), name)) is not None
    ]
    while waiting:
        name, command, parent = waiting.pop()
        context = click.Context(command, parent, info_name=name.rpartition(" ")[2])
        texts[name] = command.get_help(context)
        inner = command.commands if isinstance(command, click.Group) else {}
        waiting += [(f"{name} {each}", one, context) for each, one in inner.items() if not one.hidden]
    return texts


def test_examples_fit_into_80_columns_and_no_line_of_a_list_of_commands_is_cut() -> None:
    texts = helps()
    assert len(texts) > len(COMMANDS)
    lines = [(name, line) for name, text in texts.items() for line in text.splitlines()]
    assert [each for each in lines if len(each[1]) > 80] == []
    assert [each for each in lines if each[1].endswith("...") and not each[1].startswith("Usage")] == []


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["export", "csv", "--media"], "ltxspec export csv"),
        (["plan", "--target"], "ltxspec plan"),
        (["--config"], "ltxspec"),
    ],
)
def test_an_option_without_its_value_names_the_help_of_its_command(
    arguments: list[str], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 64
    assert capsys.readouterr().err == (
        f"error[usage]: option `{arguments[-1]}` requires an argument\nhint: `{command} --help` shows its usage\n"
    )


def test_the_table_is_the_list_of_commands() -> None:
    assert cli.list_commands(click.Context(cli)) == list(COMMANDS)
    assert cli.get_command(click.Context(cli), "nonsense") is None


def test_a_result_is_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["-C", str(tmp_path), "models"]) == 0
    assert run(["-C", str(tmp_path), "plan"]) == 1
    assert capsys.readouterr().err.startswith("error[no-specs]")
