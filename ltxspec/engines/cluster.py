"""A Ray cluster: connecting to it, and what its machines can do. With `ray.py`, the only place that imports Ray.

The cluster is found as Ray finds it: RAY_ADDRESS, else one that runs on this machine, else one is started for the
command. Keys are in the environments of the machines: Ray writes the environment that a job brings along into its logs.
"""

import contextlib
import io
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from ltxspec.errors import LtxspecError, Refused, WrongUsage
from ltxspec.project.project import ProjectContext
from ltxspec.version import __version__

RETRIES = 4  # of a task whose machine was lost
_PATIENCE = 5.0  # seconds for a cluster to answer


class ClusterError(LtxspecError):
    """There is no cluster that can do the work, or it lost a part of it."""

    code = "cluster"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process is connected to."""

    machines: int  # that take tasks
    cpus: int
    shared: bool  # whether all of them see the project's folder


NO_CLUSTER = Cluster(0, 0, shared=False)


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
        ClusterError: there is no cluster, or a machine lacks ltxspec.
        Refused: a machine has another version.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # else a cluster that is started here reports its use
    try:
        import ray
    except ImportError:
        raise WrongUsage("`--engine ray` needs Ray", hint="pip install 'ltxspec[ray]'") from None
    refuse_silent(os.environ.get("RAY_ADDRESS", ""))
    with redirect_stdout(cast("IO[str]", _OwnThread(sys.stdout))):
        try:
            ray.init(log_to_driver=False, configure_logging=False)
        except Exception as error:  # Ray raises whatever went wrong
            raise ClusterError(f"no Ray cluster can be reached: {first_line(error)}", hint=_ADDRESS) from error
        try:
            yield _looked_at(project)
        finally:
            with redirect_stdout(io.StringIO()):  # it repeats what it printed before
                ray.shutdown()


_ADDRESS = "RAY_ADDRESS names the cluster: set it to HOST:PORT, or unset it for one on this machine"
_SECONDS = 15.0  # until an address counts as silent; Ray itself would wait for many minutes


def refuse_silent(address: str) -> None:
    """Raise ClusterError if nobody listens at the address of a cluster; other forms, such as `auto`, say nothing."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"no Ray cluster answers at `{address}`: {first_line(error)}", hint=_ADDRESS) from error


def _looked_at(project: ProjectContext) -> Cluster:
    """Ask every machine for its version, and whether it sees this project. One that is gone meanwhile is left out."""
    import ray

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    mark = project.local / f"ray-{secrets.token_hex(8)}"
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()
    try:
        asked = [(node, _asked(node["NodeID"], mark)) for node in nodes]
        seen = [(int(node["Resources"]["CPU"]), found) for node, one in asked if (found := _answer(one)) is not None]
    finally:
        mark.unlink(missing_ok=True)
    if not seen:
        raise ClusterError("no machine of the cluster takes tasks", hint=_ADDRESS)
    for _, (version, _) in seen:
        if version != __version__:
            text = f"a machine of the cluster has ltxspec {version}, and this one {__version__}"
            raise Refused("other-version", text, hint="install the same version on all of them")
    return Cluster(len(seen), sum(cpus for cpus, _ in seen), all(sees for _, (_, sees) in seen))


def _asked(node: str, mark: Path) -> Any:
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node, soft=False)
    return remote(_look).options(num_cpus=0, scheduling_strategy=there).remote(str(mark))


def _answer(asked: Any) -> tuple[str, bool] | None:
    """What a machine answers; None if it was lost since it was asked. Raises ClusterError if it cannot answer."""
    import ray

    try:
        answer: tuple[str, bool] = ray.get(asked)
    except (ray.exceptions.TaskUnschedulableError, ray.exceptions.NodeDiedError):
        return None
    except ray.exceptions.RayError as error:
        text = f"a machine of the cluster cannot run ltxspec: {first_line(error)}"
        raise ClusterError(text, hint="install `ltxspec[ray]` on all of them, in the version of this one") from error
    return answer


def _look(mark: str) -> tuple[str, bool]:
    return __version__, Path(mark).exists()


def remote(function: Callable[..., Any]) -> Any:
    """A function as a task of Ray."""
    import ray

    return ray.remote(function)


def run_each(function: Callable[..., Any], arguments: Sequence[object]) -> Iterator[Any]:
    """Run a function for each argument on the cluster, and yield the results in their order as they come.

    Ray runs a call again whose machine was lost.

    Raises:
        ClusterError: the cluster gave one up, or a call failed.
    """
    task = remote(function).options(num_cpus=1, max_retries=RETRIES)
    for waiting in [task.remote(one) for one in arguments]:
        yield _result(waiting)


def runner(function: Callable[..., Any]) -> Callable[[object], Any]:
    """The function as one that runs on the cluster and waits for the result; for several threads. Raises as above."""
    task = remote(function).options(num_cpus=1, max_retries=RETRIES)
    return lambda argument: _result(task.remote(argument))


def _result(waiting: Any) -> Any:
    import ray

    try:
        return ray.get(waiting)
    except ray.exceptions.RayError as error:
        raise ClusterError(f"the cluster gave a part up: {first_line(error)}", hint="run it again") from error


def first_line(error: BaseException) -> str:
    """What an error of Ray says first; more lines tell where."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
