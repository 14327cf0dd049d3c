"""One simulated world: two checkouts, their origin, a provider; and commands that run in it, one within another."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from crash.death import Crash
from crash.simulator.checkout import Checkout, Templates
from crash.simulator.clock import LONGEST_RUN, Clock, NeverEnds, TrueTime, outside_of_the_loop
from crash.simulator.course import Course
from crash.simulator.disk import Disk
from crash.simulator.network import Trouble, Wire
from crash.simulator.script import PLACES, Script, Step
from crash.simulator.seams import Said, captured
from crash.simulator.service import Manners, Service
from crash.simulator.specs import written

from ltxspec.cli import main
from ltxspec.errors import StorageError

Json = Any
_REPORT = re.compile(r"details for a bug report: (\S+)")


class Violation(BaseException):
    """A promise was broken. No `Exception`, so that nothing in between makes something else of it."""

    def __init__(self, rule: str, text: str) -> None:
        super().__init__(f"{rule}: {text}")
        self.rule = rule


@dataclass
class Run:
    """One command, and what came of it."""

    place: Checkout
    arguments: tuple[str, ...]
    course: Course
    troubles: Sequence[Trouble] = ()
    code: int | None = None  # None: killed, or it would never have ended
    endless: bool = False
    bug: str = ""
    said: Said = field(default_factory=Said)
    texts: list[str] = field(default_factory=list)  # of the spec, that may have been read under the lock
    charged: list[tuple[str, Decimal]] = field(default_factory=list)  # task, listed price
    told: dict[str, Decimal] = field(default_factory=dict)  # task -> cost, as replies told it
    shown: dict[str, str] = field(default_factory=dict)  # video, as its address names it -> task
    began_with: bytes = b""  # the lockfile as it was, empty when there was none
    stored: int = 0  # dealings with the store
    waiting: Callable[[], None] | None = None  # done when the command pauses for the first time

    @property
    def approved(self) -> bool:
        """Whether somebody agreed to spend."""
        return "--auto-approve" in self.arguments

    @property
    def free(self) -> bool:
        """Whether it speaks to the sandbox."""
        return "sandbox" in self.arguments

    @property
    def limit(self) -> Decimal | None:
        """Of `--max-cost`."""
        return Decimal(self._after("--max-cost")[0]) if "--max-cost" in self.arguments else None

    @property
    def retakes(self) -> list[str]:
        """Instance keys that were asked for again."""
        return [word.partition(".")[2] for word in self._after("--retake")]

    @property
    def undisturbed(self) -> bool:
        """Whether it came to its own end on sound disks."""
        return self.code is not None and not any(strike.what != "meanwhile" for strike in self.course.strikes)

    def _after(self, option: str) -> list[str]:
        pairs = zip(self.arguments, self.arguments[1:], strict=False)
        return [value for name, value in pairs if name == option]


class World:
    """Everything that one script plays in."""

    def __init__(self, script: Script, folder: Path, templates: Templates) -> None:
        self.script = script
        self.folder = folder
        templates.copy(folder, written(script.shots), script.setting.text)
        self.clock, self.disk = Clock(), Disk(keeps_synced=True)  # orders go on while others' events are being synced
        self.service = Service(folder / "service", TrueTime(self.clock), script.manners)
        self.free = Service(folder / "sandbox", TrueTime(self.clock), Manners())
        self.places = [Checkout(name, folder / name) for name in PLACES]
        self.canary = folder / "canary"
        self.canary.mkdir()
        for name in ("alley.mp4", "pair.1.mp4", "notes.txt"):
            (self.canary / name).write_text("not ltxspec's")
        self.runs: list[Run] = []
        self.commands = 0
        self.broken: Violation | None = None  # the first promise that was broken in the middle of a command
        self.ignored: frozenset[str] = frozenset()
        self.struck: list[str] = []
        self.before_order: Callable[[Run, Json], None] = lambda *_: None
        self.after_order: Callable[[Run, Json], None] = lambda *_: None
        self.after_run: Callable[[Run], None] = lambda _: None
        self.act: Callable[[Step], None] = lambda _: None

    def close(self) -> None:
        """Free what it took."""
        self.service.store.close()
        self.free.store.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def judge(self, rule: str, text: str) -> None:
        """A promise is broken: the world ends here, whatever runs now; unless that rule is left out."""
        if rule not in self.ignored:
            self.broken = self.broken or Violation(rule, text)
            raise self.broken

    # --- commands ---------------------------------------------------------------------------------

    def command(
        self, place: Checkout, *arguments: str, step: Step | None = None, waiting: Callable[[], None] | None = None
    ) -> Run:
        """Run one command of ltxspec to its end, or to its death."""
        course = Course(step.strikes if step else ())
        run = Run(
            place,
            arguments,
            course,
            step.troubles if step else (),
            texts=[place.text],
            waiting=waiting,
            began_with=place.lock_bytes,
        )
        if step and step.meanwhile is not None:
            inner = step.meanwhile
            course.meanwhile = lambda: self._meanwhile(run, inner)
        course.power_fails = lambda salt: self.disk.power_fails(place.root, salt)
        if not self.runs:
            self.disk.settle([one.root for one in self.places])
            self.clock.deadline = self.clock.elapsed + LONGEST_RUN
        self.runs.append(run)
        self.disk.courses.append(course)
        try:
            self._carry_out(run)
        finally:
            self.runs.remove(run)
            self.disk.courses.remove(course)
            self.clock.deadline = self.clock.deadline if self.runs else float("inf")
        self.commands += 1
        self.struck += course.struck
        if self.broken is not None:
            raise self.broken
        self.after_run(run)
        return run

    def _carry_out(self, run: Run) -> None:
        with outside_of_the_loop(), captured(run.said):
            try:
                run.code = main.run(["-C", str(run.place.root), *run.arguments])
            except Crash:
                run.code = None
            except NeverEnds:
                run.endless = True
        if run.code == main.EXIT_BUG:
            run.bug = _report(run.said.err)

    def _meanwhile(self, run: Run, step: Step) -> None:
        """Another actor acts in the middle of a command; what it saves counts while the lock is not yet used."""
        before = run.place.text
        self.act(step)
        if run.place.text != before and not run.course.busy:
            run.texts.append(run.place.text)

    # --- what commands meet -----------------------------------------------------------------------

    def wire(self, provider: str) -> httpx.AsyncBaseTransport:
        """The way of the command at work to a service."""
        run = self.runs[-1]
        if provider == "sandbox":
            return Wire(self.free, run.course, run.troubles)
        return Wire(
            self.service,
            run.course,
            run.troubles,
            before_order=lambda order: self.before_order(run, order),
            after_order=lambda order: self.after_order(run, order),
            on_reply=lambda body: _note(run, body),
        )

    def at_point(self, label: str) -> None:
        """The command at work passes a point. Raises Crash."""
        self.runs[-1].course.pass_point(label)

    def at_store(self, what: str) -> bool:
        """The command at work deals with the store. Returns whether the reply will be lost.

        Raises:
            Crash: it is dead.
            StorageError: it does not reach it.
        """
        run = self.runs[-1]
        self.at_point(f"store: {what}")
        run.stored += 1
        struck = [one for one in run.troubles if one.exchange == "store" and 0 <= run.stored - one.nth < one.times]
        if any(trouble.kind == "lost" for trouble in struck):
            raise StorageError("the store is away")
        return bool(struck)

    def pause(self, seconds: float) -> None:
        """The command at work waits for a lock."""
        run = self.runs[-1]
        if run.waiting is not None:
            then, run.waiting = run.waiting, None
            then()
            run.texts = [run.place.text]
        self.clock.pass_seconds(seconds)


def _note(run: Run, body: Json) -> None:
    """Remember what a reply told this client: costs and addresses of videos."""
    for item in body.get("data", []):
        if "cost" in item:
            run.told[item["taskUUID"]] = Decimal(str(item["cost"]))
        if item.get("status") == "success" and "videoURL" in item:
            video = item["videoURL"].rpartition("/")[2].partition(".")[0]
            run.shown[video] = item["taskUUID"]


def _report(text: str) -> str:
    """The traceback of a bug."""
    found = _REPORT.search(text)
    if found is None:
        return text
    path = Path(found[1])
    report = path.read_text()
    path.unlink()
    lines = [line for line in report.splitlines() if line.strip()]
    return "\n".join(lines[-7:])
