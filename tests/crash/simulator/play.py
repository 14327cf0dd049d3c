"""Plays a script in a fresh world, and says what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from crash.simulator.actors import Actors
from crash.simulator.calm import settle
from crash.simulator.checkout import Templates
from crash.simulator.oracle import Oracle
from crash.simulator.script import Script
from crash.simulator.seams import in_the_world_of
from crash.simulator.world import Violation, World


@dataclass(frozen=True)
class Result:
    """What became of one world."""

    steps: int
    charges: int
    commands: int
    struck: tuple[str, ...]
    rule: str | None = None  # the promise that was broken
    text: str = ""
    at: str = ""  # the step at which it was


def play(script: Script, folder: Path, templates: Templates, ignored: Collection[str] = ()) -> Result:
    """Play one script to its end, or to the first broken promise that is not ignored."""
    world = World(script, folder, templates)
    world.ignored = frozenset(ignored)
    at, broken = "the end", None
    with in_the_world_of(world):
        oracle = Oracle(world)
        actors = Actors(world, oracle)
        try:
            for number, step in enumerate(script.steps, 1):
                at = f"step {number}: {step}"
                actors.take(step)
            at = "the end"
            settle(world, actors, oracle)
        except Violation as violation:
            broken = violation
    charges = len(world.service.charges())
    world.close()
    return Result(
        actors.steps, charges, world.commands, tuple(world.struck),
        broken.rule if broken else None, str(broken or ""), at,
    )  # fmt: skip
