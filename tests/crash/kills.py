"""The real command, killed with SIGKILL, and run again where it was or from a fresh `git clone`."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from crash.bench import without_times
from crash.campaign import RECOVERIES, Figures, Recovery, Verdict
from crash.commands import MOMENTS, Blow, Project, Service

SHOTS = 3
NEVER = Blow()


@dataclass(frozen=True)
class Kill:
    """When the process is killed, and how the work is taken up again."""

    recovery: Recovery
    call: int = 0  # number of the system call's point; 0: at a request
    blow: Blow = NEVER

    @property
    def kind(self) -> str:
        """In the words of the figures."""
        return "system call: amid" if self.call else f"request: {self.blow.moment}"


@dataclass(frozen=True)
class Whole:
    """An uninterrupted run: what it leaves, and how many points it passes."""

    lockfile: bytes
    calls: int
    requests: int


def uninterrupted(service: Service, folder: Path) -> Whole:
    """Run the command once, to its end."""
    service.renew()
    project = Project(folder / "whole", service).write()
    done = project.apply(count=folder / "count")
    if done.code != 0:
        raise AssertionError(done.err)
    return Whole(without_times(project.lockfile()), int((folder / "count").read_text()), service.requests)


def draw_kills(count: int, seed: int, whole: Whole) -> Iterator[Kill]:
    """Kills at random points."""
    rng = random.Random(f"kills {seed}")
    for _ in range(count):
        recovery = rng.choice(RECOVERIES)
        if rng.random() < 0.5:
            yield Kill(recovery, call=rng.randint(1, whole.calls))
        else:
            yield Kill(recovery, blow=Blow(rng.randint(1, whole.requests), rng.choice(MOMENTS)))


def live_through_kill(kill: Kill, service: Service, folder: Path, whole: Whole) -> Verdict:
    """Kill one apply, and go on."""
    service.renew()
    project = Project(folder / "a", service).write()
    service.blow = kill.blow
    killed = project.apply(crash_at=kill.call)
    service.blow = Blow()
    verdict = Verdict([kill.kind if killed.code < 0 else "not hit"])
    if kill.recovery != "kept":
        if kill.recovery == "clone":
            project.commit()
        project = project.clone(folder / "b")
    again = project.apply()
    verdict.reruns = 1
    charges = service.charges()
    verdict.doubles = sum(charges.values()) - len(charges)
    if again.code != 0:
        verdict.repairs.append(f"exit {again.code}: {again.err[-500:]}")
    elif without_times(project.lockfile()) != whole.lockfile:
        verdict.losses.append("the lockfile is not the one of an uninterrupted run")
    if len(charges) != SHOTS:
        verdict.losses.append(f"{len(charges)} tasks were paid for {SHOTS} shots")
    return verdict


def kill_campaign(count: int, seed: int, service: Service, folder: Path) -> Figures:
    """Many kills."""
    whole, figures = uninterrupted(service, folder), Figures()
    for number, kill in enumerate(draw_kills(count, seed, whole)):
        place = folder / f"kill-{number}"
        figures.note(f"{kill}", live_through_kill(kill, service, place, whole))
        shutil.rmtree(place)
    return figures
