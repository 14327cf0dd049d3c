"""The command line's framework: global options, lookup of commands by name, and the place where errors become text.

Only click is imported here; a command's module is loaded when the command is called.
"""

import os
from typing import TYPE_CHECKING

import click

from ltxspec.cli.global_options import global_options
from ltxspec.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ltxspec.errors import LtxspecError

EXIT_USAGE, EXIT_BUG = 64, 70
_COMPLETE = "_LTXSPEC_COMPLETE"

# name -> (module under ltxspec.cli.commands, one line for --help); in the order in which users need them
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Set up a working project."),
    "validate": ("validate", "Check specs offline; all problems at once."),
    "render": ("render", "Show the rendered requests."),
    "plan": ("plan", "Show what a change would render, and what it would cost."),
    "watch": ("watch", "Show on each save what the edit makes dirty, and what it would cost."),
    "apply": ("apply", "Render what the plan says, and record it."),
    "collect": ("collect", "Finish what is under way; order nothing new."),
    "status": ("status", "Show what is up to date, to render, in progress, failed or expiring."),
    "graph": ("graph", "Show which shots follow from which."),
    "show": ("show", "Show the takes of specs and shots."),
    "output": ("output", "Print where a shot's current video is."),
    "frame": ("frame", "Save one frame of a shot's video as a picture."),
    "whence": ("whence", "Find the spec line and the take of a video file."),
    "label": ("label", 'Write a copy of a take that says "made by AI".'),
    "animatic": ("animatic", "Join all shots to one film of animatics, or of takes with `--rendered`."),
    "cost": ("cost", "Show what was spent."),
    "why": ("why", "Explain what would be done with a shot, and why."),
    "pick": ("pick", "Make an earlier take current."),
    "approve": ("approve", "Record that a take is approved."),
    "reject": ("reject", "Record that a take is rejected, or needs work."),
    "import": ("import_", "Adopt a render made elsewhere."),
    "lock": ("lock", "Verify, merge and repair lockfiles."),
    "export": ("export", "Write timelines and tables for editing, or jobs for render farms."),
    "archive": ("archive", "Fetch videos, check them, drop unused ones."),
    "diff": ("diff", "Show what changed between two versions, in shots and money."),
    "review": ("review", "Show how a change looks: a storyboard page, pictures."),
    "previews": ("previews", "Prepare the pictures that a pull request shows."),
    "comment": ("comment", "Post or update the one comment of a pull request."),
    "models": ("models", "List the model catalog."),
    "schema": ("schema", "Print a JSON Schema."),
    "listen": ("listen", "Receive the provider's webhooks."),
    "sandbox": ("sandbox", "Serve the free stand-in for the paid service."),
    "fmt": ("fmt", "Format specs."),
    "doctor": ("doctor", "Check the set-up."),
    "explain": ("explain", "Explain an error: its cause, an example, the cure."),
    "completion": ("completion", "Print a shell completion script."),
}


