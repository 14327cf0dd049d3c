"""Spread runs in this process: shards as calls or threads, and a bill of the paid service."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from sandboxes import catalog
from small_films import write_small_animatic

from ltxspec.apply.events import ApplyEvent
from ltxspec.canonical import sha256_hex
from ltxspec.engines.driver import Desk
from ltxspec.engines.messages import Ask, ShardEnd, pack, unpack
from ltxspec.engines.parts import Part, parts_of
from ltxspec.engines.shard import work
from ltxspec.project.apply import ApplyOptions, prepare_apply
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running.run import PreparedRun
from ltxspec.providers.sandbox.serve import serving
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.storage.clock import SystemClock

KEY = "key-of-the-shards"
CONFIG = """\
[project]
id = "spread"
[runware]
poll_interval = 0.1
poll_max = 0.1
grace = 0.5
[provider]
parallelism = 4
"""
SPEC = """\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {name: night}
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, duration: 6}
shots:
  one: {matrix: {n: [1, 2, 3]}, prompt: "shot {{ n }}"}
  two: {prompt: goes on, inputs: {frameImages: [{image: {shot: "one[1]", frame: last}, frame: first}]}}
"""


class Died(BaseException):
    """A machine is lost: no error of a program, so nothing handles it."""


@dataclass
class Service:
    """The paid service on a port."""

    url: str

    def charges(self) -> list[int]:
        """How often each task was charged."""
        ledger, headers = self.url.replace("/v1", "/sandbox/ledger"), {"Authorization": f"Bearer {KEY}"}
        rows = httpx.get(ledger, headers=headers, trust_env=False).json()["charges"]
        return [row["count"] for row in rows]


def one_film(folder: Path) -> Callable[[Film, Path], None]:
    """A writer of videos that makes a real one once, and others that differ from it in their last bytes alone."""
    guard, made = threading.Lock(), folder.with_name("film.mp4")

    def write(film: Film, path: Path) -> None:
        with guard:
            if not made.exists():
                write_small_animatic(film, made)
        ending = sha256_hex(film.label.encode()).encode()
        path.write_bytes(made.read_bytes() + (8 + len(ending)).to_bytes(4) + b"free" + ending)

    return write


@contextlib.contextmanager
def service(folder: Path) -> Iterator[Service]:
    """Serve it to the end of the block."""
    settings = SandboxSettings(catalog(), SystemClock(), one_film(folder), folder, speed=1000, api_key=KEY)
    with serving(settings) as url:
        yield Service(url)


def project_in(folder: Path, paid: Service, more: str = "") -> ProjectContext:
    """A project with one spec, whose orders go to the service."""
    (folder / "specs").mkdir(parents=True)
    (folder / "ltxspec.toml").write_text(CONFIG + more)
    (folder / "specs/night.yaml").write_text(SPEC)
    return opened(folder, paid)


def opened(folder: Path, paid: Service) -> ProjectContext:
    return open_project(folder, "runware", environ={"RUNWARE_API_KEY": KEY, "RUNWARE_BASE_URL": paid.url})


@dataclass
class Spread:
    """A run that is spread, and what its driver heard."""

    run: PreparedRun
    desk: Desk
    parts: list[Part]
    environ: Any
    events: list[ApplyEvent]
    guard: threading.Lock = field(default_factory=threading.Lock)

    def send(self, message: bytes) -> bytes:
        """A message to the driver, and its answer."""
        with self.guard:
            return pack(self.desk.answer([cast("Ask", unpack(message))])[0])

    def shard(self, number: int, send: Callable[[bytes], bytes] | None = None) -> ShardEnd:
        """Run one shard here."""
        return cast("ShardEnd", unpack(work(send or self.send, number, self.environ)))

    def until(self, kind: str, count: int = 1) -> Callable[[bytes], bytes]:
        """A way to the driver of a machine that is lost right before its n-th message of a kind."""
        left = [count]

        def send(message: bytes) -> bytes:
            ask = cast("Ask", unpack(message))
            name = type(ask.arguments[1]).__name__ if ask.kind == "append" else ask.kind
            left[0] -= name == kind
            if left[0] <= 0:
                raise Died
            return self.send(message)

        return send


@contextlib.contextmanager
def spread(project: ProjectContext, *, shards: int = 2, shared: bool = True, **changed: Any) -> Iterator[Spread]:
    """A run of the whole project, in as many shards as there are graphs, and at most so many."""
    from dataclasses import replace

    with prepare_apply(project, ApplyOptions(auto_approve=True)) as prepared:
        assert prepared is not None
        run = replace(prepared, **changed)
        parts = parts_of(run.jobs, shards, run.settings.parallelism, is_limited=run.budget.is_limited)
        events: list[ApplyEvent] = []
        desk = Desk(run, parts, events.append, str(project.root) if shared else None)
        yield Spread(run, desk, parts, project.environ, events)
