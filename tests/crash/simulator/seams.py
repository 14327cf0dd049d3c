"""Where the simulated world takes the place of the real one: the clock, the system calls, the way to the service.

These are the ports of ltxspec; nothing else of it is replaced (the model catalog is read once a process, for speed).
Everything above them is the real code, from the command line down.
"""

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from crash.simulator.clock import Clock, make_virtual
from crash.simulator.disk import Disk

from ltxspec.project import project as project_module
from ltxspec.providers import registry
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.provider import RunwareProvider, Tuning
from ltxspec.storage.clock import SystemClock


class Connects(Protocol):
    """What knows the way to a service for the command at work."""

    clock: Clock
    disk: Disk

    def wire(self, provider: str) -> httpx.AsyncBaseTransport:
        """The transport of the command at work."""
        ...

    def pause(self, seconds: float) -> None:
        """The command at work waits for a lock."""
        ...


@contextmanager
def in_the_world_of(world: Connects) -> Iterator[None]:
    """Let every command that runs here live in a simulated world."""
    clock = {"now": SystemClock.now, "monotonic": SystemClock.monotonic, "pause": SystemClock.pause}
    catalogs: Any = project_module
    load = catalogs.load_catalog
    catalogs.load_catalog = lambda *documents: _catalog(load, *documents)
    providers: Any = registry.PROVIDERS
    factories = dict(providers)
    own: Any = SystemClock
    own.now = lambda _: world.clock.now()
    own.monotonic = lambda _: world.clock.monotonic()
    own.pause = lambda _, seconds: world.pause(seconds)
    for name in factories:
        providers[name] = _factory(name, world)
    environment = dict(os.environ)
    os.environ.update(_ENVIRONMENT)
    try:
        with world.disk.in_charge():
            yield
    finally:
        catalogs.load_catalog = load
        providers.update(factories)
        for name, method in clock.items():
            setattr(own, name, method)
        os.environ.clear()
        os.environ.update(environment)


_CATALOGS: list[Any] = []


def _catalog(load: Callable[..., Any], *documents: Any) -> Any:
    """The packaged models, read once a process: a third of every command's time, and no world has models of its own."""
    if not _CATALOGS:
        _CATALOGS.append(load(*documents))
    return _CATALOGS[0]


_ENVIRONMENT = {"RUNWARE_API_KEY": "simulated", "NO_COLOR": "1", "COLUMNS": "120"}


def _factory(name: str, world: Connects) -> registry.Factory:
    def make(settings: registry.ProviderSettings) -> RunwareProvider:
        with contextlib.suppress(RuntimeError):
            make_virtual(asyncio.get_running_loop(), world.clock)
        connection = Connection("http://service.test/v1", ApiKey("simulated"), world.wire(name))
        tuning = Tuning(poll_chunk=settings.poll_chunk, jitter=lambda: 1.0)
        return RunwareProvider(connection, settings.clock, name=name, tuning=tuning)

    return make


@dataclass
class Said:
    """What a command wrote."""

    out: str = ""
    err: str = ""


@contextmanager
def captured(said: Said) -> Iterator[None]:
    """Let a command write into memory, with nobody at the terminal."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
    finally:
        sys.stdin = before
        said.out, said.err = out.getvalue(), err.getvalue()
