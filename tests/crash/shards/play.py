"""Plays worlds of shards."""

from collections.abc import Collection
from contextlib import nullcontext
from pathlib import Path

from crash.shards.acts import Actors
from crash.shards.calm import settle
from crash.shards.draw import draw
from crash.shards.world import ShardScript, ShardWorld
from crash.simulator.checkout import Templates
from crash.simulator.play import Game, Result, performed
from crash.simulator.script import Script
from crash.simulator.seams import in_the_world_of
from crash.simulator.shared import sharing_a_store


def play(script: Script, folder: Path, templates: Templates, ignored: Collection[str] = ()) -> Result:
    """Play one script to its end, or to the first broken promise that is not ignored."""
    if not isinstance(script, ShardScript):
        raise TypeError("a script without shards")
    world = ShardWorld(script, folder, templates)
    world.ignored = frozenset(ignored)
    with in_the_world_of(world), sharing_a_store(world) if script.setting.shares else nullcontext():
        actors = Actors(world)
        return performed(script, world, actors, lambda: settle(world, actors))


SHARDS = Game(draw, play)
