"""Thousands of applies that are killed, in thousands of different worlds, and what became of the money.

    make crash COUNT=5000 SEED=1          this module, and `kills.py` for the real command

Each run draws a project, the service's manners, a few faults, one to three deaths (or disks that fail) and how the work
is taken up again: in the same checkout, or in a fresh clone of what was committed. In the end every shot must have been
paid exactly once, recorded, and be written down as if nothing had happened.
"""

import errno
import math
import random
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from crash.bench import ALLEY, PAIR, SHRINE, Checkout, Clock, Service, without_times
from crash.death import Fate
from replacing import replace

from ltxspec.plan.document import PlanOptions
from ltxspec.providers.sandbox.scenario import Behaviour, Kind, Scenario, ScenarioFault
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.port import SharedNotes

Recovery = Literal["kept", "clone", "bare clone"]
RECOVERIES: tuple[Recovery, ...] = ("kept", "clone", "bare clone")
MOST_RERUNS = 5
PATIENT = 2  # applies after which a person waits for a day, and then decides what a dead machine did not order
A_DAY = 90_000.0  # seconds, and a little more
SLOW = 0.05  # speed of a service whose renders take longer than the grace time

CALLS = ("videoInference", "getResponse", "getTaskDetails", "mediaStorage")
DISK_ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)


@dataclass(frozen=True)
class Death:
    """One interruption and the way on."""

    at: float  # share of an uninterrupted run's points; beyond 1 the run may just end
    recovery: Recovery
    downtime: float  # seconds until the work is taken up again
    error: int | None = None  # the disk fails with this instead
    for_good: bool = False
    edit: bool = False  # the first shot is rewritten before the work is taken up again


@dataclass(frozen=True)
class World:
    """Everything one run is made of."""

    seed: int
    shots: str
    scenario: Scenario
    deaths: Sequence[Death]
    parallelism: int = 2
    speed: float = 4.0

    @property
    def undecidable(self) -> bool:
        """Whether no look could tell that an order was accepted, and repeating it would be paid again.

        The service would have to take a used id once more, and to hide the task from every question at the time.
        """
        manners = self.scenario.behaviour
        lost = any(death.recovery != "kept" for death in self.deaths)
        hidden = manners.visible_after > 0 and lost and manners.conflict != "forever"
        running_like_unknown = manners.unknown_task == "processing" and manners.archive_running == "not-found"
        unseen = running_like_unknown and manners.conflict == "never" and (lost or self.speed <= SLOW)
        return hidden or unseen


@dataclass
class Verdict:
    """What became of it."""

    struck: list[str] = field(default_factory=list)
    doubles: int = 0
    losses: list[str] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    blind: int = 0
    reruns: int = 0
    asked: int = 0  # times a person had to say that what another machine claimed was not ordered

    @property
    def sound(self) -> bool:
        """Paid once, nothing lost, nobody needed."""
        return not (self.doubles or self.losses or self.repairs or self.blind)


def draw(seed: int) -> World:
    """One world out of very many."""
    rng = random.Random(seed)
    behaviour = Behaviour(
        conflict=rng.choice(("forever", "running", "never")),
        unknown_task=rng.choice(("empty", "processing", "not-found")),
        archive=rng.choice(("last", "useful")),
        archive_running=rng.choice(("shown", "not-found")),
        visible_after=rng.choice((0.0, 0.0, 0.0, 5.0)),
        item_order=rng.choice(("stable", "reversed")),
        repeat_items=rng.random() < 0.2,
        running_status=rng.choice(("processing", "processing", "queued")),
        progress=rng.random() < 0.7,
        mixed_status=rng.choice((200, 400)),
        failed_poll_status=rng.choice((200, 400, 500)),
        error_envelope=rng.choice(("errors", "error")),
        item_type=rng.choice(("original", "getResponse")),
    )
    faults = tuple(_fault(rng) for _ in range(rng.choice((0, 0, 1, 2, 3))))
    shots = "".join(shot for shot in (ALLEY, PAIR, SHRINE) if rng.random() < 0.6) or ALLEY
    return World(
        seed=seed,
        shots=shots,
        scenario=Scenario(behaviour, faults),
        deaths=_with_edits([_death(rng) for _ in range(rng.choice((1, 1, 2, 3)))], rng),
        parallelism=rng.choice((1, 2, 4)),
        speed=rng.choice((4.0, 4.0, 1000.0, SLOW)),
    )


