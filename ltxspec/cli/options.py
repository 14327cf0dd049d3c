"""Options shared by several commands, so that they look and behave the same everywhere."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from ltxspec.cli.completing import addresses, labels, providers, takes
from ltxspec.cli.param_types import LABEL, ORDER_LIMIT

if TYPE_CHECKING:
    from pathlib import Path

    from ltxspec import PlanOptions
    from ltxspec.values import Json, Usd

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class VariableOptions:
    """`--var` and `--var-file`, as given."""

    var: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()

    def read(self, folder: "Path") -> "dict[str, Json]":
        """The values; files are relative to `folder`. Raises WrongUsage."""
        from ltxspec.project.variables import read_variables

        return read_variables(self.var, self.var_files, folder)


@dataclass(frozen=True, slots=True)
class Selected:
    """Paths, selected shots and variables, as given."""

    paths: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    retakes: tuple[str, ...] = ()
    retries: tuple[str, ...] = ()
    var: tuple[str, ...] = ()
    var_files: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    limit: "int | Literal['budget'] | None" = None

    def plan_options(self, folder: "Path", budget: "Usd | None" = None) -> "PlanOptions":
        """The options of the plan; files are relative to `folder`. Raises WrongUsage.

        Args:
            folder: the folder to work in.
            budget: `--max-cost`, which `--limit budget` follows.
        """
        from ltxspec import PlanOptions

        variables = VariableOptions(self.var, self.var_files).read(folder)
        return PlanOptions(
            self.paths,
            self.targets,
            self.retakes,
            self.retries,
            variables,
            excludes=self.excludes,
            labels=self.labels,
            limit=self.limit,
            max_cost=budget if self.limit == "budget" else None,
        )


def gathered(name: str, kind: type[Any]) -> Callable[[Command], Command]:
    """Pass the parameters that are fields of the dataclass `kind` to a command as one value called `name`."""
    own = [field.name for field in fields(kind)]

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathering(*context: Any, **values: Any) -> Any:
            taken = {field: values.pop(field) for field in own if field in values}
            return command(*context, **{name: kind(**taken)}, **values)

        return gathering  # type: ignore[return-value]  # same except for the parameters, which click passes by name

    return decorate


def paths(command: Command) -> Command:
    """`[PATH…]`: spec files or folders."""
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())(command)


def variables(command: Command) -> Command:
    """`--var` and `--var-file`, as `variables: Variables`."""
    return _variable_options(gathered("variables", VariableOptions)(command))


def selected(metavar: str = "[PATH]...") -> Callable[[Command], Command]:
    """`[PATH…]`, the options that select shots, `--var` and `--var-file`, as `selected: Selected`."""

    def decorate(command: Command) -> Command:
        command = _variable_options(gathered("selected", Selected)(command))
        limit = "Order at most N of the shots, in the order of the plan, or as many as the `budget` allows."
        command = click.option("--limit", type=ORDER_LIMIT, help=limit)(command)
        text = "Only shots with this label; repeat it for more."
        command = click.option("--label", "labels", type=LABEL, multiple=True, help=text, shell_complete=labels)(
            command
        )
        for option, name, text in reversed(_SELECTORS):
            command = click.option(option, name, multiple=True, metavar="ADDRESS", help=text, shell_complete=addresses)(
                command
            )
        return click.argument("paths", nargs=-1, metavar=metavar, type=click.Path())(command)

    return decorate


_SELECTORS = (
    (
        "--target",
        "targets",
        "Only these shots (`*` and `?` are wildcards); with a `+` after it, also those that follow from them.",
    ),
    ("--exclude", "excludes", "Leave these shots out (wildcards and a `+` after it as for `--target`)."),
    ("--retake", "retakes", "Render an unchanged shot once more."),
    ("--retry", "retries", "Try a failed shot again."),
)


def _variable_options(command: Command) -> Command:
    command = click.option(
        "--var-file", "var_files", multiple=True, metavar="F", help="Variables from a YAML or JSON file."
    )(command)
    return click.option("--var", "var", multiple=True, metavar="K=V", help="Override one of the spec's vars.")(command)


def shard(command: Command) -> Command:
    """`--shard`."""
    text = "Only shard K of N: the graphs of shots that belong to it. The budget is divided between the shards."
    return click.option("--shard", metavar="K/N", help=text)(command)


def engine(text: str) -> Callable[[Command], Command]:
    """`--engine`; `text` says what it does."""
    return click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help=text)


def one_video(command: Command) -> Command:
    """`--take` and `--result`: which video of a shot, as `number` and `result`."""
    command = click.option("--result", type=int, metavar="K", help="Which of the take's outputs, from 1.")(command)
    return click.option(
        "--take", "number", type=int, metavar="N", shell_complete=takes, help="Position in `ltxspec show`."
    )(command)


def provider(command: Command) -> Command:
    """`--provider`."""
    text = "`runware` (paid) or `sandbox` (free, offline)."
    return click.option("--provider", metavar="NAME", help=text, shell_complete=providers)(command)


def output_format(*names: str, default: str | None = None) -> Callable[[Command], Command]:
    """`--format`, with the formats of this command."""
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(names),
        default=default or names[0],
        show_default=True,
        help="Output format.",
    )


def loudness(command: Command) -> Command:
    """`-v` and `-q` after the command's name, where users also look for them; they are global options, too."""

    def louder(context: click.Context, _: click.Parameter, count: int) -> None:
        if count:
            context.obj = replace(context.obj, verbose=context.obj.verbose + count)

    def quieter(context: click.Context, _: click.Parameter, is_quiet: bool) -> None:  # noqa: FBT001  # click's signature
        if is_quiet:
            context.obj = replace(context.obj, quiet=True)

    command = click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=quieter, help="Only problems and the last line."
    )(command)
    return click.option(
        "-v", "--verbose", count=True, expose_value=False, callback=louder, help="Every shot and every event."
    )(command)


def lock_timeout(command: Command) -> Command:
    """`--lock-timeout`."""
    return click.option(
        "--lock-timeout",
        metavar="S",
        type=click.FloatRange(min=0),
        default=0.0,
        help="Wait up to S seconds for another command that is working on a spec.",
    )(command)
