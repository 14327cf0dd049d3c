"""`ltxspec import`: adopt a render made elsewhere, so that it is not bought again."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.completing import addresses
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import NEW_ADDRESS, TASK_ID

if TYPE_CHECKING:
    from ltxspec.errors import Diagnostic
    from ltxspec.values import ShotAddress, TaskId

_EXAMPLE = "`ltxspec import night-scenes.alley --request sent.json --response reply.json`"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the render comes from: two files, or the provider's archive."""

    request_file: str | None
    response_file: str | None
    task: "TaskId | None"


@click.command("import", epilog=f"Examples: {_EXAMPLE}, `ltxspec import night-scenes.alley --task-uuid $TASK_UUID`.")
@click.argument("address", type=NEW_ADDRESS, shell_complete=addresses)
@click.option("--request", "request_file", metavar="F", help="The task object as it was sent (JSON).")
@click.option("--response", "response_file", metavar="F", help="The reply with the finished video (JSON).")
@click.option("--task-uuid", "task", type=TASK_ID, help="Ask the provider's archive for both.")
@options.gathered("origin", Origin)
@options.output_format("text", "json")
@options.provider
@click.pass_obj
def command(session: Session, address: "ShotAddress", origin: Origin, output_format: str, provider: str | None) -> int:
    """Record a finished render under SPEC.SHOT. It keeps its task id; nothing is ordered."""
    from ltxspec.errors import WrongUsage
    from ltxspec.project.adopt import adopt_files, adopt_task
    from ltxspec.report.diagnostics import format_diagnostics
    from ltxspec.report.results.takes import Import
    from ltxspec.values import money_text

    files = (origin.request_file, origin.response_file)
    given = [file is not None for file in files]
    if not all(given) if origin.task is None else any(given):
        raise WrongUsage("give either --request and --response, or --task-uuid", hint=_EXAMPLE)
    project = session.open_project(provider)
    warnings: list[Diagnostic] = []
    if origin.task is not None:
        take = adopt_task(project, address, origin.task, warnings)
    else:
        request, response = (session.folder / str(file) for file in files)
        take = adopt_files(project, address, request, response, warnings)
    click.echo(format_diagnostics(warnings, session.style(sys.stderr)), err=True, nl=False)
    if output_format == "json":
        session.answer(Import(address=str(address), task_id=take.task_id, cost=take.cost))
        return 0
    click.echo(f"{address}: task {take.task_id} recorded, {money_text(take.cost)}.")
    return 0