class Commands(click.Group):
    """A group that looks up commands by name and loads a command's module only when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """All names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        from importlib import import_module

        module = import_module(f"ltxspec.cli.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        _lay_out(command)
        global_options(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """List the commands from the table, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, suggesting the nearest name for an unknown one."""
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            from ltxspec.suggest import did_you_mean

            hint = did_you_mean(name, COMMANDS)
            raise click.UsageError(f"no such command `{name}`{f'; {hint}' if hint else ''}", ctx)
        return super().resolve_command(ctx, args)


def _lay_out(command: click.Command) -> None:
    """Put the examples of "Examples: `a`, `b`." on separate lines, so that they are easy to copy.

    The list of a group's commands shows their first sentences in full, where click would cut them.
    """
    for inner in command.commands.values() if isinstance(command, click.Group) else ():
        inner.short_help = inner.short_help or _first_sentence(inner.help or "")
        _lay_out(inner)
    head, colon, rest = (command.epilog or "").partition(": ")
    examples = rest.removesuffix(".").strip("`").split("`, `")
    if colon and head in ("Example", "Examples") and rest.startswith("`") and "`" not in "".join(examples):
        command.epilog = "\b\n" + "\n".join([f"{head}:", *(f"  {example}" for example in examples)])


def _first_sentence(text: str) -> str:
    sentence, end, _ = " ".join(text.split("\n\n", maxsplit=1)[0].split()).partition(". ")
    return sentence + end.strip()


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nExamples:\n  ltxspec plan\n  ltxspec apply --max-cost 5\n  ltxspec plan --provider sandbox",
)
@click.option("-C", "directory", metavar="DIR", default=".", help="Run as if started in DIR.")
@click.option("--config", "config", metavar="FILE", help="Use this ltxspec.toml.")
@click.option("--no-color", is_flag=True, help="No colours (also: NO_COLOR).")
@click.option("-v", "--verbose", count=True, help="Show more details of what is done.")
@click.option("-q", "--quiet", is_flag=True, help="Show only problems and the last line.")
@click.version_option(__version__, message="ltxspec %(version)s")
@click.pass_context
def cli(ctx: click.Context, directory: str, config: str | None, verbose: int, *, quiet: bool, no_color: bool) -> None:
    """Plan, review and apply AI video renders from versioned specs.

    A render spec (YAML) is kept in git; `plan` shows which shots a change would render and for how much; `apply`
    renders only those and records every task, video and cent in a lockfile.

    The options below may also follow the command.
    """
    from ltxspec.cli.context import Session

    ctx.obj = Session(directory, config, no_color=no_color, verbose=verbose, quiet=quiet)
    ctx.color = True  # the session's style decides on colour; click would remove it from piped output


def run(arguments: "Sequence[str]") -> int:
    """Run the command line; returns the exit code. Tracebacks and untrusted control characters never reach the user."""
    from ltxspec.cli.streams import guarded

    with guarded():
        return _run(arguments)


def _run(arguments: "Sequence[str]") -> int:
    if _COMPLETE in os.environ:  # a shell asks
        from ltxspec.cli.shells import register

        register()
    try:
        result = cli.main(args=list(arguments), prog_name="ltxspec", standalone_mode=False)
    except Exception as error:  # noqa: BLE001  # the outermost boundary: unexpected errors are reported as bugs
        return _failed(error, arguments)
    except KeyboardInterrupt:
        return _failed(click.Abort(), arguments)
    except SystemExit as ended:  # by click: after completion, or where output that is not guarded lost its reader
        return ended.code if isinstance(ended.code, int) else 1
    return result if isinstance(result, int) else 0


def _failed(error: Exception, arguments: "Sequence[str]") -> int:
    """Report an error to the user in the form for its kind; returns the exit code."""
    from ltxspec.cli.failures import Answered, report_bug, report_error
    from ltxspec.errors import Interrupted, LtxspecError

    match error:
        case click.ClickException():
            return _click_error(error, arguments)
        case click.Abort():
            return report_error(Interrupted("interrupted"), arguments)
        case LtxspecError():
            return report_error(_with_option(error, arguments), arguments)
        case Answered():
            return report_error(error.error, arguments, answered=True)
        case OSError():
            return report_error(_storage(error), arguments)
        case _:
            return report_bug(error, arguments, EXIT_BUG)


def _with_option(error: "LtxspecError", arguments: "Sequence[str]") -> "LtxspecError":
    """The error; of a lock that another process holds, with the option that waits, if the command has it."""
    from ltxspec.errors import LockHeld

    waits = any(option.name == "lock_timeout" for option in _named(arguments)[1].params)
    if not isinstance(error, LockHeld) or not waits:
        return error
    return LockHeld(error.summary, hint=f"{error.hint}; `--lock-timeout SECONDS` waits for it", where=error.where)


def _storage(error: OSError) -> "LtxspecError":
    """A disk, stream or permission error that was not translated before."""
    from ltxspec.errors import StorageError

    place = f"`{error.filename}`" if error.filename else "the output"
    return StorageError(f"{place} cannot be read or written: {error.strerror or error}")


def _click_error(error: click.ClickException, arguments: "Sequence[str]") -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # click 8.1 does not have it
        error.show()
        return EXIT_USAGE
    from ltxspec.cli.failures import report_error

    return report_error(_usage(error, arguments), arguments)


def _usage(error: click.ClickException, arguments: "Sequence[str]") -> "LtxspecError":
    """A wrong command line, in the form of all other errors."""
    from re import sub

    from ltxspec.errors import WrongUsage

    text = sub(r"'([^']+)'", r"`\1`", " ".join(error.format_message().split()))
    message, _, more = text.removesuffix(".").partition(". ")
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context is not None else _named(arguments)[0]
    if isinstance(error, click.NoSuchOption) and command.endswith("apply") and error.option_name in ("-y", "--yes"):
        more = "to apply without a question write `--auto-approve`"
    hint = more.strip("()") or f"`{command} --help` shows its usage"
    return WrongUsage(_uncapitalised(message), hint=_uncapitalised(hint))


def _named(arguments: "Sequence[str]") -> tuple[str, click.Command]:
    """The command that the arguments name, and its words: click does not say it of an option without its value."""
    path: list[str] = ["ltxspec"]
    command: click.Command = cli
    for before, argument in zip(["", *arguments], arguments, strict=False):
        inner = command.get_command(click.Context(command), argument) if isinstance(command, click.Group) else None
        if inner is not None and before not in ("-C", "--config"):
            path.append(argument)
            command = inner
    return " ".join(path), command


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
