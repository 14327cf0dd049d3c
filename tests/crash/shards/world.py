"""One world of shards: a repository, and machines that apply one commit of it together, each in a clone of its own."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from crash.graphs.checkout import GraphCheckout
from crash.graphs.world import GraphScript, GraphWorld
from crash.simulator.checkout import Templates
from crash.simulator.script import NAMES

LOCAL = shutil.ignore_patterns(".ltxspec", "renders")  # what no clone has


@dataclass(frozen=True)
class ShardScript(GraphScript):
    """One world of shards from its beginning to its end."""

    count: int = 2  # shards


class ShardWorld(GraphWorld):
    """Everything that one script plays in: the main checkout, a machine for each shard, and one more."""

    def __init__(self, script: ShardScript, folder: Path, templates: Templates) -> None:
        super().__init__(script, folder, templates)
        self.count = script.count
        self.left = folder / "left"
        self._commit = folder / "commit"

    @property
    def here(self) -> GraphCheckout:
        """Where the command at work runs."""
        place = self.runs[-1].place if self.runs else self.place
        return place if isinstance(place, GraphCheckout) else self.place

    @property
    def machines(self) -> list[GraphCheckout]:
        """Clones of one commit, made when the first one is needed: of each shard, and one that repeats a shard."""
        if not self._commit.exists():
            self.place.git("add", "--all")
            self.place.git("commit", "--quiet", "--message", "state")
            shutil.copytree(self.place.root, self._commit, symlinks=True, ignore=LOCAL)
            self._clones = [self._clone(number) for number in range(1, self.count + 2)]
            self.places = [self.place, *self._clones]
        return self._clones

    def _clone(self, number: int) -> GraphCheckout:
        clone = GraphCheckout(NAMES[number], self.folder / NAMES[number])
        shutil.rmtree(clone.root, ignore_errors=True)
        shutil.copytree(self._commit, clone.root, symlinks=True)
        return clone

    def renew(self, number: int) -> None:
        """A machine, counted from 1, is gone with all that it had; a job on a new one begins from the same commit."""
        if all(run.place is not self.machines[number - 1] for run in self.runs):
            self._clone(number)

    def leave(self, clone: GraphCheckout) -> None:
        """Keep the artifact of a machine: its lockfiles and its journals, as `ci/leave.sh` does."""
        for part in ("lockfiles", ".ltxspec/journal"):
            if (clone.root / part).is_dir():
                shutil.copytree(clone.root / part, self.left / clone.name / part, dirs_exist_ok=True)

    @property
    def artifacts(self) -> list[GraphCheckout]:
        """Folders of machines that left something, by name."""
        found = sorted(path for path in self.left.glob("*") if any(path.rglob("*.json*")))
        return [GraphCheckout(path.name, path) for path in found]
