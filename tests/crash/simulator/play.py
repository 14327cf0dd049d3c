"""Plays a script in a fresh world, and says what became of it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crash.simulator.actors import Actors
from crash.simulator.calm import settle
from crash.simulator.checkout import Templates
from crash.simulator.draw import draw
from crash.simulator.oracle import Oracle
from crash.simulator.script import Script, Step
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


class Cast(Protocol):
    """Who takes the steps of a script."""

    steps: int

    def take(self, step: Step) -> None:
        """Let one step happen. Raises Violation."""


@dataclass(frozen=True)
class Game:
    """One kind of worlds: how a seed writes a script, and how it is played in a folder, with some rules left out."""

    draw: Callable[[int], Script]
    play: Callable[[Script, Path, Templates, Collection[str]], Result]


def play(script: Script, folder: Path, templates: Templates, ignored: Collection[str] = ()) -> Result:
    """Play one script to its end, or to the first broken promise that is not ignored."""
    world = World(script, folder, templates)
    world.ignored = frozenset(ignored)
    with in_the_world_of(world):
        oracle = Oracle(world)
        actors = Actors(world, oracle)
        return performed(script, world, actors, lambda: settle(world, actors, oracle))


def performed(script: Script, world: World, cast: Cast, settle: Callable[[], None]) -> Result:
    """Let a cast take every step of a script, and the world come to its end; up to the first broken promise."""
    at, broken = "the end", None
    try:
        for number, step in enumerate(script.steps, 1):
            at = f"step {number}: {step}"
            cast.take(step)
        at = "the end"
        settle()
    except Violation as violation:
        broken = violation
    charges = len(world.service.charges())
    world.close()
    return Result(
        cast.steps, charges, world.commands, tuple(world.struck),
        broken.rule if broken else None, str(broken or ""), at,
    )  # fmt: skip


WORLDS = Game(draw, play)
