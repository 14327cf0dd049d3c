"""Every actor by name: the commands of ltxspec, and what goes on around them."""

from collections.abc import Callable, Mapping

from crash.bench import SPEC
from crash.simulator.checkout import Checkout
from crash.simulator.oracle import Oracle
from crash.simulator.script import Step
from crash.simulator.specs import Wish, wishes
from crash.simulator.users import Holder, Users
from crash.simulator.world import Run, World

FORGET_PICKS = frozenset(("pull", "switch", "merge", "unstash", "stash", "bring", "lock rm", "fresh clone", "lock mv"))


class Actors:
    """Lets steps happen in a world, and has each one judged."""

    def __init__(self, world: World, oracle: Oracle) -> None:
        self.world = world
        self.oracle = oracle
        self.steps = 0
        self.users = Users(world)
        own: Mapping[str, Callable[[Checkout, Step], object]] = {
            "apply": self.apply, "apply after a wait": self.apply_after_a_wait, "collect": self.plain("collect"),
            "gc": self.plain("archive", "gc"), "archive pull": self.plain("archive", "pull"),
            "plan": self.plain("plan"), "pick": self.pick, "import": self.import_, "lock mv": self.move,
            "lock rm": self.forget, "force release": self.plain("lock", "force-release", SPEC, "--yes"),
        }  # fmt: skip
        self.acts = {**own, **self.users.acts()}
        world.act = self.take

    def take(self, step: Step) -> None:
        """Let one step happen. Raises Violation."""
        self.steps += 1
        place = self.world.places[step.place]
        self.acts[step.act](place, step)
        if step.act in FORGET_PICKS:
            self.oracle.picks = {key: task for key, task in self.oracle.picks.items() if key[0] != place.name}
        self.oracle.check(step)

    def plain(self, *arguments: str) -> Callable[[Checkout, Step], Run]:
        """A command as it is."""
        return lambda place, step: self.world.command(place, *arguments, *step.words, step=step)

    def apply(self, place: Checkout, step: Step) -> Run:
        """`apply`, perhaps of a shot once more."""
        return self.world.command(place, *self._arguments(place, step), step=step)

    def _arguments(self, place: Checkout, step: Step) -> list[str]:
        arguments = ["apply", *(word for word in step.words if word not in ("--retake", "--retry"))]
        wanted = wishes(place.text)
        for option in ("--retake", "--retry"):
            if option in step.words and wanted:
                key = sorted(wanted)[step.n % len(wanted)]
                arguments += [option, f"{SPEC}.{key}"]
                if option == "--retake":
                    self.oracle.account.retakes[key, wanted[key]] += 1
                    self.oracle.picks.pop((place.name, str(wanted[key])), None)
        return arguments

    def apply_after_a_wait(self, place: Checkout, step: Step) -> Run:
        """`apply` that waits for another process, while somebody does something else."""
        holder = Holder(place)

        def then() -> None:
            holder.release()
            if step.meanwhile is not None:
                self.take(step.meanwhile)

        arguments = ["apply", *step.words, "--lock-timeout", "100"]
        try:
            return self.world.command(place, *arguments, step=Step(step.act, troubles=step.troubles), waiting=then)
        finally:
            holder.release()

    def pick(self, place: Checkout, step: Step) -> None:
        """Choose one of several takes."""
        several = [key for key, record in sorted(place.lock["shots"].items()) if len(record["takes"]) > 1]
        if not several:
            return
        key = several[step.n % len(several)]
        takes = place.lock["shots"][key]["takes"]
        number = step.n // len(several) % len(takes)
        run = self.world.command(place, "pick", f"{SPEC}.{key}", "--take", str(number + 1), step=step)
        if run.code == 0:
            request = takes[number]["request"]
            wish = Wish(request["positivePrompt"], request.get("numberResults", 1))
            self.oracle.picks[place.name, str(wish)] = takes[number]["taskUUID"]

    def import_(self, place: Checkout, step: Step) -> None:
        """Adopt a task that another checkout bought."""
        strange = sorted(set(self.oracle.account.bought) - place.recorded - place.journalled)
        if strange:
            task = strange[step.n % len(strange)]
            key = self.oracle.account.bought[task].key
            run = self.world.command(place, "import", f"{SPEC}.{key}", "--task-uuid", task, step=step)
            if run.code == 0:  # a shot that neither the spec nor the lockfile has is refused
                self.oracle.picks.pop((place.name, str(self.oracle.account.bought[task].wish)), None)  # now it is this

    def move(self, place: Checkout, step: Step) -> None:
        """Rename a shot's record."""
        keys = sorted(place.lock["shots"])
        if keys:
            target = f"moved{step.n % 3}"
            self.world.command(place, "lock", "mv", f"{SPEC}.{keys[step.n % len(keys)]}", f"{SPEC}.{target}", step=step)

    def forget(self, place: Checkout, step: Step) -> None:
        """Forget a shot on purpose."""
        keys = sorted({*place.lock["shots"], *place.lock["retired"]})
        if keys:
            self.world.command(place, "lock", "rm", f"{SPEC}.{keys[step.n % len(keys)]}", "--yes", step=step)
