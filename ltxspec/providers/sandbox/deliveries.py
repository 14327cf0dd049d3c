"""Webhooks and uploads to presigned URLs: what the provider sends on its own when a result is done.

A sandbox inside a command delivers nothing, and leaves no deliveries for a later one. One on a port delivers to this
machine only: a preview must not trigger a production hook or end up in a production bucket.
"""

import asyncio
from collections.abc import Iterable

from starlette.concurrency import run_in_threadpool

from ltxspec.errors import LtxspecError
from ltxspec.providers.sandbox import outbound
from ltxspec.providers.sandbox.downloads import CONTENT_TYPES
from ltxspec.providers.sandbox.films import FilmShelf
from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.providers.sandbox.settings import SandboxSettings
from ltxspec.providers.sandbox.states import failed_item, finished_item
from ltxspec.providers.sandbox.tasks import Task, TaskStore
from ltxspec.values import Json

_FIRST_WAIT, _LONGEST_WAIT = 0.25, 8.0  # seconds between attempts, doubling (provider's documentation)
_ATTEMPTS = 8  # about half a minute in total; the provider's number is not documented
_LATE = 30.0


class Deliveries:
    """Pending deliveries; each task has its own asyncio task while the sandbox runs."""

    def __init__(self, settings: SandboxSettings, store: TaskStore, shelf: FilmShelf) -> None:
        self._settings, self._store, self._shelf = settings, store, shelf
        self._running: dict[str, asyncio.Task[None]] = {}
        self._resumed = False

    async def resume(self, behaviour: Behaviour) -> None:
        """Resume deliveries that an earlier run of the sandbox left; only the first call has an effect."""
        if not self._resumed and self._settings.outside.reach != "nothing":
            self._resumed = True
            left = await run_in_threadpool(self._store.undelivered)
            self._start(left, behaviour)

    async def begin(self, accepted: Iterable[str], behaviour: Behaviour) -> None:
        """Deliver the results of newly accepted tasks when they are done."""
        if self._settings.outside.reach == "nothing":
            return
        found = [await run_in_threadpool(self._store.task, uuid) for uuid in accepted]
        self._start([task for task in found if task is not None], behaviour)

    def _start(self, tasks: Iterable[Task], behaviour: Behaviour) -> None:
        for task in tasks:
            if task.delivers:
                running = asyncio.get_running_loop().create_task(self._deliver(task, behaviour))
                self._running[task.uuid] = running
                running.add_done_callback(lambda _, uuid=task.uuid: self._running.pop(uuid, None))  # type: ignore[misc]  # mypy cannot infer a lambda's default

    async def _deliver(self, task: Task, behaviour: Behaviour) -> None:
        for result in range(task.results):
            await self._until(task.due(result))
            fails = result >= task.results - task.fate.failing
            if self._may_send(task, "uploadEndpoint") and not fails:
                await self._upload(task, result)
            if self._may_send(task, "webhookURL"):
                item = failed_item(task) if fails else finished_item(task, result, behaviour)
                await self._call(str(task.body["webhookURL"]), item, behaviour)
        await run_in_threadpool(self._store.mark_delivered, task.uuid)

    def _may_send(self, task: Task, name: str) -> bool:
        url = task.body.get(name)
        return url is not None and outbound.may_call(str(url), self._settings.outside)

    async def _until(self, time: float) -> None:
        while (left := time - self._settings.clock.now().timestamp()) > 0:
            await self._settings.clock.sleep(min(left, 3600.0))

    async def _upload(self, task: Task, result: int) -> None:
        try:
            path = await run_in_threadpool(self._shelf.film, task, result)
        except LtxspecError:
            return  # a download reports the reason
        url, kind = str(task.body["uploadEndpoint"]), CONTENT_TYPES[path.suffix]
        await run_in_threadpool(outbound.put, url, path, kind, self._settings.outside)

    async def _call(self, url: str, item: dict[str, Json], behaviour: Behaviour) -> None:
        """Post one result until the receiver accepts it or the attempts are used up."""
        if behaviour.webhook == "missing":
            return
        if behaviour.webhook == "late":
            await self._settings.clock.sleep(_LATE)
        body: Json = {"data": [item]} if behaviour.webhook == "wrapped" else item
        for _ in range(2 if behaviour.webhook == "twice" else 1):
            wait = _FIRST_WAIT
            for _ in range(_ATTEMPTS):
                if await run_in_threadpool(outbound.post, url, body, self._settings.outside):
                    break
                await self._settings.clock.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