def _fault(rng: random.Random) -> ScenarioFault:
    """Something that passes: what never does is the business of `tests/contract/test_faults.py`."""
    common: dict[str, Any] = {"nth": rng.choice((1, 1, 2, 3)), "times": rng.choice((1, 1, 2))}
    kind: Kind = rng.choice(("drop", "cut", "delay", "status", "status", "foreign-error", "video-body"))
    if kind == "video-body":
        video: Kind = rng.choice(("video-status", "video-cut", "video-short", "video-body", "video-no-range"))
        return ScenarioFault(
            video, status=rng.choice((422, 502)), body=rng.choice(("html", "image", "garbage")), **common
        )
    if kind in {"drop", "status"}:
        common["accepted"] = rng.random() < 0.5
    return ScenarioFault(
        kind,
        task=rng.choice(CALLS),
        status=rng.choice((408, 429, 500, 503, 504)),
        retry_after=rng.choice((None, None, "3", "86400", "soon")),
        body=rng.choice(("json", "html", "empty", "garbage")),
        seconds=rng.choice((1.0, 200.0)),
        share=rng.choice((0.0, 0.5, 0.95)),
        **common,
    )


def _death(rng: random.Random) -> Death:
    broken_disk = rng.random() < 0.25
    recovery: Recovery = "kept" if broken_disk else rng.choice(RECOVERIES)
    return Death(
        at=rng.random() * 1.05,
        recovery=recovery,
        downtime=rng.choice((0.0, 1.0, 10.0, 100.0)),
        error=rng.choice(DISK_ERRORS) if broken_disk else None,
        for_good=rng.random() < 0.5,
    )


def _with_edits(deaths: list[Death], rng: random.Random) -> list[Death]:
    """Sometimes the spec is edited before the work is taken up again.

    A clone derives the ids of the spec it has: what was bought for another text is found only where it was bought.
    """
    if rng.random() < 0.8:
        return deaths
    return [replace(death, recovery="kept", edit=rng.random() < 0.7) for death in deaths]


class Yardstick:
    """What an uninterrupted run of the same project leaves, and how many points it passes.

    Args:
        folder: where it runs.
        sharing: whether its machine shares a store with others.
    """

    def __init__(self, folder: Path, *, sharing: bool = False) -> None:
        self._folder = folder
        self.sharing = sharing
        self._known: dict[tuple[str, int, float], tuple[bytes, int]] = {}

    def of(self, world: World) -> tuple[bytes, int]:
        """Lockfile (without times) and number of points."""
        key = (world.shots, world.parallelism, world.speed)
        if key not in self._known:
            root = self._folder / f"yardstick-{len(self._known)}"
            service = Service(root / "service", Clock(), speed=world.speed)
            checkout = Checkout(
                root / "a", service, world.shots, parallelism=world.parallelism, shared=self.new_store()
            )
            points = checkout.write().apply().points
            self._known[key] = (without_times(checkout.lockfile_text()), len(points))
            shutil.rmtree(root)
        return self._known[key]

    def new_store(self) -> SharedNotes | None:
        """An empty store for the machines of one world, if they share one."""
        return Bucket.in_memory("memory://crash") if self.sharing else None


def live_through(world: World, folder: Path, yardstick: Yardstick) -> Verdict:
    """Run one world to its end."""
    wanted, points = yardstick.of(world)
    service = Service(folder / "service", Clock(), world.scenario, world.speed)
    checkout = Checkout(
        folder / "0", service, world.shots, parallelism=world.parallelism, shared=yardstick.new_store()
    ).write()
    verdict = Verdict()
    for number, death in enumerate(world.deaths, 1):
        at = max(1, math.ceil(death.at * points))
        outcome = checkout.apply(Fate(at, death.error, for_good=death.for_good))
        verdict.struck.append(f"{outcome.struck or 'not hit'}")
        service.clock.pass_seconds(death.downtime)
        checkout = _taken_up(checkout, death, folder / str(number))
    while verdict.reruns < MOST_RERUNS:
        checkout.apply()
        verdict.reruns += 1
        if checkout.settled() is None:
            break
        if checkout.shared is not None and verdict.reruns == PATIENT:
            service.clock.pass_seconds(A_DAY)
        if checkout.shared is not None and verdict.reruns == PATIENT + 1:
            verdict.asked += len(checkout.open_shots())
            checkout.apply(asked=PlanOptions(retries=checkout.open_shots()))
        if checkout.only_unwanted_left():
            service.clock.pass_seconds(A_DAY)  # an order that may not have arrived, and that nobody wants any more
    if checkout.cloned:
        checkout.pull()
    _judge(verdict, checkout, None if any(death.edit for death in world.deaths) else wanted)
    return verdict


