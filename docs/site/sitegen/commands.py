"""Reference pages of the commands, from click's own description of them."""

from collections.abc import Iterator

import click

from ltxspec.cli.main import COMMANDS, cli
from sitegen.tables import code, prose, table


def commands_page() -> str:
    """All commands, and the options that each of them takes."""
    context = click.Context(cli, info_name="ltxspec")
    rows = [(f"[`{name}`](commands/{name}.md)", prose(short)) for name, (_, short) in COMMANDS.items()]
    lines = ["# Commands", "", *_help(cli), *table(("command", "does"), rows)]
    lines += ["## Options of every command", "", *_options(cli, context)]
    lines += [
        "[Exit codes](../commands.md#exit-codes), addresses, standard input and JSON are the same for all of them."
    ]
    return "\n".join(lines) + "\n"


def command_page(name: str) -> str:
    """One command, and those below it."""
    context = click.Context(cli, info_name="ltxspec")
    command = cli.get_command(context, name)
    if command is None:
        raise KeyError(name)
    return "\n".join(_command(command, context, name, "#")) + "\n"


def _command(command: click.Command, parent: click.Context, name: str, heading: str) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=parent)
    yield from (f"{heading} {context.command_path}", "", *_help(command))
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from ("```text", usage, "```", "")
    yield from _options(command, context)
    if examples := _examples(command):
        yield from ("Examples:", "", "```text", *examples, "```", "")
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found is not None and not found.hidden:
                yield from _command(found, context, inner, "##")


def _help(command: click.Command) -> list[str]:
    """The text of `--help`, as paragraphs."""
    paragraphs = (command.help or "").replace("\f", "").split("\n\n")
    return [line for text in paragraphs for line in _paragraph(text)]


def _paragraph(text: str) -> list[str]:
    if text.lstrip().startswith("\b"):
        return ["```text", text.replace("\b", "").strip("\n"), "```", ""]
    return [prose(" ".join(text.split())), ""]


def _examples(command: click.Command) -> list[str]:
    """The examples below the options of `--help`, without their heading."""
    lines = (command.epilog or "").replace("\b", "").strip().splitlines()
    return [line.strip() for line in lines if line.strip() not in ("", "Example:", "Examples:")]


def _options(command: click.Command, context: click.Context) -> list[str]:
    rows = []
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and "--help" not in parameter.opts:
            names, text = record
            rows.append((code(names), prose(text.replace("  [", " [").strip())))
    return table(("option", "meaning"), rows)
