"""A command that does something by itself and has subcommands as well: `review main`, and `review import FILE`."""

from typing import Any

import click


class ActingGroup(click.Group):
    """A group whose first word chooses a subcommand; with any other word, or none, its own arguments and action count.

    Only the first word is looked at, so that arguments keep their meaning: a revision called as a subcommand can be
    written as `refs/heads/NAME`.
    """

    allow_extra_args = False  # as a command's, not as a group's
    allow_interspersed_args = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"invoke_without_command": True, "subcommand_metavar": "", **kwargs})

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """The context of the subcommand that is named first, or of this command itself."""
        inner = self.commands.get(args[0]) if args else None
        if inner is None:
            return super().make_context(info_name, args, parent, **extra)
        return inner.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """All arguments are this command's own."""
        return click.Command.parse_args(self, ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run this command's own action."""
        return click.Command.invoke(self, ctx)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """As of a command: its subcommands are listed below."""
        return click.Command.collect_usage_pieces(self, ctx)
