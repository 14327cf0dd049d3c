from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ltxspec.cli import options
from ltxspec.cli.options import Selected, VariableOptions
from ltxspec.errors import WrongUsage
from ltxspec.plan.document import PlanOptions


@click.command()
@options.output_format("text", "json")
@options.selected()
@options.lock_timeout
@options.provider
def command(**values: Any) -> None:
    """Takes everything that commands share."""
    click.echo(repr(values))


def given(*arguments: str) -> dict[str, Any]:
    """What a command gets of an empty or full command line."""
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = eval(result.output)  # our own repr
    return found


def test_an_empty_command_line_selects_nothing() -> None:
    assert given() == {"output_format": "text", "selected": Selected(), "lock_timeout": 0.0, "provider": None}


def test_everything_may_be_given_and_most_of_it_several_times() -> None:
    line = "a.yaml --target x --target y --retake r --retry s --var a=1 --var b=2 --var-file f --provider sandbox b"
    assert given(*line.split(), "--format", "json", "--lock-timeout", "2.5") == {
        "output_format": "json",
        "selected": Selected(("a.yaml", "b"), ("x", "y"), ("r",), ("s",), ("a=1", "b=2"), ("f",)),
        "lock_timeout": 2.5,
        "provider": "sandbox",
    }


@pytest.mark.parametrize("arguments", [("--format", "yaml"), ("--target",)])
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_the_help_shows_each_once_with_the_formats_there_are() -> None:
    help_text = CliRunner().invoke(command, ["--help"]).output
    assert "[text|json]" in help_text
    assert all(
        help_text.count(f"  {name} ") == 1 for name in ("--target", "--retake", "--retry", "--var", "--provider")
    )


def test_what_is_selected_is_what_is_planned(tmp_path: Path) -> None:
    selected = Selected(("specs",), ("night.a",), (), ("night.b",), ("x=2",))
    assert selected.plan_options(tmp_path) == PlanOptions(("specs",), ("night.a",), (), ("night.b",), {"x": "2"})


def test_variables_are_read_from_files_and_pairs(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").write_text("x: 1\n")
    assert VariableOptions(("y=2",), ("v.yaml",)).read(tmp_path) == {"x": 1, "y": "2"}
    with pytest.raises(WrongUsage):
        VariableOptions(("y",)).read(tmp_path)


def test_a_command_may_take_its_variables_as_one_value() -> None:
    @click.command()
    @options.variables
    def only(variables: VariableOptions) -> None:
        click.echo(repr(variables))

    assert eval(CliRunner().invoke(only, ["--var", "a=1"]).output) == VariableOptions(("a=1",))
