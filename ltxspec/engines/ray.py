"""`--engine ray`: the shards of a run as tasks of a Ray cluster. Everything of Ray is imported here, and only here.

The driver holds the locks and all records (`desk.py`); an actor beside it passes the questions of the shards on. Ray
runs a shard again whose machine is lost. The cluster is found as Ray finds it: RAY_ADDRESS, else one that runs on this
machine, else one is started for the run. Keys are in the environments of the machines: Ray writes the environment that
a job brings along into its logs.
"""

import asyncio
import contextlib
import io
import os
import secrets
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import IO, Any, cast

from ltxspec.apply.engine import summary_of
from ltxspec.apply.events import Emit, RunSummary, ShotOutcome
from ltxspec.apply.retaken import with_retakes
from ltxspec.engines.desk import Desk
from ltxspec.engines.messages import Ask, Failed, Failure, ShardEnd, pack, unpack
from ltxspec.engines.parts import Part, parts_of
from ltxspec.errors import LtxspecError, Refused, StorageError, WrongUsage
from ltxspec.project.links import relink
from ltxspec.project.project import ProjectContext
from ltxspec.project.run import PreparedRun
from ltxspec.version import __version__

_RETRIES = 4  # of a shard whose machine was lost
_LONGEST_LOOK = 1.0  # seconds until the driver asks again for questions


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process is connected to."""

    machines: int  # that take tasks
    cpus: int
    shared: bool  # whether all of them see the project's folder


class _OwnThread:
    """Standard output without what other threads write: Ray's print what happens to its processes."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream, self._thread = stream, threading.get_ident()

    def write(self, text: str) -> int:
        """Write the text of the thread that this was made in."""
        return self._stream.write(text) if threading.get_ident() == self._thread else len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def connected(project: ProjectContext) -> Iterator[Cluster]:
    """Connect to the cluster, and look whether its machines can do the work.

    Raises:
        WrongUsage: Ray is not installed.
        LtxspecError: there is no cluster, or a machine lacks ltxspec or has another version.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else a cluster that is started here reports its use
    try:
        import ray
    except ImportError:
        raise WrongUsage("`--engine ray` needs Ray", hint="pip install 'ltxspec[ray]'") from None
    with redirect_stdout(cast("IO[str]", _OwnThread(sys.stdout))):
        try:
            ray.init(log_to_driver=False, configure_logging=False)
        except Exception as error:  # Ray raises whatever went wrong
            raise LtxspecError(f"no Ray cluster can be reached: {_first_line(error)}", hint=_ADDRESS) from error
        try:
            yield _looked_at(project)
        finally:
            with redirect_stdout(io.StringIO()):  # it repeats what it printed before
                ray.shutdown()


_ADDRESS = "RAY_ADDRESS names the cluster"


def _looked_at(project: ProjectContext) -> Cluster:
    """Ask every machine for its version, and whether it sees this project."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    mark = project.local / f"ray-{secrets.token_hex(8)}"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        asked = [
            _remote(_look).options(
                num_cpus=0, scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
            ).remote(str(mark))
            for node in nodes
        ]  # fmt: skip
        found = ray.get(asked)
    except Exception as error:  # as above
        raise LtxspecError(
            f"a machine of the cluster cannot run ltxspec: {_first_line(error)}",
            hint="install `ltxspec[ray]` on all of them, in the version of this one",
        ) from error
    finally:
        mark.unlink(missing_ok=True)
    if not found:
        raise LtxspecError("no machine of the cluster takes tasks", hint=_ADDRESS)
    for version, _ in found:
        if version != __version__:
            raise Refused(
                "other-version", f"a machine of the cluster has ltxspec {version}, and this one {__version__}"
            )
    cpus = sum(int(node["Resources"]["CPU"]) for node in nodes)
    return Cluster(len(nodes), cpus, all(sees for _, sees in found))


def _look(mark: str) -> tuple[str, bool]:
    return __version__, Path(mark).exists()


def _remote(function: Callable[..., Any]) -> Any:
    import ray

    return ray.remote(function)


def _shard(relay: Any, number: int) -> bytes:
    """The task: one shard of the run. Ray may run it again, or twice."""
    import ray

    from ltxspec.engines.shard import work

    def send(message: bytes) -> bytes:
        try:
            answer: bytes = ray.get(relay.ask.remote(message))
        except ray.exceptions.RayError as error:
            raise StorageError(f"the machine that keeps the records cannot be reached: {_first_line(error)}") from error
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

    cluster: Cluster = Cluster(0, 0, shared=False)

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
            relink(self.project, desk.lockfiles)
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
    lasting = {"max_restarts": _RETRIES, "max_task_retries": -1}
    relay = ray.remote(Relay).options(num_cpus=0, scheduling_strategy=mine, **lasting).remote()
    task = _remote(_shard).options(num_cpus=1, max_retries=_RETRIES)
    proved = asyncio.Event()
    desk.proved = proved.set
    answering = asyncio.create_task(_answer(desk, relay))
    try:
        first = asyncio.ensure_future(_ended(task.remote(relay, 0)))
        if parts[0].is_limited:  # the others wait until a price is confirmed
            waiting = asyncio.create_task(proved.wait())
            either: set[asyncio.Future[Any]] = {first, waiting, answering}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
        rest = [_ended(task.remote(relay, number)) for number in range(1, len(parts))]
        ends = asyncio.gather(first, *rest)
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
            f"the connection to the cluster broke: {_first_line(error)}",
            hint="what was ordered is in the journal; run the command again",
        ) from error


async def _ended(task: Awaitable[Any]) -> ShardEnd:
    """How a shard ended; one that the cluster gives up is a failure of that shard alone."""
    import ray

    try:
        return cast("ShardEnd", unpack(await task))
    except ray.exceptions.RayError as error:
        return ShardEnd(failure=Failure("engine", f"the cluster gave the shard up: {_first_line(error)}"))


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
