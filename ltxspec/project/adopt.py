"""Records a render that was made elsewhere, so that it is not bought again. Nothing is ordered."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from ltxspec.apply.adopt import CannotAdopt, adopted_take
from ltxspec.apply.records import add_take
from ltxspec.errors import Diagnostic, Location, ProviderRefused, WrongUsage
from ltxspec.lock.models import Take
from ltxspec.plan.recorded import answers
from ltxspec.project.adapters import open_provider
from ltxspec.project.adopt_check import recorded_tasks, refuse_second_record, refuse_unknown, remarks, requests_of
from ltxspec.project.load import LoadedSpecs, every_spec
from ltxspec.project.locks import locked
from ltxspec.project.project import ProjectContext
from ltxspec.values import Json, ShotAddress, TaskId


def adopt(
    project: ProjectContext,
    address: ShotAddress,
    request: Json,
    response: Json,
    warnings: list[Diagnostic] | None = None,
) -> Take:
    """Record a finished render, with its task id, as the current take of a shot.

    Args:
        project: the project.
        address: the shot, of a spec or of the lockfile; any, while the project has no specs.
        request: the task object as it was sent.
        response: the reply with the finished video.
        warnings: receives what differs from the shot's present request.

    Raises:
        UnknownAddress: neither a spec nor the lockfile has such a shot.
        WrongUsage: the documents are not a request and its reply, or the task is already recorded.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    take = adopted_take(request, response, project.catalog)
    with locked(project, [address.spec], command="import") as states:
        lockfile = states[address.spec].read_lockfile()
        refuse_second_record(project, address, take.task_id)
        specs = every_spec(project, {})
        refuse_unknown(specs, lockfile, address)
        if warnings is not None:
            warnings += remarks(project, specs, address, take)
        states[address.spec].write_lockfile(add_take(lockfile, address.instance, take, wanted=True))
    return take


def adopt_files(
    project: ProjectContext,
    address: ShotAddress,
    request: Path,
    response: Path,
    warnings: list[Diagnostic] | None = None,
) -> Take:
    """Like `adopt`, with request and reply from JSON files; errors name the file at fault. Raises as `adopt`."""
    order, reply = (read_exchange(path, path.name) for path in (request, response))
    try:
        return adopt(project, address, order, reply, warnings)
    except CannotAdopt as error:
        error.where = Location((response if error.of_reply else request).name, 1, 1)
        raise


def adopt_all(
    project: ProjectContext, takes: Mapping[ShotAddress, Sequence[Take]], specs: LoadedSpecs
) -> list[Diagnostic]:
    """Record many finished renders at once; of each shot the last take becomes current.

    Args:
        project: the project.
        takes: shot -> its takes, none of which is recorded yet; each shot is one of `specs`.
        specs: the specs of the project.

    Returns:
        Warnings about takes that are not what their shot requests.

    Raises:
        WrongUsage: a task is recorded by now.
        LockHeld, LockfileError, StorageError: as for every change of a lockfile.
    """
    requests, warnings = requests_of(specs), []
    with locked(project, {address.spec for address in takes}, command="import") as states:
        lockfiles = {name: state.read_lockfile() for name, state in states.items()}
        known = recorded_tasks(project)
        for address, added in takes.items():
            for take in added:
                if take.task_id in known:
                    raise WrongUsage(f"task `{take.task_id}` is already recorded as `{known[take.task_id]}`")
                lockfiles[address.spec] = add_take(lockfiles[address.spec], address.instance, take, wanted=True)
                request = requests.get(address)
                if request is None or not answers(take, request, project.catalog):
                    warnings += remarks(project, specs, address, take)
        for name, state in states.items():
            state.write_lockfile(lockfiles[name])
    return warnings


def adopt_task(
    project: ProjectContext, address: ShotAddress, task: TaskId, warnings: list[Diagnostic] | None = None
) -> Take:
    """Like `adopt`, with request and reply from the provider's archive. Raises as `adopt` and `fetch_details`."""
    return adopt(project, address, *asyncio.run(fetch_details(project, task)), warnings)


def read_exchange(path: Path, name: str) -> Json:
    """Read a request or reply from a JSON file; amounts stay exactly as written. Raises WrongUsage."""
    from ltxspec.storage.named import LARGEST_INPUT, read_named

    try:
        return json.loads(read_named(path, name, LARGEST_INPUT), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise WrongUsage(f"`{name}` is not JSON: {error}") from error


async def fetch_details(project: ProjectContext, task: TaskId) -> tuple[Json, Json]:
    """Request and response of a task, from the provider's archive.

    Raises:
        CannotAdopt: the provider does not know the task.
        ProviderRefused: it refuses the key.
        ProviderUnavailable: the provider does not answer.
    """
    service = open_provider(project)
    try:
        return await service.details(task)
    except ProviderRefused as error:
        if error.whole_run:
            raise
        hint = "check the id and the provider; with the documents, use --request and --response"
        raise CannotAdopt(f"the provider does not know task `{task}`: {error.summary}", hint=hint) from error
    finally:
        await service.close()
