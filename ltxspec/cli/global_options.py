"""The global options, which may stand before the command or after it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ltxspec.cli.context import Session

GIVEN = "ltxspec.global_options"  # in `Context.meta`: those given so far; completion reads them


def global_options(command: click.Command) -> None:
    """Let a command and its subcommands take the global options as well. They are listed in the help of `ltxspec`."""
    taken = {name for option in command.params for name in option.opts}  # some list -v and -q themselves
    command.params += [option for option in _options() if taken.isdisjoint(option.opts)]
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        global_options(inner)


def _options() -> list[click.Parameter]:
    made: list[tuple[tuple[str, ...], str, dict[str, Any]]] = [
        (("-C", "directory_here"), "directory", {"metavar": "DIR"}),
        (("--config", "config_here"), "config", {"metavar": "FILE"}),
        (("--no-color", "no_color_here"), "no_color", {"is_flag": True}),
        (("-v", "--verbose", "verbose_here"), "verbose", {"count": True}),
        (("-q", "--quiet", "quiet_here"), "quiet", {"is_flag": True}),
    ]
    return [
        click.Option(names, expose_value=False, hidden=True, callback=_into(field), **more)
        for names, field, more in made
    ]


def _into(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Put an option's value into the session."""

    def put(context: click.Context, _: click.Parameter, value: Any) -> None:
        if not value:
            return
        context.meta.setdefault(GIVEN, {})[field] = value
        session: Session | None = context.obj
        if session is not None:  # completion has none
            context.obj = replace(session, **{field: value + session.verbose if field == "verbose" else value})

    return put
