"""What people and commands do in a world of films, and what is checked after each step."""

import shutil
from collections.abc import Callable, Mapping

from crash.graphs.checkout import current
from crash.graphs.films import wishes, written
from crash.graphs.money import Account
from crash.graphs.world import GraphWorld
from crash.simulator.script import Step
from crash.simulator.users import JUMPS, SECONDS
from crash.simulator.world import Run

OF_A_SHOT = ("--retake", "--retry", "--exclude", "--target")


class Actors:
    """Lets steps happen in a world, and has each one judged."""

    def __init__(self, world: GraphWorld) -> None:
        self.world = world
        self.account = Account(world)
        self.steps = 0
        self._recorded: frozenset[str] = frozenset()
        self._archived: frozenset[str] = frozenset()
        self.acts: Mapping[str, Callable[[Step], object]] = {
            "apply": self.apply, "approve": self.approve, "reject": self.approve, "pick": self.pick, "edit": self.edit,
            "collect": lambda step: self.run("collect", step=step),
            "gc": lambda step: self.run("archive", "gc", step=step),
            "archive pull": lambda step: self.run("archive", "pull", step=step),
            "plan": lambda step: self.run("plan", step=step), "wait": self.wait,
            "set clock": self.set_clock, "remove local": self.remove_local, "lose videos": self.lose_videos,
        }  # fmt: skip
        world.act = self.take
        world.after_run = self.after_run

    def take(self, step: Step) -> None:
        """Let one step happen. Raises Violation."""
        self.steps += 1
        self.acts[step.act](step)
        self.check()

    def run(self, *arguments: str, step: Step | None = None) -> Run:
        """One command."""
        return self.world.command(self.world.place, *arguments, step=step)

    def addresses(self) -> list[str]:
        """Of all shots of the specs."""
        return sorted(wishes(self.world.place.text))

    def apply(self, step: Step) -> Run:
        """`apply`, perhaps of a shot once more, or without it."""
        known, arguments = self.addresses(), ["apply"]
        address = known[step.n % len(known)]
        for word in step.words:
            arguments += [word, address] if word in OF_A_SHOT else [word]
        if "--retake" in step.words:
            self.account.retakes[wishes(self.world.place.text)[address].prompt] += 1
        return self.run(*arguments, step=step)

    def approve(self, step: Step) -> None:
        """Decide about the take in use of a shot."""
        taken = [address for address in self.addresses() if address in self.world.place.records]
        if taken:
            self.run(step.act, taken[step.n % len(taken)], step=step)

    def pick(self, step: Step) -> None:
        """Choose one of several takes."""
        records = self.world.place.records
        several = [address for address, record in sorted(records.items()) if len(record["takes"]) > 1]
        if several:
            address = several[step.n % len(several)]
            number = step.n // len(several) % len(records[address]["takes"]) + 1
            self.run("pick", address, "--take", str(number), step=step)

    def edit(self, step: Step) -> None:
        """Change the film."""
        self.world.desk.edit(step.words[0], step.n)
        self.world.place.write(written(self.world.desk.film))

    def wait(self, step: Step) -> None:
        """Nobody does anything."""
        self.world.clock.pass_seconds(SECONDS[step.n % len(SECONDS)])

    def set_clock(self, step: Step) -> None:
        """The machine's clock is set forwards or back."""
        self.world.clock.jump(JUMPS[step.n % len(JUMPS)])

    def remove_local(self, _: Step) -> None:
        """Another machine goes on: it has the specs, the lockfiles and the verdicts, and nothing else."""
        shutil.rmtree(self.world.place.root / ".ltxspec", ignore_errors=True)
        self.account.given_up |= set(self.account.bought) - self.world.place.recorded
        self._archived = frozenset()

    def lose_videos(self, step: Step) -> None:
        """Some files of the archive are gone."""
        for video in sorted(self.world.place.archived)[step.n % 3 :: 2]:
            for path in self.world.place.root.glob(f".ltxspec/archive/*/{video}*"):
                if self.world.runs and path.suffix != ".json":
                    self.account.lost[video] = path.read_bytes()
                path.unlink()
        self._archived = frozenset()

    # --- the promises -----------------------------------------------------------------------------

    def after_run(self, run: Run) -> None:
        """What holds when a command has ended, or was killed."""
        self.account.lost.clear()
        said = " ".join(run.arguments)
        if run.endless:
            self.world.judge("ends", f"`{said}` never ends")
        if run.bug:
            self.world.judge("no bug", f"`{said}` ended with exit 70:\n{run.bug}")
        if gone := self._recorded - self.world.place.recorded:
            self.world.judge("recorded", f"`{said}` took {sorted(gone)} out of the lockfiles")

    def check(self) -> None:
        """What holds between steps: every paid task is named, and every named video is kept."""
        place = self.world.place
        missing = set(self.account.bought) - place.recorded - place.journalled - self.account.given_up
        if missing:
            self.world.judge("reachable", f"no lockfile and no journal leads to {sorted(missing)}")
        lost = {video for video in self._archived - place.archived if video.encode() in place.lock_bytes}
        if lost:
            self.world.judge("archive", f"{sorted(lost)} are gone from the archive, and a lockfile names them")
        self._recorded, self._archived = place.recorded, place.archived

    def waiting(self) -> list[str]:
        """Addresses of gated shots whose current take is not approved yet."""
        place, wanted, found = self.world.place, wishes(self.world.place.text), []
        for address, record in sorted(place.records.items()):
            take = current(record)
            if address in wanted and wanted[address].gate and take and take["status"] == "succeeded":
                found += [address] if place.verdicts.get(take["taskUUID"]) != "approved" else []
        return found
