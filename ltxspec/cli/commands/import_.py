"""`ltxspec import`: adopt a render made elsewhere, so that it is never bought again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import NEW_ADDRESS, TASK_ID

if TYPE_CHECKING:
    from ltxspec.values import Json, ShotAddress, TaskId

_EXAMPLE = "`ltxspec import night-scenes.alley --request request.json --response response.json`"


@click.command("import", epilog=f"Example: {_EXAMPLE}.")
@click.argument("address", type=NEW_ADDRESS)
@click.option("--request", "request_file", metavar="F", help="The task object as it was sent (JSON).")
@click.option("--response", "response_file", metavar="F", help="The reply with the finished video (JSON).")
@click.option("--task-uuid", "task", type=TASK_ID, help="Ask the provider's archive for both.")
@options.provider
@click.pass_obj
def command(
    session: Session,
    address: "ShotAddress",
    request_file: str | None,
    response_file: str | None,
    task: "TaskId | None",
    provider: str | None,
) -> int:
    """Record a finished render under SPEC.SHOT. It keeps its task id; nothing is ordered."""
    import asyncio

    from ltxspec.errors import WrongUsage
    from ltxspec.project.adopt import adopt, fetch_details
    from ltxspec.report.takes import money

    given = [request_file is not None, response_file is not None]
    if not all(given) if task is None else any(given):
        raise WrongUsage("give either --request and --response, or --task-uuid", hint=_EXAMPLE)
    project = session.open_project(provider)
    if task is not None:
        request, response = asyncio.run(fetch_details(project, task))
    else:
        folder = session.folder
        request, response = _read(folder / str(request_file)), _read(folder / str(response_file))
    take = adopt(project, address, request, response)
    click.echo(f"{address}: task {take.task_id} recorded, {money(take.cost)}.")
    return 0


def _read(path: Path) -> "Json":
    import json

    from ltxspec.errors import WrongUsage
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    try:
        # amounts stay exactly as written
        return json.loads(read_named(path, path.name, LARGEST_INPUT), parse_float=str)
    except ValueError as error:
        raise WrongUsage(f"`{path.name}` is not JSON: {error}") from error