def _taken_up(checkout: Checkout, death: Death, root: Path) -> Checkout:
    if death.recovery == "clone":
        return checkout.clone(root)
    if death.recovery == "bare clone":
        return replace(checkout, root=root, cloned=True, _project=None).write()
    if death.edit:
        return replace(checkout, shots=checkout.shots.replace("prompt: ", "prompt: Later ", 1)).write()
    return checkout


def _judge(verdict: Verdict, checkout: Checkout, wanted: bytes | None) -> None:
    """Add up what was paid and what was recorded.

    Args:
        verdict: to be filled in.
        checkout: after the last apply.
        wanted: the lockfile of an uninterrupted run; None when the spec was edited in between.
    """
    charges = checkout.service.charges()
    verdict.doubles = sum(count - 1 for count in charges.values())
    verdict.blind = len(checkout.blind_orders)
    left = checkout.settled()
    if left is not None:
        verdict.repairs.append(left)
    elif wanted is not None and without_times(checkout.lockfile_text()) != wanted:
        verdict.losses.append("the lockfile is not the one of an uninterrupted run")
    recorded = checkout.recorded()
    verdict.losses += [f"{task} was paid and is recorded nowhere" for task in charges if task not in recorded]
    expected = len(checkout.rendered[0].requests)
    if wanted is not None and len(charges) != expected:
        verdict.losses.append(f"{len(charges)} tasks were paid for {expected} shots")
    if not checkout.cloned and (missing := checkout.missing_videos()):
        verdict.losses.append(f"not archived: {missing}")


@dataclass
class Figures:
    """Sums over many runs."""

    runs: int = 0
    interrupted: int = 0
    struck: Counter[str] = field(default_factory=Counter)  # kind of point -> interruptions
    reruns: Counter[int] = field(default_factory=Counter)  # applies it took afterwards -> runs
    doubles: int = 0
    losses: int = 0
    repairs: int = 0
    blind: int = 0
    asked: int = 0
    unsound: list[str] = field(default_factory=list)

    def note(self, about: str, verdict: Verdict) -> None:
        """Count one run."""
        self.runs += 1
        self.reruns[verdict.reruns] += 1
        hits = [struck for struck in verdict.struck if struck != "not hit"]
        self.interrupted += len(hits)
        self.struck.update(hits)
        self.doubles += verdict.doubles
        self.losses += len(verdict.losses)
        self.repairs += len(verdict.repairs)
        self.blind += verdict.blind
        self.asked += verdict.asked
        if not verdict.sound:
            self.unsound.append(f"{about}\n    {verdict}")


def worlds(count: int, seed: int) -> Iterator[World]:
    """Many worlds, the same ones for the same seed."""
    return (draw(seed * 1_000_003 + number) for number in range(count))


def campaign(chosen: Iterable[World], folder: Path, *, sharing: bool = False) -> tuple[Figures, Figures]:
    """Live through all of them: those in which looking can tell, and those in which nothing can.

    Args:
        chosen: the worlds.
        folder: where they are.
        sharing: whether the machines of a world share a store.
    """
    decidable, undecidable, yardstick = Figures(), Figures(), Yardstick(folder, sharing=sharing)
    for number, world in enumerate(chosen):
        place = folder / f"world-{number}"
        figures = undecidable if world.undecidable else decidable
        figures.note(f"{world}", live_through(world, place, yardstick))
        shutil.rmtree(place)
    return decidable, undecidable


def every_point(folder: Path, step: int = 1, first: int = 1) -> Figures:
    """Kill the standard project's apply at every point (or every `step`th), and go on in each way."""
    figures, yardstick = Figures(), Yardstick(folder)
    world = World(seed=0, shots=ALLEY + PAIR + SHRINE, scenario=Scenario(), deaths=())
    _, points = yardstick.of(world)
    for point in range(first, points + 1, step):
        for recovery in RECOVERIES:
            place = folder / f"point-{point}-{recovery}"
            death = Death((point - 0.5) / points, recovery, downtime=1.0)
            figures.note(f"point {point}, {recovery}", live_through(replace(world, deaths=[death]), place, yardstick))
            shutil.rmtree(place)
    return figures
