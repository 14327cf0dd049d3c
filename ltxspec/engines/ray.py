"""`apply --engine ray`: the shards of a run as tasks of a Ray cluster.

The driver holds the locks and all records (`driver.py`); an actor beside it passes the questions of the shards on. Ray
runs a shard again whose machine is lost.
"""

import asyncio
import contextlib
import os
import secrets
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, cast

from ltxspec.apply.engine import summary_of
from ltxspec.apply.events import Emit, RunSummary, ShotOutcome
from ltxspec.apply.retaken import with_retakes
from ltxspec.engines.cluster import NO_CLUSTER, RETRIES, Cluster, connected, first_line, remote
from ltxspec.engines.driver import Desk
from ltxspec.engines.messages import Ask, Failed, Failure, ShardEnd, pack, unpack
from ltxspec.engines.parts import Part, parts_of
from ltxspec.errors import Refused, StorageError
from ltxspec.project.links import relink
from ltxspec.project.running.run import PreparedRun
from ltxspec.project.sidecars import WHOLE

_LONGEST_LOOK = 1.0  # seconds until the driver asks again for questions


def _shard(relay: Any, number: int) -> bytes:
    """The task: one shard of the run. Ray may run it again, or twice."""
    import ray

    from ltxspec.engines.shard import work

    def send(message: bytes) -> bytes:
        try:
            answer: bytes = ray.get(relay.ask.remote(message))
        except ray.exceptions.RayError as error:
            raise StorageError(f"the machine that keeps the records cannot be reached: {first_line(error)}") from error
        return answer

    return work(send, number, os.environ)


class Relay:
    """Passes questions on to the driver, and its answers back. An actor of the cluster.

    It keeps nothing but questions without an answer. Where its machine is lost, Ray starts it on another one, and asks
    again whatever it was asked: the driver answers a question that it knows as it did before.
    """

    def __init__(self) -> None:
        self._asked: dict[int, bytes] = {}
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._number = int.from_bytes(secrets.token_bytes(6))  # not those of a relay before this one
        self._news = asyncio.Event()

    async def ask(self, message: bytes) -> bytes:
        """A question; returns with its answer."""
        self._number += 1
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[self._number] = future
        self._asked[self._number] = message
        self._news.set()
        return await future

    async def exchange(self, answers: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """From the driver: answers. Returns the questions that have none; waits a moment for one."""
        for number, answer in answers:
            self._asked.pop(number, None)
            future = self._waiting.pop(number, None)
            if future is not None and not future.done():
                future.set_result(answer)
        if not self._asked:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), _LONGEST_LOOK)
        return list(self._asked.items())


@dataclass(frozen=True, slots=True)
class RayRun(PreparedRun):
    """A prepared run whose new orders are placed by a cluster."""

    cluster: Cluster = NO_CLUSTER

    async def carry_out(self, emit: Emit) -> RunSummary:
        """As `PreparedRun.carry_out`: unfinished tasks first, here; then the orders, over there."""
        here = PreparedRun(**{item.name: getattr(self, item.name) for item in fields(PreparedRun)})
        first = await replace(here, settings=replace(self.settings, elsewhere=True)).carry_out(emit)
        parts = parts_of(self.jobs, self.cluster.cpus, self.settings.parallelism, is_limited=self.budget.is_limited)
        if not parts:
            return first
        desk = Desk(here, parts, emit, str(self.project.root) if self.cluster.shared else None)
        try:
            ends = await _spread(desk, parts)
        finally:
            relink(self.project, desk.lockfiles, WHOLE)
        return self._summed_up(first, desk, parts, ends)

    def _summed_up(self, first: RunSummary, desk: Desk, parts: Sequence[Part], ends: Sequence[ShardEnd]) -> RunSummary:
        failures = [end.failure for end in ends if end.failure is not None]
        if len(failures) == len(ends) and not first.outcomes and not any(desk.outcomes(part, ()) for part in parts):
            raise Failed(failures[0])
        outcomes: list[ShotOutcome] = [*first.outcomes]
        for part, end in zip(parts, ends, strict=True):
            outcomes += (
                desk.outcomes(part, end.outcomes) if end.failure is None else desk.lost(part, end.failure.summary)
            )
        changes = [change for job in self.jobs for change in (*job.outside, *job.changes)]
        summary = summary_of(with_retakes(outcomes, changes), self.budget, interrupted=self.stop.by_user)
        unstored = first.unstored + sum(end.unstored for end in ends)
        return replace(summary, held=first.held, provider=self.project.provider, ordering=True, unstored=unstored)


@contextlib.contextmanager
def spread(prepared: PreparedRun) -> Iterator[PreparedRun]:
    """A prepared run over the cluster.

    Raises:
        Refused: its machines do not share the project's folder, and there is no store for the videos.
        WrongUsage, LtxspecError: as `connected`.
    """
    with connected(prepared.project) as cluster:
        if not cluster.shared:
            from ltxspec.project.store import needed_store

            try:
                needed_store(prepared.project).refuse_other_project()
            except Refused as refused:
                raise Refused(
                    refused.code,
                    f"the machines of the cluster do not see this folder, so videos have to go to a store; "
                    f"{refused.summary}",
                    hint=refused.hint,
                ) from None
        here = {item.name: getattr(prepared, item.name) for item in fields(PreparedRun)}
        yield RayRun(**here, cluster=cluster)


async def _spread(desk: Desk, parts: Sequence[Part]) -> list[ShardEnd]:
    """Run the shards, and answer their questions until the last one has ended."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    mine = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
    lasting = {"max_restarts": RETRIES, "max_task_retries": -1}
    relay = ray.remote(Relay).options(num_cpus=0, scheduling_strategy=mine, **lasting).remote()
    task = remote(_shard).options(num_cpus=1, max_retries=RETRIES)
    proved = asyncio.Event()
    desk.proved = proved.set
    answering = asyncio.create_task(_answer(desk, relay))
    shards: list[asyncio.Future[ShardEnd]] = []
    try:
        for number, part in enumerate(parts):
            shards.append(asyncio.ensure_future(_ended(task.remote(relay, number))))
            if part.is_limited and not proved.is_set():  # the others wait until a price is confirmed
                waiting = asyncio.ensure_future(proved.wait())
                either: set[asyncio.Future[Any]] = {shards[-1], waiting, answering}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
        ends = asyncio.gather(*shards)
        waited: set[asyncio.Future[Any]] = {ends, answering}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if answering.done():
            answering.result()
        return list(await ends)
    finally:
        answering.cancel()


async def _answer(desk: Desk, relay: Any) -> None:
    """Answer questions until cancelled. Raises StorageError if the relay is gone: nothing can be recorded then."""
    import ray

    try:
        answers: list[tuple[int, bytes]] = []
        while True:
            asked = await relay.exchange.remote(answers)
            found = desk.answer([cast("Ask", unpack(message)) for _, message in asked])
            answers = [(number, pack(one)) for (number, _), one in zip(asked, found, strict=True)]
    except ray.exceptions.RayError as error:
        raise StorageError(
            f"the connection to the cluster broke: {first_line(error)}",
            hint="what was ordered is in the journal; run the command again",
        ) from error


async def _ended(task: Awaitable[Any]) -> ShardEnd:
    """How a shard ended; one that the cluster gives up is a failure of that shard alone."""
    import ray

    try:
        return cast("ShardEnd", unpack(await task))
    except ray.exceptions.RayError as error:
        return ShardEnd(failure=Failure("engine", f"the cluster gave the shard up: {first_line(error)}"))
