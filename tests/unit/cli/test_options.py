from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.options import options_of
from ltxspec.plan.planfile import PlanOptions

TYPED = {
    "paths": ("specs",),
    "targets": ("night.a",),
    "retakes": (),
    "retries": ("night.b",),
    "var": ("x=2",),
    "var_files": (),
}


@click.command()
@options.paths
@options.output_format("text", "json")
@options.selectors
@options.variables
@options.lock_timeout
@options.provider
def command(**typed: Any) -> None:
    """Takes everything that commands share."""
    click.echo(repr(typed))


def typed(*arguments: str) -> dict[str, Any]:
    """What a command gets of an empty or full command line."""
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = eval(result.output)  # our own repr
    return found


def test_nothing_typed_means_nothing_asked() -> None:
    assert typed() == {
        "paths": (),
        "form": "text",
        "targets": (),
        "retakes": (),
        "retries": (),
        "var": (),
        "var_files": (),
        "lock_timeout": 0.0,
        "provider": None,
    }


def test_everything_may_be_given_and_most_of_it_several_times() -> None:
    line = "a.yaml --target x --target y --retake r --retry s --var a=1 --var b=2 --var-file f --provider sandbox b"
    assert typed(*line.split(), "--format", "json", "--lock-timeout", "2.5") == {
        "paths": ("a.yaml", "b"),
        "form": "json",
        "targets": ("x", "y"),
        "retakes": ("r",),
        "retries": ("s",),
        "var": ("a=1", "b=2"),
        "var_files": ("f",),
        "lock_timeout": 2.5,
        "provider": "sandbox",
    }


@pytest.mark.parametrize("arguments", [("--format", "yaml"), ("--target",)])
def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert CliRunner().invoke(command, arguments).exit_code == 2


def test_the_help_shows_each_once_with_the_formats_there_are() -> None:
    told = CliRunner().invoke(command, ["--help"]).output
    assert "[text|json]" in told
    assert all(told.count(f"  {name} ") == 1 for name in ("--target", "--retake", "--retry", "--var", "--provider"))


def test_options_are_what_was_typed(tmp_path: Path) -> None:
    assert options_of(Session(str(tmp_path)), TYPED) == PlanOptions(
        ("specs",), ("night.a",), (), ("night.b",), {"x": "2"}
    )
