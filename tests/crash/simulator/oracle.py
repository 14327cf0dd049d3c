"""The promises, checked after every step against what is on disk, in git and at the service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crash.bench import SPEC
from crash.simulator.account import Account, where
from crash.simulator.checkout import Checkout, bytes_of
from crash.simulator.script import Step
from crash.simulator.specs import wishes
from crash.simulator.world import Run, World

Json = Any
COMMANDS = frozenset((
    "apply", "apply after a wait", "collect", "gc", "archive pull", "plan", "pick", "import", "lock mv",
))  # fmt: skip
FORGETS = frozenset(("lock rm", "fresh clone", "remove local"))  # steps in which a user gives something up on purpose


@dataclass(frozen=True)
class Seen:
    """What there is in one checkout at one time."""

    recorded: frozenset[str]
    archived: frozenset[str]
    arrived: str


class Oracle:
    """Watches a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = Account(world)
        self.given_up: set[str] = set()  # tasks whose every record a user removed
        self.picks: dict[tuple[str, str], str] = {}  # (checkout, task's shot) -> task picked
        self._before: dict[str, Seen] = {}
        self._canary = self._canaries()
        world.before_order = self.account.before_order
        world.after_order = self.account.after_order
        world.after_run = self.after_run
        self.look()

    def look(self) -> None:
        """Remember what there is: the next check compares with it."""
        self._before = {place.name: self._seen(place) for place in self.world.places}

    @staticmethod
    def _seen(place: Checkout) -> Seen:
        return Seen(place.recorded, place.archived, place.arrived)

    def _canaries(self) -> Mapping[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted(self.world.canary.iterdir()) if path.is_file()}

    # --- after every command ----------------------------------------------------------------------

    def after_run(self, run: Run) -> None:
        """What holds when a command has ended, or was killed."""
        if run.endless:
            self.world.judge("ends", f"`{' '.join(run.arguments)}` never ends")
        if run.bug:
            self.world.judge("no bug", f"`{' '.join(run.arguments)}` ended with exit 70:\n{run.bug}")
        self.account.after_run(run)
        self._check_lockfile(run)
        if run.undisturbed and not run.course.strikes and not run.free:  # time that another actor takes may end a look
            self._check_shown(run)
        if "pick" not in run.arguments:
            self._check_picks(run)

    def _check_lockfile(self, run: Run) -> None:
        """No command but `lock rm` takes a task out of the lockfiles of its checkout."""
        place = run.place
        if run.arguments[:2] != ("lock", "rm"):
            gone = self._before[place.name].recorded - place.recorded
            if gone:
                self.world.judge("recorded", f"`{' '.join(run.arguments)}` took {sorted(gone)} out of a lockfile")
        self._check_takes(place)

    def _check_takes(self, place: Checkout) -> None:
        """Takes stand in the order in which they were bought."""
        for record in place.lock["shots"].values():
            tasks = [take["taskUUID"] for take in record["takes"] if take["submittedAt"]]  # imported ones have no time
            for name, earlier, later in self.account.order if len(tasks) > 1 else ():
                both = name == where(place) and earlier in tasks and later in tasks
                if both and tasks.index(earlier) > tasks.index(later):
                    self.world.judge("order of takes", f"{later} was bought after {earlier} and stands before it")

    def _check_shown(self, run: Run) -> None:
        """Every result that a reply showed is written down."""
        text = run.place.lock_bytes + bytes_of(run.place.root / f".ltxspec/journal/{SPEC}.jsonl")
        known = run.place.recorded | run.place.journalled  # not what a first look found before anything was begun
        for video, task in run.shown.items():
            if video.encode() not in text and task in known:
                self.world.judge("results", f"the video {video} of {task} was shown and is written down nowhere")

    def _check_picks(self, run: Run) -> None:
        """A take that somebody picked stays current for as long as its request is wanted."""
        for (name, wish), task in list(self.picks.items()):
            if name != run.place.name or run.code != 0 or "apply" not in run.arguments or run.free:
                continue
            for key, record in run.place.lock["shots"].items():
                takes = {take["taskUUID"] for take in record["takes"]}
                wanted = wishes(run.place.text).get(key)
                if task in takes and str(wanted) == wish and record["current"] != task:
                    self.world.judge("picks", f"{task} was picked for `{key}`, and {record['current']} is current")

    # --- after every step -------------------------------------------------------------------------

    def check(self, step: Step) -> None:
        """What holds between steps."""
        if step.act == "lock rm":
            for place in self.world.places:
                self.account.forgotten |= self._before[place.name].recorded - place.recorded
        forgetting = step.act in FORGETS
        self._check_outside()
        self._check_reachable(forgetting=forgetting)
        for place in self.world.places:
            self._check_archive(place, forgetting=forgetting or step.act not in COMMANDS)
        self.look()

    def _check_outside(self) -> None:
        if self._canaries() != self._canary:
            self._canary = self._canaries()
            self.world.judge("outside", "a file outside of the project was changed or removed")
        for place in self.world.places:
            for path, content in list(place.own_files.items()):
                if bytes_of(path) != content:
                    del place.own_files[path]
                    self.world.judge("own files", f"a user's own file `{path.name}` was changed or removed")

    def _check_reachable(self, *, forgetting: bool) -> None:
        """Every paid task is named somewhere, or can be derived from a spec."""
        names = (place.recorded | (place.ordered if forgetting else place.journalled) for place in self.world.places)
        named = frozenset().union(*names)
        missing = set(self.account.bought) - named - self.given_up - self.account.forgotten
        if not missing:
            return
        if forgetting:
            self.given_up |= missing  # an edit of the spec may now lose the way to what only derived ids lead to
        kept = b"".join(data for place in self.world.places for data in place.kept_in_git())
        missing = {task for task in missing if task.encode() not in kept and not self._derivable(task)}
        if missing and not forgetting:
            self.world.judge("reachable", f"no lockfile, journal or spec leads to {sorted(missing)}")
        self.given_up |= missing

    def _derivable(self, task: str) -> bool:
        bought = self.account.bought[task]
        return any(wishes(place.text).get(bought.key) == bought.wish for place in self.world.places)

    def _check_archive(self, place: Checkout, *, forgetting: bool) -> None:
        before = self._before[place.name]
        gone = before.archived - place.archived
        if not gone or forgetting:
            return
        named = b"".join([place.lock_bytes, *(data for data in place.kept_in_git())]).decode() + before.arrived
        lost = {sha for sha in gone if sha in named}
        if lost:
            self.world.judge("archive", f"{len(lost)} archived videos are gone that a lockfile or a download names")
