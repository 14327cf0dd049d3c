"""Polls many tasks with few requests, and detects a service that does not support this.

The envelope implies that one POST may hold many `getResponse` objects, but no official client uses this: runware-sdk
1.8.0 asks for each task by itself, over REST and over a WebSocket (`client.py`, `_ws_run_async`). So the first
answers decide: an answer that makes no sense, or that omits a task which a separate request does find, ends batching
for the life of the provider.

It is also undocumented whether an id that was never ordered is answered like a running one. So when an answer says
only "running" of a task for the first time, a random id is polled as well: if that one is not reported as running,
"running" proves that the task exists, and a second order for it is never sent.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from http import HTTPStatus
from uuid import uuid4

from ltxspec.apply.ports import RenderOrder, TaskReport, TaskState
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.runware.classify import answers_poll, judge_poll, remark_in
from ltxspec.providers.runware.codes import ErrorKind, kind_of
from ltxspec.providers.runware.reads import Reads, unanswered
from ltxspec.providers.runware.wire import WireReply, encode, get_response
from ltxspec.values import TaskId

_PROOF = 2  # tasks found in one answer that prove that batching works


class Polls:
    """Polls in chunks of up to `chunk` tasks, or one by one once chunks have proved not to work."""

    def __init__(self, reads: Reads, chunk: int) -> None:
        self._reads = reads
        self._chunk = max(chunk, 1)
        self._proved: bool | None = None  # whether chunks work; None until an answer shows it
        self._tells_apart: bool | None = None  # whether only existing tasks are reported as running

    async def look(self, orders: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Poll tasks; the result contains every one.

        A task whose poll failed while others were answered is reported with `heard` false: a failed poll says nothing
        about the task, whereas UNKNOWN does. The same applies to an answer that only reports a problem.

        Raises:
            ProviderUnavailable: no request was answered.
            ProviderRefused: the key is invalid.
        """
        tasks = list({order.task_id: order for order in orders}.values())
        size = 1 if self._proved is False else self._chunk
        chunks = [tasks[start : start + size] for start in range(0, len(tasks), size)]
        return await _gathered(chunks, [self._look_in_time(chunk) for chunk in chunks])

    async def _look_in_time(self, orders: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Poll one chunk, including follow-up requests. Raises ProviderUnavailable."""
        async with self._reads.in_time():
            return await self._look_at(orders)

    async def _look_at(self, orders: Sequence[RenderOrder]) -> Mapping[TaskId, TaskReport]:
        """Poll one chunk in one request, or task by task if that proves not to work."""
        if len(orders) == 1:
            return await self._weighed(judge_poll(await self._ask_about_one(orders[0]), orders))
        reply = await self._reads.ask(_questions(orders), _ids(orders))
        found = reply.mentioned(_ids(orders))
        if len(found) >= _PROOF:
            self._proved = True
        elif _unreadable(reply, found) or await self._omits_what_it_knows(orders, found):
            self._proved = self._proved or False
            alone = [[order] for order in orders]
            return await _gathered(alone, [self._look_at(one) for one in alone])
        heard = [order for order in orders if answers_poll(reply, order.task_id)]
        if not heard:
            raise self._no_word(reply)
        return {**_not_heard(orders, reply), **await self._weighed(judge_poll(reply, heard))}

    async def _weighed(self, reports: Mapping[TaskId, TaskReport]) -> Mapping[TaskId, TaskReport]:
        """The same reports, with "running" as proof of existence if the service uses it only for existing tasks."""
        vague = {task for task, said in reports.items() if said.state is TaskState.RUNNING and not said.exists}
        if not vague or not await self._tells_tasks_apart():
            return reports
        return {task: replace(said, exists=True) if task in vague else said for task, said in reports.items()}

    async def _tells_tasks_apart(self) -> bool:
        if self._tells_apart is None:
            nobodys = RenderOrder(TaskId(str(uuid4())), {}, 1)
            try:
                reply = await self._ask_about_one(nobodys)
            except ProviderUnavailable:
                return False
            if any(kind_of(error.code) is not ErrorKind.NO_SUCH_TASK for error in reply.errors):
                return False  # a problem, which does not show how unknown ids are answered
            self._tells_apart = not reply.items_of(nobodys.task_id)
        return self._tells_apart

    async def _omits_what_it_knows(self, orders: Sequence[RenderOrder], found: AbstractSet[TaskId]) -> bool:
        """Whether a separate request finds a task that a chunk's answer omitted. One task is tried.

        Raises ProviderUnavailable when that request fails: then the omission proves nothing either.
        """
        if self._proved:
            return False
        missing = next(order for order in orders if order.task_id not in found)
        reply = await self._ask_about_one(missing)
        return bool(reply.mentioned([missing.task_id]))

    async def _ask_about_one(self, order: RenderOrder) -> WireReply:
        """The answer about one task. Raises ProviderUnavailable when it is unreadable or refuses the request."""
        reply = await self._reads.ask(_questions([order]), [order.task_id])
        if not answers_poll(reply, order.task_id):
            raise self._no_word(reply)
        return reply

    def _no_word(self, reply: WireReply) -> ProviderUnavailable:
        """The error for an answer that is unreadable, refuses the request, or only reports a problem."""
        return unanswered("asked for a task", self._reads.place, reply)


async def _gathered(
    groups: Sequence[Sequence[RenderOrder]], looks: Sequence[Awaitable[Mapping[TaskId, TaskReport]]]
) -> Mapping[TaskId, TaskReport]:
    """The combined reports of all polls, one per group of orders, which run concurrently."""
    reports: dict[TaskId, TaskReport] = {}
    failures: list[ProviderUnavailable] = []
    for group, result in zip(groups, await asyncio.gather(*looks, return_exceptions=True), strict=True):
        if isinstance(result, ProviderUnavailable):
            failures.append(result)
            reports |= _not_heard(group)
        elif isinstance(result, BaseException):
            raise result
        else:
            reports |= result
    if failures and len(failures) == len(groups):
        raise failures[0]
    return reports


def _not_heard(orders: Sequence[RenderOrder], reply: WireReply | None = None) -> dict[TaskId, TaskReport]:
    """The reports of tasks whose poll failed, with what the answer says about each of them."""
    return {
        order.task_id: TaskReport(
            order.task_id,
            TaskState.RUNNING,
            heard=False,
            remark=remark_in(reply, order.task_id) if reply is not None else None,
        )
        for order in orders
    }


def _unreadable(reply: WireReply, found: AbstractSet[TaskId]) -> bool:
    """Whether an answer mentions no task because it is unreadable or an error, rather than having nothing to report."""
    return not found and (not reply.readable or reply.status >= HTTPStatus.BAD_REQUEST)


def _questions(orders: Sequence[RenderOrder]) -> bytes:
    return encode(*(get_response(order.task_id) for order in orders))


def _ids(orders: Sequence[RenderOrder]) -> list[TaskId]:
    return [order.task_id for order in orders]
