"""`ltxspec import`: adopt a render made elsewhere, so that it is never bought again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.session import Session

if TYPE_CHECKING:
    from ltxspec.cli.project import Project
    from ltxspec.values import Json

_EXAMPLES = "Example: `ltxspec import night-scenes.alley --request request.json --response response.json`."


@click.command("import", epilog=_EXAMPLES)
@click.argument("address")
@click.option("--request", "request_file", metavar="F", help="The task object as it was sent (JSON).")
@click.option("--response", "response_file", metavar="F", help="The reply with the finished video (JSON).")
@click.option("--task-uuid", metavar="UUID", help="Ask the provider's archive for both.")
@options.provider
@click.pass_obj
def command(
    session: Session,
    address: str,
    request_file: str | None,
    response_file: str | None,
    task_uuid: str | None,
    provider: str | None,
) -> int:
    """Record a finished render under SPEC.SHOT. It keeps its task id; nothing is ordered."""
    from ltxspec.apply.adopt import adopted_take
    from ltxspec.apply.records import add_take
    from ltxspec.cli.project import open_project
    from ltxspec.errors import WrongUsage
    from ltxspec.report.takes import money
    from ltxspec.storage.state import open_state
    from ltxspec.values import parse_address

    if (task_uuid is None) == (request_file is None or response_file is None):
        raise WrongUsage("give either --request and --response, or --task-uuid")
    try:
        shot = parse_address(address)
    except ValueError as error:
        raise WrongUsage(str(error)) from error
    project = open_project(session, provider)
    if task_uuid is not None:
        request, response = _from_archive(project, task_uuid)
    else:
        folder = session.folder
        request, response = _read(folder / str(request_file)), _read(folder / str(response_file))
    take = adopted_take(request, response, project.catalog)
    paths = project.paths_of(shot.spec)
    with open_state(paths, wait=0.0, command="import") as state:
        lockfile = state.read_lockfile()
        known = {t.task_id for record in lockfile.shots.values() for t in record.takes}
        if take.task_id in known:
            raise WrongUsage(f"task `{take.task_id}` is recorded already", hint="`ltxspec show` tells where")
        state.write_lockfile(add_take(lockfile, shot.instance, take, wanted=True))
    click.echo(f"{shot}: task {take.task_id} recorded, {money(take.cost)}.")
    return 0


def _read(path: Path) -> "Json":
    import json

    from ltxspec.errors import WrongUsage

    try:
        return json.loads(path.read_bytes(), parse_float=str)  # amounts stay exactly as written
    except OSError as error:
        raise WrongUsage(f"`{path.name}` cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise WrongUsage(f"`{path.name}` is not JSON: {error}") from error


def _from_archive(project: "Project", task: str) -> tuple["Json", "Json"]:
    import asyncio

    from ltxspec.cli.wiring import open_provider
    from ltxspec.values import TaskId

    async def ask() -> tuple["Json", "Json"]:
        service = open_provider(project)
        try:
            return await service.details(TaskId(task))
        finally:
            await service.close()

    return asyncio.run(ask())
