"""Options that several commands share, so that they look and behave the same everywhere."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from ltxspec.cli.context import Session
    from ltxspec.plan.planfile import PlanOptions

Command = TypeVar("Command", bound=Callable[..., Any])


def paths(command: Command) -> Command:
    """`[PATH…]`: spec files or folders."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())(command)


def variables(command: Command) -> Command:
    """`--var` and `--var-file`."""
    command = click.option(
        "--var-file", "var_files", multiple=True, metavar="F", help="Variables from a YAML or JSON file."
    )(command)
    return click.option("--var", "var", multiple=True, metavar="K=V", help="Override one of the spec's vars.")(command)


def provider(command: Command) -> Command:
    """`--provider`."""
    return click.option("--provider", metavar="NAME", help="`runware` (paid) or `sandbox` (free, offline).")(command)


def selectors(command: Command) -> Command:
    """`--target`, `--retake`, `--retry`."""
    command = click.option("--retry", "retries", multiple=True, metavar="ADDRESS", help="Try a failed shot again.")(
        command
    )
    command = click.option(
        "--retake", "retakes", multiple=True, metavar="ADDRESS", help="Render an unchanged shot once more."
    )(command)
    return click.option(
        "--target", "targets", multiple=True, metavar="ADDRESS", help="Only these shots (`*` and `?` are wildcards)."
    )(command)


def output_format(*names: str, default: str | None = None) -> Callable[[Command], Command]:
    """`--format`, with the names this command knows."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(names),
        default=default or names[0],
        show_default=True,
        help="Output format.",
    )


def lock_timeout(command: Command) -> Command:
    """`--lock-timeout`."""
    return click.option(
        "--lock-timeout",
        metavar="S",
        type=click.FloatRange(min=0),
        default=0.0,
        help="Wait S seconds for another command that works on a spec.",
    )(command)


def options_of(session: "Session", typed: Mapping[str, Any]) -> "PlanOptions":
    """What was asked for, from click's parameters of a command with paths, selectors and variables."""
    from ltxspec.cli.variables import read_variables
    from ltxspec.plan.planfile import PlanOptions

    variables = read_variables(typed["var"], typed["var_files"], session.folder)
    return PlanOptions(typed["paths"], typed["targets"], typed["retakes"], typed["retries"], variables)
