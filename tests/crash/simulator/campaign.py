"""Many worlds, one after the other, and what became of them."""

import shutil
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from crash.simulator.checkout import Templates
from crash.simulator.play import Game, Result
from crash.simulator.script import Script
from crash.simulator.shrink import shortened

WORLDS_APART = 1_000_000  # numbers of worlds that belong to one seed
SHORTENED_AT_MOST = 5  # failing worlds whose scripts are made short


@dataclass
class Broken:
    """A world in which a promise was broken."""

    world: int
    result: Result
    script: Script

    def __str__(self) -> str:
        steps = "\n".join(f"      {line}" for line in str(self.script).splitlines())
        return f"world {self.world}: {self.result.text}\n    at {self.result.at}\n{steps}"


@dataclass
class Sums:
    """Over many worlds."""

    worlds: int = 0
    steps: int = 0
    commands: int = 0
    charges: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    broken: list[Broken] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Count one world."""
        self.worlds += 1
        self.steps += result.steps
        self.commands += result.commands
        self.charges += result.charges
        self.struck.update(struck.partition(" ")[0] for struck in result.struck)


class Stage:
    """A folder in which worlds of one kind are played one after the other."""

    def __init__(self, game: Game, folder: Path, ignored: Collection[str] = ()) -> None:
        self._game = game
        self._folder = folder
        self._templates = Templates(folder)
        self._ignored = ignored
        self._numbers = count()

    def draw(self, seed: int) -> Script:
        """The script of a seed."""
        return self._game.draw(seed)

    def play(self, script: Script) -> Result:
        """Play one script in a fresh folder."""
        place = self._folder / f"world-{next(self._numbers)}"
        try:
            return self._game.play(script, place, self._templates, self._ignored)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def shortened(self, script: Script, result: Result) -> Script:
        """The shortest script found that breaks the same promise."""
        return shortened(script, lambda one: self.play(one).rule == result.rule)


def simulate(stage: Stage, steps: int, seed: int, *, shorten: bool = True) -> Sums:
    """Play worlds of a seed until so many steps were taken."""
    sums = Sums()
    for number in count(seed * WORLDS_APART):
        if sums.steps >= steps:
            return sums
        script = stage.draw(number)
        result = stage.play(script)
        sums.add(result)
        if result.rule is not None:
            if shorten and len(sums.broken) < SHORTENED_AT_MOST:
                script = stage.shortened(script, result)
                result = stage.play(script)
            sums.broken.append(Broken(number, result, script))
    return sums


def replay(world: int, stage: Stage) -> Broken | None:
    """Play one world again; when it fails, with the shortest script that does."""
    script = stage.draw(world)
    result = stage.play(script)
    if result.rule is None:
        return None
    script = stage.shortened(script, result)
    return Broken(world, stage.play(script), script)
