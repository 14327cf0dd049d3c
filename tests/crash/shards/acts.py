"""What machines, CI services and people do in a world of shards, and what is checked after each step."""

from collections.abc import Callable, Mapping
from pathlib import Path

from crash.graphs.checkout import GraphCheckout
from crash.graphs.films import SPECS, wishes, written
from crash.shards.money import ShardAccount
from crash.shards.world import ShardWorld
from crash.simulator.script import Step
from crash.simulator.users import JUMPS, SECONDS
from crash.simulator.world import Run


class Actors:
    """Lets steps happen in a world, and has each one judged."""

    def __init__(self, world: ShardWorld) -> None:
        self.world = world
        self.account = ShardAccount(world)
        self.steps = 0
        self._recorded: dict[str, frozenset[str]] = {}
        self._archived: dict[str, frozenset[str]] = {}
        self.acts: Mapping[str, Callable[[Step], object]] = {
            "apply": self.apply, "edit": self.edit, "shard": self.shard, "plan": self.plan, "collect": self.collect,
            "leave": self.leave, "join": self.join, "renew": self.renew, "force release": self.force_release,
            "wait": self.wait, "set clock": self.set_clock,
        }  # fmt: skip
        world.act = self.take
        world.after_run = self.after_run

    def take(self, step: Step) -> None:
        """Let one step happen. Raises Violation."""
        self.steps += 1
        self.acts[step.act](step)
        self.check()

    def run(self, *arguments: str, step: Step | None = None, at: GraphCheckout | None = None) -> Run:
        """One command, in the main checkout unless another one is named."""
        return self.world.command(at or self.world.place, *arguments, step=step)

    def _machine(self, step: Step) -> GraphCheckout:
        return self.world.machines[(step.place - 1) % (self.world.count + 1)]

    # --- before there are shards --------------------------------------------------------------------

    def apply(self, step: Step) -> None:
        """The main checkout has rendered one shot, and what it follows from, before it is divided."""
        known = sorted(wishes(self.world.place.text))
        if len(self.world.places) == 1:
            self.run("apply", "--target", known[step.n % len(known)], *step.words, step=step)

    def edit(self, step: Step) -> None:
        """Somebody changes the film before it is divided: all shards are of one commit."""
        if len(self.world.places) == 1:
            self.world.desk.edit(step.words[0], step.n)
            self.world.place.write(written(self.world.desk.film))

    # --- shards -------------------------------------------------------------------------------------

    def shard(self, step: Step) -> None:
        """A machine applies its shard, or repeats another one's."""
        self.run("apply", "--shard", self._shard(step), *step.words, step=step, at=self._machine(step))

    def plan(self, step: Step) -> None:
        """A machine looks."""
        self.run("plan", "--shard", self._shard(step), step=step, at=self._machine(step))

    def _shard(self, step: Step) -> str:
        return f"{step.n % self.world.count + 1}/{self.world.count}"

    def collect(self, step: Step) -> None:
        """A machine fetches what it has ordered; 0 is the main checkout."""
        self.run("collect", step=step, at=self._machine(step) if step.place else None)

    def leave(self, step: Step) -> None:
        """A job keeps its artifact, in the place of that of an earlier job."""
        self.keep(self._machine(step))

    def keep(self, clone: GraphCheckout) -> None:
        """Keep what a machine has; what only the artifact before it had is given up."""
        self.world.leave(clone)
        self.account.given_up |= set(self.account.bought) - self.named()

    def renew(self, step: Step) -> None:
        """A job runs on a new machine from now on."""
        name = self._machine(step).name
        self.world.renew((step.place - 1) % (self.world.count + 1) + 1)
        if not (self._machine(step).root / ".ltxspec").exists():
            self._recorded.pop(name, None)
            self._archived.pop(name, None)
        self.account.given_up |= set(self.account.bought) - self.named()

    def join(self, step: Step) -> None:
        """The main checkout joins every artifact that there is."""
        folders = self.world.artifacts
        if not folders:
            return
        run = self.run("lock", "join", *(f"../left/{one.name}" for one in folders), step=step)
        if not run.undisturbed:
            return
        if run.code != 0:
            self.world.judge("joins", f"`lock join` ended with exit {run.code}: {run.said.err[-600:]}")
        place = self.world.place
        recorded = frozenset().union(*(one.recorded for one in folders)) - place.recorded
        in_progress = frozenset().union(*(one.ordered for one in folders)) - place.recorded - place.journalled
        if recorded or in_progress:
            self.world.judge("joins", f"after a join {sorted(recorded | in_progress)} are missing")

    def force_release(self, step: Step) -> None:
        """Somebody takes a lease away, perhaps from a machine that is at work."""
        spec = SPECS[step.n // self.world.count % 2]
        self.run("lock", "force-release", spec, "--shard", self._shard(step), "--yes", at=self._machine(step))

    def wait(self, step: Step) -> None:
        """Nobody does anything."""
        self.world.clock.pass_seconds(SECONDS[step.n % len(SECONDS)])

    def set_clock(self, step: Step) -> None:
        """The clock of all machines is set forwards or back."""
        self.world.clock.jump(JUMPS[step.n % len(JUMPS)])

    # --- the promises -------------------------------------------------------------------------------

    def after_run(self, run: Run) -> None:
        """What holds when a command has ended, or was killed."""
        said = " ".join(run.arguments)
        if run.endless:
            self.world.judge("ends", f"`{said}` never ends")
        if run.bug:
            self.world.judge("no bug", f"`{said}` ended with exit 70:\n{run.bug}")
        if gone := self._recorded.get(run.place.name, frozenset()) - run.place.recorded:
            self.world.judge("recorded", f"`{said}` took {sorted(gone)} out of the lockfiles of {run.place.name}")

    def named(self) -> frozenset[str]:
        """Tasks that any machine or artifact knows."""
        places = [*self.world.places, *self.world.artifacts]
        return frozenset().union(*(place.recorded | place.journalled for place in places))

    def check(self) -> None:
        """What holds between steps: every paid task is named, and every named video is kept."""
        if missing := set(self.account.bought) - self.named() - self.account.given_up:
            self.world.judge("reachable", f"no lockfile and no journal leads to {sorted(missing)}")
        for place in self.world.places:
            gone = self._archived.get(place.name, frozenset()) - place.archived
            if lost := {video for video in gone if video.encode() in locks_of(place.root)}:
                self.world.judge("archive", f"{sorted(lost)} are gone from the archive, and a lockfile names them")
            self._recorded[place.name], self._archived[place.name] = place.recorded, place.archived


def locks_of(root: Path) -> bytes:
    """All lockfiles of a checkout or an artifact as they stand."""
    return b"".join(path.read_bytes() for path in sorted(root.glob("lockfiles/*.lock.json")))
