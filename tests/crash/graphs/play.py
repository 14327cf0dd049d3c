"""Plays films in fresh worlds, one after the other, and says what became of them."""

import shutil
from collections.abc import Collection
from itertools import count
from pathlib import Path

from crash.graphs.acts import Actors
from crash.graphs.calm import settle
from crash.graphs.draw import draw
from crash.graphs.world import GraphScript, GraphWorld
from crash.simulator.campaign import SHORTENED_AT_MOST, WORLDS_APART, Broken, Sums
from crash.simulator.checkout import Templates
from crash.simulator.play import Result
from crash.simulator.script import Script
from crash.simulator.seams import in_the_world_of
from crash.simulator.shrink import shortened
from crash.simulator.world import Violation


class Stage:
    """A folder in which worlds are played one after the other."""

    def __init__(self, folder: Path, ignored: Collection[str] = ()) -> None:
        self._folder = folder
        self._templates = Templates(folder)
        self._ignored = frozenset(ignored)
        self._numbers = count()

    def play(self, script: Script) -> Result:
        """Play one script in a fresh folder, to its end or to the first broken promise."""
        if not isinstance(script, GraphScript):
            raise TypeError("a script without a film")
        place = self._folder / f"film-{next(self._numbers)}"
        try:
            return self._play(script, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _play(self, script: GraphScript, place: Path) -> Result:
        world = GraphWorld(script, place, self._templates)
        world.ignored = self._ignored
        at, broken = "the end", None
        with in_the_world_of(world):
            actors = Actors(world)
            try:
                for number, step in enumerate(script.steps, 1):
                    at = f"step {number}: {step}"
                    actors.take(step)
                at = "the end"
                settle(world, actors)
            except Violation as violation:
                broken = violation
        charges = len(world.service.charges())
        world.close()
        return Result(
            actors.steps, charges, world.commands, tuple(world.struck),
            broken.rule if broken else None, str(broken or ""), at,
        )  # fmt: skip

    def shortened(self, script: Script, result: Result) -> Script:
        """The shortest script found that breaks the same promise."""
        return shortened(script, lambda one: self.play(one).rule == result.rule)


def simulate(steps: int, seed: int, folder: Path, ignored: Collection[str] = (), *, shorten: bool = True) -> Sums:
    """Play films of a seed until so many steps were taken."""
    stage, sums = Stage(folder, ignored), Sums()
    for number in count(seed * WORLDS_APART):
        if sums.steps >= steps:
            return sums
        script: Script = draw(number)
        result = stage.play(script)
        sums.add(result)
        if result.rule is not None:
            if shorten and len(sums.broken) < SHORTENED_AT_MOST:
                script = stage.shortened(script, result)
                result = stage.play(script)
            sums.broken.append(Broken(number, result, script))
    return sums


def replay(world: int, folder: Path, ignored: Collection[str] = ()) -> Broken | None:
    """Play one film again; when it fails, with the shortest script that does."""
    stage, script = Stage(folder, ignored), draw(world)
    result = stage.play(script)
    if result.rule is None:
        return None
    short = stage.shortened(script, result)
    return Broken(world, stage.play(short), short)
