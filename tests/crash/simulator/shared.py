"""Worlds in which both machines share a store, at a service that takes a used id again while it hides what it took.

One machine alone finds what it ordered, because it waits before it repeats; another one that asks meanwhile cannot. The
store is the real one in memory; each dealing with a lease or a claim is a point, and may be lost before or after it
took effect.
"""

import random
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from crash.simulator.actors import Actors
from crash.simulator.calm import settle
from crash.simulator.checkout import Templates
from crash.simulator.course import Strike
from crash.simulator.draw import LENGTH, draw
from crash.simulator.network import Trouble
from crash.simulator.oracle import Oracle
from crash.simulator.play import Game, Result, performed
from crash.simulator.script import Script, Step
from crash.simulator.seams import in_the_world_of
from crash.simulator.service import Manners
from crash.simulator.world import World

from ltxspec.errors import StorageError
from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.storage.store import opening
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.leases import Heartbeat
from ltxspec.storage.store.port import Note

HIDDEN = 5.0  # seconds until it shows what it took: less than one machine waits before it repeats


def draw_shared(seed: int) -> Script:
    """The script of a seed: that of an ordinary world, with machines that die and are taken over from at once."""
    script, rng = draw(seed, LENGTH - 6), random.Random(f"shared {seed}")
    steps = [_certain(step) for step in script.steps]
    for _ in range(2):
        at = rng.randrange(len(steps) + 1)
        steps[at:at] = _taken_over(rng)
    troubled = [_with_trouble(step, rng) if step.act == "apply" and rng.random() < 0.2 else step for step in steps]
    return replace(
        script,
        setting=replace(script.setting, shares=True),
        manners=hiding(rng),
        steps=tuple(troubled),
    )


def hiding(rng: random.Random) -> Manners:
    """A service that no other machine's look can tell from one that never had the order."""
    hides = rng.random() < 0.7
    behaviour = Behaviour(
        conflict=rng.choice(("never", "running")),
        unknown_task=rng.choice(("empty", "processing", "not-found")) if hides else "processing",
        archive_running="shown" if hides else "not-found",
        visible_after=HIDDEN if hides else 0.0,
        progress=hides,
    )
    return Manners(behaviour, speed=rng.choice((4.0, 1000.0)) if hides else 4.0)


def _certain(step: Step) -> Step:
    """A step without consent: who takes a claim over without being certain may pay twice."""
    inner = _certain(step.meanwhile) if step.meanwhile else None
    return replace(step, words=tuple(word for word in step.words if word != "--retry"), meanwhile=inner)


def _taken_over(rng: random.Random) -> list[Step]:
    """A machine dies while it orders; the other one knows, takes its lease away, and goes on."""
    place = rng.randrange(2)
    first = Step("apply", place, words=("--auto-approve",))
    if rng.random() < 0.6:
        first = replace(first, troubles=(Trouble("order", "killed", rng.randint(1, 2)),))
    else:
        dies = Strike(rng.randint(20, 120), rng.choice(("kill", "power")), salt=rng.randrange(1000))
        first = replace(first, strikes=(dies,))
    push = [Step("commit", place), Step("push", place), Step("pull", 1 - place)] if rng.random() < 0.3 else []
    return [first, *push, Step("force release", 1 - place), Step("apply", 1 - place, words=("--auto-approve",))]


def _with_trouble(step: Step, rng: random.Random) -> Step:
    kind = rng.choice(("lost", "reply lost"))
    trouble = Trouble("store", kind, rng.randint(1, 8), rng.choice((1, 1, 50)))  # type: ignore[arg-type]  # one of two
    return replace(step, troubles=(*step.troubles, trouble))


@contextmanager
def sharing_a_store(world: World) -> Iterator[None]:
    """Let the machines of a world deal with an empty store, one at a time; nothing happens in the background."""
    own: Any = Bucket
    read, write, beat = own.read_note, own.write_note, Heartbeat.start
    patched: Any = Heartbeat

    def read_note(self: Bucket, key: str) -> Note | None:
        lost = world.at_store("read")
        found: Note | None = read(self, key)
        if lost:
            raise StorageError("the store was lost")
        return found

    def write_note(self: Bucket, key: str, content: bytes, expected: str | None) -> bool:
        lost = world.at_store("before it is written")
        done = bool(write(self, key, content, expected))
        world.at_point("store: after it is written")
        if lost:
            raise StorageError("the reply of the store was lost")
        return done

    opening._in_memory.cache_clear()
    own.read_note, own.write_note, patched.start = read_note, write_note, lambda _: None
    try:
        yield
    finally:
        own.read_note, own.write_note, patched.start = read, write, beat


def _play(script: Script, folder: Path, templates: Templates, ignored: Collection[str] = ()) -> Result:
    world = World(script, folder, templates)
    world.ignored = frozenset(ignored)
    with in_the_world_of(world), sharing_a_store(world):
        oracle = Oracle(world)
        actors = Actors(world, oracle)
        return performed(script, world, actors, lambda: settle(world, actors, oracle))


def _alone(seed: int) -> Script:
    script = draw_shared(seed)
    return replace(script, setting=replace(script.setting, shares=False))


SHARED = Game(draw_shared, _play)
ALONE = Game(_alone, _play)  # the same worlds without the store
