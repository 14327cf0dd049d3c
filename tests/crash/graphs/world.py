"""One world of films: a single checkout with several specs, whose shots follow from each other."""

from dataclasses import dataclass
from pathlib import Path

from crash.graphs.checkout import GraphCheckout
from crash.graphs.edits import Desk
from crash.graphs.films import Film, written
from crash.simulator.checkout import Templates
from crash.simulator.disk import Disk
from crash.simulator.script import Script
from crash.simulator.world import World


@dataclass(frozen=True)
class GraphScript(Script):
    """One world of films from its beginning to its end."""

    film: Film = ()

    def __str__(self) -> str:
        head = [f"seed {self.seed}", f"config: {self.setting}", f"provider: {self.manners}", "film:"]
        return "\n".join([*head, *(f"  {node}" for node in self.film), *map(str, self.steps)])


class GraphWorld(World):
    """Everything that one script plays in."""

    def __init__(self, script: GraphScript, folder: Path, templates: Templates) -> None:
        super().__init__(script, folder, templates)
        self.disk = Disk(keeps_synced=True)
        self.place = GraphCheckout("A", folder / "A")
        self.place.write(written(script.film))
        self.place.git("add", "--all")
        self.place.git("commit", "--quiet", "--message", "film")
        self.places = [self.place]
        self.desk = Desk(script.film)

    @property
    def here(self) -> GraphCheckout:
        """Where the command at work runs."""
        return self.place
