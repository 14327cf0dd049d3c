"""`ltxspec import`: adopt a render made elsewhere, so that it is not bought again."""

from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session
from ltxspec.cli.param_types import NEW_ADDRESS, TASK_ID

if TYPE_CHECKING:
    from ltxspec.values import ShotAddress, TaskId

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
    from ltxspec.errors import WrongUsage
    from ltxspec.project.adopt import adopt, adopt_task, read_exchange
    from ltxspec.values import money_text

    given = [request_file is not None, response_file is not None]
    if not all(given) if task is None else any(given):
        raise WrongUsage("give either --request and --response, or --task-uuid", hint=_EXAMPLE)
    project = session.open_project(provider)
    if task is not None:
        take = adopt_task(project, address, task)
    else:
        files = (session.folder / str(file) for file in (request_file, response_file))
        request, response = (read_exchange(file, file.name) for file in files)
        take = adopt(project, address, request, response)
    click.echo(f"{address}: task {take.task_id} recorded, {money_text(take.cost)}.")
    return 0
