"""The provider that the seed owns: the sandbox's own answers, with manners that the sandbox does not have.

It keeps no files: tasks and charges are in memory, and videos are a few small real films, each with a mark of its own.
"""

import sqlite3
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson
from crash.bench import bytes_of_film, catalog
from crash.simulator.clock import TrueTime

from ltxspec.providers.sandbox.exchange import Call, answer
from ltxspec.providers.sandbox.identifiers import derived_uuid, seed_of
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario, ScenarioFault
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.providers.sandbox.tasks import Charge, Task, TaskStore

Json = Any
Headers = Literal["plain", "empty encoding", "aws-chunked", "text/plain"]


@dataclass(frozen=True)
class Manners:
    """How this provider is, for the length of a world."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    faults: tuple[ScenarioFault, ...] = ()  # of orders
    speed: float = 4.0
    incomplete: Literal["", "absent", "processing"] = ""  # of several results the last one never comes
    same_video: bool = False  # results of all tasks carry the same videoUUID
    headers: Headers = "plain"
    addresses_live: float = float("inf")  # seconds; a look gives a fresh address
    remembers: float = float("inf")  # seconds until a task is forgotten

    def __str__(self) -> str:
        default = Manners()
        own = {name: getattr(self, name) for name in vars(self) if getattr(self, name) != getattr(default, name)}
        behaviour = {
            name: getattr(self.behaviour, name)
            for name in Behaviour.__slots__
            if getattr(self.behaviour, name) != getattr(default.behaviour, name)
        }
        own.pop("behaviour", None)
        faults = [_told(fault) for fault in own.pop("faults", ())]
        return ", ".join([*(f"{name}={value}" for name, value in {**own, **behaviour}.items()), *faults])


def _told(fault: ScenarioFault) -> str:
    """A fault, without what every fault of its kind has."""
    usual = ScenarioFault(fault.fault)
    unusual = {
        name: getattr(fault, name) for name in ScenarioFault.__slots__ if getattr(fault, name) != getattr(usual, name)
    }
    return f"{fault.fault} {unusual}"


class Memory(TaskStore):
    """The sandbox's store without a file."""

    def __init__(self, folder: Path, clock: TrueTime, remembers: float) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._clock, self._remembers = clock, remembers
        super().__init__(folder)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        yield self._db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        yield self._db

    def task(self, uuid: str) -> Task | None:
        found = super().task(uuid)
        return None if found is None or self._forgotten(found) else found

    def accept(self, task: Task, *, again: bool, delivers: bool = True, charges: int = 1) -> Task | None:
        known = super().task(task.uuid)
        again = again or (known is not None and self._forgotten(known))
        return super().accept(task, again=again, delivers=delivers, charges=charges)

    def ever(self, uuid: str) -> Task | None:
        """A task, also when the service has forgotten it."""
        return super().task(uuid)

    def _forgotten(self, task: Task) -> bool:
        return self._clock.now().timestamp() > task.accepted + self._remembers

    def close(self) -> None:
        self._db.close()


DIFFERENT_FILMS = 8  # whose frames differ


@cache
def _base_film(number: int) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return bytes_of_film(number + 1, Path(folder))


def film(seed: int) -> bytes:
    """A small real video; another one for each seed."""
    mark = str(seed).encode()
    return _base_film(seed % DIFFERENT_FILMS) + struct.pack(">I4s", 8 + len(mark), b"free") + mark


class Service:
    """One provider, with its ledger."""

    def __init__(self, folder: Path, clock: TrueTime, manners: Manners) -> None:
        self.manners = manners
        self.clock = clock
        self.store = Memory(folder, clock, manners.remembers)
        self.settings = SandboxSettings(catalog(), clock, _no_film, folder, speed=manners.speed)
        self.scenario = Scenario(manners.behaviour, manners.faults)
        self.shown: dict[str, str] = {}  # videoUUID -> task, of results that a reply showed

    def charges(self) -> list[Charge]:
        """Everything that was ever charged, oldest first."""
        return self.store.charges()

    def count(self) -> Counter[str]:
        """How often each task was charged."""
        return Counter(charge.task for charge in self.charges())

    def failed(self, uuid: str) -> bool:
        """Whether a task ended without any result."""
        task = self.store.ever(uuid)
        return task is not None and task.fate.code is not None and task.fate.failing >= task.results

    def calm(self) -> None:
        """From now on everything is as documented; what it already decided about its tasks stands."""
        quiet = Behaviour(conflict=self.manners.behaviour.conflict)
        self.scenario = Scenario(quiet, ())
        self.manners = replace(self.manners, incomplete="")

    def post(self, content: bytes) -> tuple[int, Json]:
        """Answer a call: status and body."""
        call = Call(self.settings, self.store, self.scenario, "http://service.test")
        reply = answer(orjson.loads(content), call)
        return reply.status, self._with_manners(reply.body)

    def video(self, name: str, asked_at: float | None) -> tuple[int, bytes]:
        """Answer a download: status and bytes."""
        found = self.store.video(name)
        if found is None:
            return 404, b""
        task, result = found
        now = self.clock.now().timestamp()
        if now < task.due(result):
            return 422, b""
        if asked_at is not None and now > asked_at + self.manners.addresses_live:
            return 410, b""
        return 200, film(seed_of(task.uuid, task.run, result))

    def _with_manners(self, body: Json) -> Json:
        body = dict(body)
        body["data"] = [self._item(item) for item in body.get("data", []) if not self._is_withheld(item)]
        return body

    def _is_withheld(self, item: Mapping[str, Json]) -> bool:
        return self.manners.incomplete == "absent" and self._is_last_of_several(item)

    def _is_last_of_several(self, item: Mapping[str, Json]) -> bool:
        found = self.store.video(str(item.get("videoUUID", "")))
        return found is not None and found[0].results > 1 and found[1] == found[0].results - 1

    def _item(self, item: Json) -> Json:
        item = dict(item)
        if isinstance(item.get("response"), dict) and "data" in item["response"]:
            inner = item["response"]["data"]
            shown = [self._item(one) for one in inner if not self._is_withheld(one)]
            item["response"] = {**item["response"], "data": shown}
        if "videoUUID" not in item:
            return item
        if self.manners.incomplete == "processing" and self._is_last_of_several(item):
            return {"taskType": item["taskType"], "taskUUID": item["taskUUID"], "status": "processing"}
        found = self.store.video(item["videoUUID"])
        if self.manners.addresses_live < float("inf"):
            item["videoURL"] += f"?v={int(self.clock.now().timestamp())}"
        if self.manners.same_video and found is not None:
            item["videoUUID"] = derived_uuid("the same", found[1])
        return item


def _no_film(wanted: Film, path: Path) -> None:
    del wanted, path
    raise AssertionError("films are made elsewhere")
