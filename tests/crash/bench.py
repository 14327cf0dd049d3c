"""A project, the service it buys from, and runs of apply that may be killed anywhere.

Nothing of ours is replaced: spec, plan, engine, client, journal, lockfile and archive are the real ones, and the far
side is the real sandbox. Only the disk's system calls, the network and the clock are ours, so that a run takes
milliseconds and can be ended at any point. `kills.py` does the same to the real command with real signals.
"""

import asyncio
import contextlib
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import orjson
from crash.death import Crash, Fate, MortalDisk, MortalNetwork
from crash.shared import agreeing
from replacing import replace

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.claiming import UNCLAIMED, Claiming
from ltxspec.apply.delivery import archive_outputs
from ltxspec.apply.engine import Adapters, Job, RunSettings, run
from ltxspec.apply.events import ApplyEvent, RunSummary
from ltxspec.apply.ledger import Ledger
from ltxspec.apply.recovery import RecoveryLimits
from ltxspec.apply.task import StopSignal
from ltxspec.catalog.models import load_catalog
from ltxspec.errors import LtxspecError
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.journal import fold
from ltxspec.lock.journal_codec import decode_events
from ltxspec.lock.models import Take
from ltxspec.media.animatic import write_animatic
from ltxspec.media.probe import check_decodes
from ltxspec.plan.actions import Action
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.recorded import RecordedState
from ltxspec.project.load import render_specs
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.project.running.run import media_loader
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.provider import RunwareProvider, Tuning
from ltxspec.providers.sandbox.app import SandboxApp
from ltxspec.providers.sandbox.scenario import Scenario
from ltxspec.providers.sandbox.settings import Film, SandboxSettings
from ltxspec.providers.sandbox.transport import SandboxTransport
from ltxspec.render.models import RenderedSpec
from ltxspec.storage.archive import FolderArchive
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.files import ProjectFolder
from ltxspec.storage.packaged import read_model_documents
from ltxspec.storage.state import open_state, spec_paths
from ltxspec.storage.store.port import SharedNotes

Json = Any
SPEC = "night"
CONFIG = '[project]\nid = "crash-tests"\n[provider]\nname = "runware"\n'
ALLEY = "  alley: {prompt: Rain over Neo-Kyoto}\n"
PAIR = "  pair: {prompt: Fog over the harbour, numberResults: 2}\n"
SHRINE = """\
  shrine:
    prompt: A cliff shrine under a giant moon
    inputs: {frameImages: [{image: assets/shrine.png, frame: first}]}
"""
HEAD = f"""\
apiVersion: ltxspec/v1
kind: RenderSpec
metadata: {{name: {SPEC}}}
model: lightricks:2@0
defaults: {{width: 1920, height: 1080, duration: 6}}
shots:
"""
TIMES = ("submittedAt", "finishedAt", "expiresAt", "digest", "fence")


