"""Plays films in fresh worlds."""

from collections.abc import Collection
from pathlib import Path

from crash.graphs.acts import Actors
from crash.graphs.calm import settle
from crash.graphs.draw import draw
from crash.graphs.world import GraphScript, GraphWorld
from crash.simulator.checkout import Templates
from crash.simulator.play import Game, Result, performed
from crash.simulator.script import Script
from crash.simulator.seams import in_the_world_of


def play(script: Script, folder: Path, templates: Templates, ignored: Collection[str] = ()) -> Result:
    """Play one script to its end, or to the first broken promise that is not ignored."""
    if not isinstance(script, GraphScript):
        raise TypeError("a script without a film")
    world = GraphWorld(script, folder, templates)
    world.ignored = frozenset(ignored)
    with in_the_world_of(world):
        actors = Actors(world)
        return performed(script, world, actors, lambda: settle(world, actors))


FILMS = Game(draw, play)
