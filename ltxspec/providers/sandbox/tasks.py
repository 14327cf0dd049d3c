"""The sandbox's state, in one SQLite file: tasks, charges, refusals, uploads, and how often faults matched.

Every call opens and closes the file: this takes a fraction of a millisecond and needs no coordination between threads
and processes. Writes are one immediate transaction each, so that exactly one of two equal orders is accepted.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path

import orjson

from ltxspec.errors import StorageError
from ltxspec.providers.sandbox.identifiers import video_uuid
from ltxspec.providers.sandbox.scenario import Cost, Form
from ltxspec.values import Json, Usd, parse_usd

_WAIT = 30.0  # seconds to wait for another process's transaction
_SCHEMA = """
create table if not exists tasks (
  uuid text primary key, body text not null, base_url text not null, label text not null, accepted real not null,
  seconds real not null, price text, fate text not null, run integer not null, delivered integer not null);
create table if not exists videos (
  uuid text primary key, task text not null, run integer not null, result integer not null);
create table if not exists charges (id integer primary key, task text not null, usd text, at real not null);
create table if not exists refusals (task text primary key, body text not null, errors text not null, at real not null);
create table if not exists media (uuid text primary key, type text not null, content blob not null);
create table if not exists matches (name text primary key, count integer not null);
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a scenario decided for a task on acceptance."""

    code: str | None = None  # the task fails with this code
    message: str = ""
    form: Form | None = None  # how the failure is reported; None: as set by the behaviour
    failing: int = 0  # number of results that fail, counted from the last
    nsfw: bool = False
    cost: Cost | None = None  # how the cost is reported; None: as set by the behaviour
    hangs: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """An accepted order."""

    uuid: str
    body: Mapping[str, Json]  # as sent
    base_url: str  # of the call that ordered it, without a path
    label: str
    accepted: float  # seconds since the epoch
    seconds: float  # until the first result is done
    price: Usd | None  # of one result; None if the model's price table does not give it
    fate: Fate
    run: int = 1  # how often this id was ordered and charged

    @property
    def results(self) -> int:
        """How many videos were ordered."""
        return int(self.body.get("numberResults", 1))

    @property
    def delivers(self) -> bool:
        """Whether results are also sent to a webhook or an upload URL."""
        return "webhookURL" in self.body or "uploadEndpoint" in self.body

    def due(self, result: int) -> float:
        """When a result (counted from 0) is done; later ones take a quarter longer each."""
        return float("inf") if self.fate.hangs else self.accepted + self.seconds * (1 + result / 4)

    @property
    def end(self) -> float:
        """When the last result is done."""
        return self.due(self.results - 1)


@dataclass(frozen=True, slots=True)
class TaskRefusal:
    """The latest refused call under an id."""

    body: Mapping[str, Json]
    errors: list[Json]
    at: float


@dataclass(frozen=True, slots=True)
class Charge:
    """What one acceptance took from the balance; `usd` is None if the price is unknown."""

    task: str
    usd: Usd | None
    at: float


class TaskStore:
    """The persistent state in one folder.

    Raises:
        StorageError: from every method, when the file cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "state.sqlite"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_private()
        except OSError as error:
            raise StorageError(f"the sandbox cannot store its state in `{folder}`: {error.strerror}") from error
        with self._writing() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)

    def _make_private(self) -> None:
        """Restrict access: the file holds unpublished prompts. SQLite gives its other files the same mode."""
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if os.fstat(descriptor).st_mode & 0o077:  # created by an earlier ltxspec
                with suppress(PermissionError):  # owned by another user, as in a container
                    os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._file, timeout=_WAIT, isolation_level=None)) as db:
                db.execute("pragma synchronous = off")  # a power cut may lose data, a killed process does not
                yield db
        except sqlite3.Error as error:
            message = f"the sandbox's state in `{self._file}` cannot be used: {error}"
            raise StorageError(message, hint="delete the folder to start with a new sandbox") from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("begin immediate")
            yield db  # without a commit, closing the connection rolls back
            db.execute("commit")

    def accept(self, task: Task, *, again: bool, delivers: bool = True, charges: int = 1) -> Task | None:
        """Accept an order and charge for it, in one step; None when the id is used.

        Args:
            task: the order.
            again: accept it even if the id is used: it replaces the earlier order and is charged again.
            delivers: whether this sandbox or a later one makes its webhook calls and uploads.
            charges: how often it is charged.
        """
        with self._writing() as db:
            known = db.execute("select run from tasks where uuid = ?", (task.uuid,)).fetchone()
            if known is not None and not again:
                return None
            taken = replace(task, run=known[0] + 1 if known else 1)
            row = (
                taken.uuid,
                orjson.dumps(dict(taken.body)),
                taken.base_url,
                taken.label,
                taken.accepted,
                taken.seconds,
                None if taken.price is None else str(taken.price),
                orjson.dumps(asdict(taken.fate)),
                taken.run,
                not (delivers and taken.delivers),
            )
            db.execute("insert or replace into tasks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            for result in range(taken.results):
                made = (video_uuid(taken.uuid, taken.run, result), taken.uuid, taken.run, result)
                db.execute("insert or replace into videos values (?, ?, ?, ?)", made)
            charge = None if taken.price is None else str(taken.price * taken.results)
            for _ in range(charges):
                db.execute("insert into charges (task, usd, at) values (?, ?, ?)", (taken.uuid, charge, taken.accepted))
        return taken

    def task(self, uuid: str) -> Task | None:
        """The order under an id."""
        with self._open() as db:
            row = db.execute("select * from tasks where uuid = ?", (uuid,)).fetchone()
        return None if row is None else _task(row)

    def tasks(self) -> list[Task]:
        """All orders, oldest first."""
        with self._open() as db:
            return [_task(row) for row in db.execute("select * from tasks order by accepted, uuid")]

    def video(self, uuid: str) -> tuple[Task, int] | None:
        """The order and the result number that a video UUID refers to."""
        with self._open() as db:
            found = db.execute("select task, run, result from videos where uuid = ?", (uuid,)).fetchone()
        if found is None:
            return None
        task = self.task(found[0])
        return None if task is None else (replace(task, run=found[1]), found[2])

    def undelivered(self) -> list[Task]:
        """Orders with pending webhook calls or uploads."""
        with self._open() as db:
            return [_task(row) for row in db.execute("select * from tasks where delivered = 0")]

    def mark_delivered(self, uuid: str) -> None:
        """Note that nothing is left to deliver for a task."""
        with self._writing() as db:
            db.execute("update tasks set delivered = 1 where uuid = ?", (uuid,))

    def charges(self) -> list[Charge]:
        """All charges, oldest first."""
        with self._open() as db:
            rows = db.execute("select task, usd, at from charges order by id").fetchall()
        return [Charge(task, parse_usd(usd), at) for task, usd, at in rows]

    def spent(self) -> Usd:
        """The sum of all known charges. Each order asks for it, so equal amounts are counted by the database."""
        with self._open() as db:
            rows = db.execute("select usd, count(*) from charges group by usd").fetchall()
        return sum((usd * count for text, count in rows if (usd := parse_usd(text)) is not None), Decimal(0))

    def refuse(self, uuid: str, refusal: TaskRefusal) -> None:
        """Remember that a call under this id was refused."""
        row = (uuid, orjson.dumps(dict(refusal.body)), orjson.dumps(refusal.errors), refusal.at)
        with self._writing() as db:
            db.execute("insert or replace into refusals values (?, ?, ?, ?)", row)

    def refusal(self, uuid: str) -> TaskRefusal | None:
        """The latest refused call under an id."""
        with self._open() as db:
            row = db.execute("select body, errors, at from refusals where task = ?", (uuid,)).fetchone()
        return None if row is None else TaskRefusal(orjson.loads(row[0]), orjson.loads(row[1]), row[2])

    def refusals(self) -> list[TaskRefusal]:
        """The latest refused call under each id, oldest first."""
        with self._open() as db:
            rows = db.execute("select body, errors, at from refusals order by at").fetchall()
        return [TaskRefusal(orjson.loads(body), orjson.loads(errors), at) for body, errors, at in rows]

    def keep_media(self, uuid: str, kind: str, content: bytes) -> None:
        """Store an uploaded file; the same bytes may be stored again."""
        with self._writing() as db:
            db.execute("insert or replace into media values (?, ?, ?)", (uuid, kind, content))

    def media(self, uuid: str) -> tuple[str, bytes] | None:
        """Content type and bytes of an uploaded file."""
        with self._open() as db:
            row = db.execute("select type, content from media where uuid = ?", (uuid,)).fetchone()
        return None if row is None else (row[0], row[1])

    def drop_media(self, uuid: str) -> bool:
        """Delete an uploaded file; False when there is none."""
        with self._writing() as db:
            return db.execute("delete from media where uuid = ?", (uuid,)).rowcount > 0

    def count(self, name: str) -> int:
        """Count another match of a fault; returns its number, from 1."""
        with self._writing() as db:
            sql = "insert into matches values (?, 1) on conflict (name) do update set count = count + 1 returning count"
            return int(db.execute(sql, (name,)).fetchone()[0])

    def forget_matches(self) -> None:
        """Reset the counts."""
        with self._writing() as db:
            db.execute("delete from matches")


def _task(row: tuple[object, ...]) -> Task:
    uuid, body, base_url, label, accepted, seconds, price, fate, run, _ = row
    return Task(
        uuid=str(uuid),
        body=orjson.loads(str(body) if isinstance(body, str) else bytes(body)),  # type: ignore[call-overload]  # a blob
        base_url=str(base_url),
        label=str(label),
        accepted=float(str(accepted)),
        seconds=float(str(seconds)),
        price=parse_usd(price),
        fate=Fate(**orjson.loads(fate)),  # type: ignore[arg-type]  # a blob
        run=int(str(run)),
    )