class Clock(SystemClock):
    """Time that passes only while somebody sleeps, or between runs."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 10, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def pass_seconds(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.pass_seconds(max(seconds, 0.0))

    def pause(self, seconds: float) -> None:
        self.pass_seconds(seconds)


def bytes_of_film(seed: int, folder: Path) -> bytes:
    """A small real video for each seed, made once a process."""
    if seed not in _FILMS:
        path = folder / f"film-{seed}.mp4"
        write_animatic(Film(32, 32, 0.2, 25, "mp4", False, "film", "film", seed, 50, None), path)  # noqa: FBT003  # no sound
        _FILMS[seed] = path.read_bytes()
        path.unlink()
    return _FILMS[seed]


_FILMS: dict[int, bytes] = {}
_PROJECTS: dict[str, ProjectContext] = {}
_RENDERED: dict[str, list[RenderedSpec]] = {}


@cache
def picture() -> bytes:
    """A small PNG."""
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (64, 36), "navy").save(out, "PNG")
    return out.getvalue()


@cache
def catalog() -> Any:
    return load_catalog(read_model_documents())


class Service:
    """The sandbox, with its own disk: it goes on when clients die."""

    def __init__(self, folder: Path, clock: Clock, scenario: Scenario | None = None, speed: float = 4.0) -> None:
        def make_video(wanted: Film, path: Path) -> None:
            path.write_bytes(bytes_of_film(wanted.seed, folder))

        settings = SandboxSettings(catalog(), clock, make_video, folder, speed=speed)
        self.app = SandboxApp(replace(settings, scenario=scenario or Scenario()))
        self.clock = clock

    def charges(self) -> Counter[str]:
        """How often each task was paid."""
        return Counter(charge.task for charge in self.app.store.charges())


@dataclass
class Outcome:
    """What came of one run of apply."""

    summary: RunSummary | None = None  # None: it was killed, or failed as a whole
    struck: str | None = None  # where it was killed, or where the disk failed
    points: list[str] = field(default_factory=list)
    error: str | None = None
    blocked: bool = False  # the plan holds a shot that failed permanently
    events: list[ApplyEvent] = field(default_factory=list)


@dataclass
class Checkout:
    """One working copy of the project."""

    root: Path
    service: Service
    shots: str = ALLEY + PAIR + SHRINE
    limits: RecoveryLimits = field(default_factory=lambda: RecoveryLimits(grace=60, task_timeout=1800))
    parallelism: int = 2
    on_the_way: Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport] = lambda network: network
    cloned: bool = False  # without what only the first checkout knew
    blind_orders: list[str] = field(default_factory=list)  # orders whose intent was not on disk when they were sent
    shared: SharedNotes | None = None  # a store that it shares with other checkouts
    _project: ProjectContext | None = None

    def write(self) -> "Checkout":
        """Put the project's files in place, as a clone would."""
        (self.root / "specs/assets").mkdir(parents=True, exist_ok=True)
        (self.root / "ltxspec.toml").write_text(CONFIG)
        (self.root / f"specs/{SPEC}.yaml").write_text(HEAD + self.shots)
        (self.root / "specs/assets/shrine.png").write_bytes(picture())
        self._project = None
        return self

    def clone(self, root: Path) -> "Checkout":
        """A fresh clone: the project's files and the lockfiles, and nothing of `.ltxspec`."""
        if (self.root / "lockfiles").is_dir():
            shutil.copytree(self.root / "lockfiles", root / "lockfiles")
        return replace(self, root=root, cloned=True, _project=None).write()

    @property
    def project(self) -> ProjectContext:
        """The project as commands see it."""
        if self._project is None:
            first = _PROJECTS.setdefault("", open_project(self.root)) if not _PROJECTS else _PROJECTS[""]
            self._project = replace(first, root=self.root, folder=self.root, files=ProjectFolder(self.root))
        return self._project

    @property
    def rendered(self) -> list[RenderedSpec]:
        """Its specs, rendered: the same wherever the checkout is, so once for each text."""
        if self.shots not in _RENDERED:
            _RENDERED[self.shots] = render_specs(self.project, ())
        return _RENDERED[self.shots]

    def apply(self, fate: Fate | None = None, asked: PlanOptions | None = None, *, submit: bool = True) -> Outcome:
        """Run apply, which may be killed."""
        fate = fate or Fate()
        outcome = Outcome()
        try:
            outcome.summary = self._apply(fate, asked or PlanOptions(), outcome, submit=submit)
        except Crash:
            pass
        except LtxspecError as error:
            outcome.error = error.summary
        outcome.struck, outcome.points = fate.struck, fate.points
        return outcome

    def _apply(self, fate: Fate, asked: PlanOptions, outcome: Outcome, *, submit: bool) -> RunSummary:
        ops = MortalDisk(fate).ops()
        clock = self.service.clock
        with open_state(self.project.paths_of(SPEC), ops=ops) as state:
            recorded = {SPEC: RecordedState(state.read_lockfile(), fold(state.events()))}
            planned = plan_project(self.project, asked, self.rendered, recorded)
            changes = planned.plan.changes
            outcome.blocked = any(change.action is Action.BLOCKED for change in changes)
            wanted = {request.address.instance for request in self.rendered[0].requests}
            retries = frozenset(change.address for change in changes if asked.retries)
            job = Job(Ledger(SPEC, state, clock, wanted), changes, retries)
            archive = FolderArchive(self.root / ".ltxspec/archive", self.root / "renders", check_decodes, ops)
            settings = RunSettings(self.parallelism, limits=self.limits, submit=submit)
            if self.shared is None:
                return asyncio.run(self._run(fate, job, archive, settings, outcome))
            claiming, lease = agreeing(self.shared, str(self.root), SPEC, fate, clock)
            summary = asyncio.run(self._run(fate, job, archive, settings, outcome, claiming))
            lease.release()  # a machine that dies does not
            return summary

    async def _run(
        self,
        fate: Fate,
        job: Job,
        archive: FolderArchive,
        settings: RunSettings,
        outcome: Outcome,
        claiming: Claiming = UNCLAIMED,
    ) -> RunSummary:
        inner = SandboxTransport(self.service.app)
        network = self.on_the_way(MortalNetwork(inner, fate, self._check_intent))
        connection = Connection("http://service.test/v1", ApiKey("crash-test-key"), network)
        provider = RunwareProvider(connection, self.service.clock, tuning=Tuning(jitter=lambda: 1.0))
        world = Adapters(provider, archive, self.service.clock, media_loader(self.project), outcome.events.append)
        world = replace(world, claiming=claiming)
        try:
            return await run([job], world, settings, RunBudget(None), StopSignal())
        finally:
            # The service goes on with what it was asked, whatever became of the client.
            await asyncio.gather(*inner._running, return_exceptions=True)
            with contextlib.suppress(Crash):
                await provider.close()

    def _check_intent(self, task: str) -> None:
        """Nothing may be ordered whose intent is not on disk."""
        journal = spec_paths(self.root, "lockfiles", "runware", SPEC).journal
        data = journal.read_bytes() if journal.exists() else b""
        if task not in fold(decode_events(data, "journal")).open:
            self.blind_orders.append(task)

    def pull(self) -> None:
        """As `archive pull`: bring home what was recorded without its video, and record its hash."""

        async def fetch(take: Take) -> Take:
            inner = SandboxTransport(self.service.app)
            connection = Connection("http://service.test/v1", ApiKey("crash-test-key"), inner)
            provider = RunwareProvider(connection, self.service.clock)
            home, _ = await archive_outputs(provider, self._archive(), self.service.clock, take.task_id, take.outputs)
            pairs = zip(take.outputs, home, strict=True)
            outputs = (replace(out, sha256=item.sha256, bytes=item.bytes) if item else out for out, item in pairs)
            await provider.close()
            return replace(take, outputs=tuple(outputs))

        with open_state(self.project.paths_of(SPEC)) as state:
            lockfile = state.read_lockfile()
            for key, record in lockfile.shots.items():
                for take in record.takes:
                    if any(output.sha256 is None for output in take.outputs):
                        changed = {**lockfile.shots, key: lockfile.shots[key].with_take(asyncio.run(fetch(take)))}
                        lockfile = replace(lockfile, shots=changed)
            state.write_lockfile(lockfile)

    def _archive(self) -> FolderArchive:
        return FolderArchive(self.root / ".ltxspec/archive", self.root / "renders", check_decodes)

    # --- what is left on disk ---------------------------------------------------------------------

    def lockfile_text(self) -> bytes | None:
        """The lockfile as it stands."""
        path = self.root / f"lockfiles/{SPEC}.lock.json"
        return path.read_bytes() if path.exists() else None

    def settled(self) -> str | None:
        """What is still left to do; None when everything is recorded, home and closed."""
        text = self.lockfile_text()
        if text is None:
            return "there is no lockfile"
        lockfile = decode_lockfile(text, "lockfile")
        for request in self.rendered[0].requests:
            record = lockfile.shots.get(request.address.instance)
            take = record.current_take if record else None
            if take is None or take.fingerprint != request.fingerprint:
                return f"{request.address} has no current take"
            if not self.cloned and any(output.sha256 is None for output in take.outputs):
                return f"{request.address} has a video that is not archived"  # in a clone `archive pull` fetches it
        journal = spec_paths(self.root, "lockfiles", "runware", SPEC).journal
        if journal.exists() and fold(decode_events(journal.read_bytes(), "journal")).open:
            return "the journal is not closed"
        return None

    def only_unwanted_left(self) -> bool:
        """Whether all that is left are orders for requests that the spec has no more."""
        journal = spec_paths(self.root, "lockfiles", "runware", SPEC).journal
        wanted = {request.fingerprint for request in self.rendered[0].requests}
        left = fold(decode_events(journal.read_bytes(), "journal")).open if journal.exists() else {}
        return bool(left) and all(task.intent.fingerprint not in wanted for task in left.values())

    def open_shots(self) -> tuple[str, ...]:
        """The shots whose orders the journal still has open."""
        journal = spec_paths(self.root, "lockfiles", "runware", SPEC).journal
        left = fold(decode_events(journal.read_bytes(), "journal")).open if journal.exists() else {}
        return tuple(f"{SPEC}.{task.intent.instance}" for task in left.values())

    def recorded(self) -> set[str]:
        """Every task that the lockfile holds."""
        lockfile = decode_lockfile(self.lockfile_text() or b"{}", "lockfile")
        records = [*lockfile.shots.values(), *lockfile.retired.values()]
        return {take.task_id for record in records for take in record.takes}

    def missing_videos(self) -> list[str]:
        """Recorded videos that the archive of this checkout does not hold."""
        lockfile = decode_lockfile(self.lockfile_text() or b"{}", "lockfile")
        archive = self._archive()
        outputs = [o for r in lockfile.shots.values() for take in r.takes for o in take.outputs]
        return [str(output.sha256) for output in outputs if not output.sha256 or not archive.has(output.sha256)]


def without_times(lockfile: bytes | None) -> Json:
    """A lockfile but for its times, the digests that cover them, and the order in which the service names results."""

    def strip(value: Json) -> Json:
        if isinstance(value, Mapping):
            kept = {key: strip(item) for key, item in value.items() if key not in TIMES}
            if kept.get("outputs"):
                kept["outputs"] = sorted(kept["outputs"], key=lambda output: str(output["videoUUID"]))
            return kept
        return [strip(item) for item in value] if isinstance(value, Sequence) and not isinstance(value, str) else value

    return None if lockfile is None else orjson.dumps(strip(orjson.loads(lockfile)), option=orjson.OPT_SORT_KEYS)
