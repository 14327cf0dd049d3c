"""A command with an action of its own and subcommands: only the first word chooses."""

import click
import pytest
from click.testing import CliRunner

from ltxspec.cli.own_action import ActingGroup


@click.group()
def cli() -> None:
    """Nothing."""


@cli.group("show", cls=ActingGroup)
@click.argument("base", required=False)
@click.option("--flag", is_flag=True)
def show(base: str | None, *, flag: bool) -> None:
    """The action."""
    click.echo(f"show {base} {flag}")


@show.command("keep")
@click.argument("file")
def keep(file: str) -> None:
    """The subcommand."""
    click.echo(f"keep {file}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("show", "show None False"),
        ("show main --flag", "show main True"),
        ("show --flag main", "show main True"),
        ("show --flag keep", "show keep True"),
        ("show ./keep", "show ./keep False"),
        ("show keep main", "keep main"),
    ],
)
def test_the_first_word_chooses(words: str, said: str) -> None:
    assert CliRunner().invoke(cli, words.split()).output == f"{said}\n"


@pytest.mark.parametrize(("words", "said"), [("show a b", "unexpected extra argument"), ("show keep", "Missing arg")])
def test_what_is_too_much_or_missing_is_wrong_usage(words: str, said: str) -> None:
    done = CliRunner().invoke(cli, words.split())
    assert (done.exit_code, said in done.output) == (2, True)
