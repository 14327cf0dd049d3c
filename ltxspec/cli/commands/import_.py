"""`ltxspec import`: adopt a render made elsewhere, so that it is never bought again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ltxspec.cli import options
from ltxspec.cli.context import Session

if TYPE_CHECKING:
    from ltxspec.project.project import Project
    from ltxspec.values import Json, ShotAddress, TaskId

_EXAMPLE = "`ltxspec import night-scenes.alley --request request.json --response response.json`"


@click.command("import", epilog=f"Example: {_EXAMPLE}.")
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
    from ltxspec.errors import WrongUsage
    from ltxspec.report.takes import money
    from ltxspec.storage.state import open_state

    given = [request_file is not None, response_file is not None]
    if not all(given) if task_uuid is None else any(given):
        raise WrongUsage("give either --request and --response, or --task-uuid", hint=_EXAMPLE)
    shot = _address(address)
    project = session.open_project(provider)
    if task_uuid is not None:
        request, response = _from_archive(project, _task(task_uuid))
    else:
        folder = session.folder
        request, response = _read(folder / str(request_file)), _read(folder / str(response_file))
    take = adopted_take(request, response, project.catalog)
    paths = project.paths_of(shot.spec)
    with open_state(paths, wait=0.0, command="import") as state:
        lockfile = state.read_lockfile()
        for key, record in {**lockfile.retired, **lockfile.shots}.items():
            if record.take(take.task_id) is not None:
                raise WrongUsage(f"task `{take.task_id}` is recorded already, as `{shot.spec}.{key}`")
        state.write_lockfile(add_take(lockfile, shot.instance, take, wanted=True))
    click.echo(f"{shot}: task {take.task_id} recorded, {money(take.cost)}.")
    return 0


def _address(text: str) -> "ShotAddress":
    """An address whose parts can name a spec's lockfile and a shot in it: it need not exist yet."""
    import re

    from ltxspec.errors import WrongUsage
    from ltxspec.spec.names import INSTANCE_KEY, SHOT_NAME_RULE, SPEC_NAME, SPEC_NAME_RULE
    from ltxspec.values import parse_address

    try:
        address = parse_address(text)
    except ValueError as error:
        raise WrongUsage(str(error)) from error
    for name, pattern, rule in (
        (address.spec, SPEC_NAME, SPEC_NAME_RULE),
        (address.instance, INSTANCE_KEY, SHOT_NAME_RULE),
    ):
        if re.fullmatch(pattern, name) is None:
            raise WrongUsage(f"`{name}` cannot stand in an address", hint=rule)
    return address


def _task(text: str) -> "TaskId":
    import uuid

    from ltxspec.errors import WrongUsage
    from ltxspec.values import TaskId

    try:
        return TaskId(str(uuid.UUID(text)))
    except ValueError as error:
        raise WrongUsage(
            f"`{text}` is not the id of a task", hint="ids are UUIDs, as the provider shows them"
        ) from error


def _read(path: Path) -> "Json":
    import json

    from ltxspec.errors import WrongUsage

    try:
        return json.loads(path.read_bytes(), parse_float=str)  # amounts stay exactly as written
    except OSError as error:
        raise WrongUsage(f"`{path.name}` cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise WrongUsage(f"`{path.name}` is not JSON: {error}") from error


def _from_archive(project: "Project", task: "TaskId") -> tuple["Json", "Json"]:
    import asyncio

    from ltxspec.project.adapters import open_provider

    async def ask() -> tuple["Json", "Json"]:
        service = open_provider(project)
        try:
            return await service.details(task)
        finally:
            await service.close()

    return asyncio.run(ask())
