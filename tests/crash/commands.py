"""The real command in processes of its own, against a service on loopback that outlives them.

The provider is the paid one's client (`RUNWARE_BASE_URL`), so real lockfiles are written; behind the port stands the
sandbox, whose ledger counts what was charged. Kills are SIGKILL: from `launch.py` at the n-th system call that writes,
and from the service itself before, within and after its handling of the n-th request.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from crash.bench import ALLEY, HEAD, PAIR, SHRINE, bytes_of_film, catalog, picture
from replacing import replace
from starlette.types import Message, Receive, Scope, Send

from ltxspec.providers.sandbox.app import SandboxApp
from ltxspec.providers.sandbox.faults import ConnectionDropped
from ltxspec.providers.sandbox.scenario import Scenario
from ltxspec.providers.sandbox.serve import closing_sockets
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.storage.clock import SystemClock

Process = subprocess.Popen[str]
Moment = Literal["before it is handled", "handled, before the reply", "within the reply", "after the reply"]
MOMENTS: tuple[Moment, ...] = (
    "before it is handled",
    "handled, before the reply",
    "within the reply",
    "after the reply",
)
LAUNCH = Path(__file__).with_name("launch.py")
CONFIG = """\
[project]
id = "crash-tests"
[runware]
poll_interval = 0.05
poll_max = 0.2
grace = 0.3
"""
PATIENCE = 60  # seconds a command may take


@dataclass(frozen=True)
class Blow:
    """Kill the client at one request."""

    request: int = 0  # number of the request, from 1; 0 never
    moment: Moment = "before it is handled"


class Service:
    """The sandbox on a port; a fresh one for each run, and the same address."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self._folder = folder
        self._runs = 0
        self.client = 0  # process id
        self.blow = Blow()
        self.requests = 0
        self.app = self.renew()

    def renew(self, scenario: Scenario | None = None, speed: float = 1000.0) -> SandboxApp:
        """Begin with an empty ledger."""
        self._runs += 1
        folder = self._folder / str(self._runs)

        def make_video(wanted: Film, path: Path) -> None:
            path.write_bytes(bytes_of_film(wanted.seed, folder))

        settings = SandboxSettings(catalog(), SystemClock(), make_video, folder, speed=speed)
        self.app = SandboxApp(replace(settings, scenario=scenario or Scenario()))
        self.requests, self.blow = 0, Blow()
        return self.app

    def charges(self) -> Counter[str]:
        """How often each task was paid."""
        return Counter(charge.task for charge in self.app.store.charges())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and kill the client if it is time."""
        self.requests += 1
        moment = self.blow.moment if self.requests == self.blow.request else None
        if moment == "before it is handled":
            self._kill()
            raise ConnectionDropped
        if moment is None:
            await self.app(scope, receive, send)
            return
        replies: list[Message] = []

        async def keep(message: Message) -> None:
            replies.append(message)

        await self.app(scope, receive, keep)
        if moment == "handled, before the reply":
            self._kill()
            raise ConnectionDropped
        await self._reply(replies, send, whole=moment == "after the reply")
        self._kill()
        if moment == "within the reply":
            raise ConnectionDropped

    @staticmethod
    async def _reply(replies: Sequence[Message], send: Send, *, whole: bool) -> None:
        body = b"".join(message.get("body", b"") for message in replies)
        await send(replies[0])
        if whole:
            await send({"type": "http.response.body", "body": body})
        else:
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    def _kill(self) -> None:
        if self.client:
            os.kill(self.client, signal.SIGKILL)


@contextmanager
def serving(folder: Path) -> Iterator[Service]:
    """A service on loopback for as long as the context is open."""
    listener = socket.create_server(("127.0.0.1", 0))
    service = Service(folder, f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
    config = uvicorn.Config(
        closing_sockets(service), http="h11", ws="none", lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield service
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int  # negative: the signal that killed it
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """Events of `--format json`."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@dataclass
class Project:
    """A checkout with the project's files, under git."""

    root: Path
    service: Service
    shots: str = ALLEY + PAIR + SHRINE
    config: str = CONFIG
    environment: Mapping[str, str] = field(default_factory=dict)

    def write(self) -> "Project":
        """Put the files in place and commit them."""
        (self.root / "specs/assets").mkdir(parents=True, exist_ok=True)
        (self.root / "ltxspec.toml").write_text(self.config)
        (self.root / "specs/night.yaml").write_text(HEAD + self.shots)
        (self.root / "specs/assets/shrine.png").write_bytes(picture())
        (self.root / ".gitignore").write_text(".ltxspec/\nrenders/\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit()
        return self

    def git(self, *arguments: str) -> None:
        """Run git here."""
        names = ("-c", "user.name=Test", "-c", "user.email=test@example.test", "-c", "commit.gpgsign=false")
        subprocess.run(["git", "-C", str(self.root), *names, *arguments], check=True, capture_output=True)

    def commit(self) -> None:
        """Commit everything that is not ignored."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "state")

    def clone(self, root: Path) -> "Project":
        """A fresh clone of what is committed."""
        subprocess.run(["git", "clone", "--quiet", str(self.root), str(root)], check=True, capture_output=True)
        return replace(self, root=root)

    def start(self, *arguments: str, crash_at: int = 0, count: Path | None = None, **options: Any) -> Process:
        """Start the real command."""
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}},
            "RUNWARE_BASE_URL": self.service.url,
            "RUNWARE_API_KEY": "test",
            "CRASH_ROOT": str(self.root),
            "CRASH_AT": str(crash_at),
            **({"CRASH_COUNT": str(count)} if count else {}),
            **self.environment,
        }
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        command = [sys.executable, str(LAUNCH), "-C", str(self.root), *arguments]
        process = subprocess.Popen(command, env=environment, text=True, **streams)
        self.service.client = process.pid
        return process

    def run(self, *arguments: str, crash_at: int = 0, count: Path | None = None) -> Ended:
        """Run the real command to its end."""
        return ended(self.start(*arguments, crash_at=crash_at, count=count))

    def apply(self, *arguments: str, crash_at: int = 0, count: Path | None = None) -> Ended:
        """`ltxspec apply`, as a script would call it."""
        return self.run("apply", "--auto-approve", *arguments, crash_at=crash_at, count=count)

    def lockfile(self) -> bytes | None:
        """The lockfile as it stands."""
        path = self.root / "lockfiles/night.lock.json"
        return path.read_bytes() if path.exists() else None


def ended(process: Process) -> Ended:
    """Wait for a command."""
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(process.returncode, out or "", err or "")


def wait_for(process: Process, word: str) -> str:
    """Read what a command says until a line holds the word; the line."""
    if process.stdout is None:
        raise ValueError("its output is not read here")
    for line in process.stdout:
        if word in line:
            return line
    raise AssertionError(f"it ended without `{word}`: {process.communicate()}")
