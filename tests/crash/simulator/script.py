"""What a world is made of, as data: a script that the seed writes, and that can be read, replayed and shortened."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crash.simulator.course import Strike
from crash.simulator.network import Trouble
from crash.simulator.service import Manners
from crash.simulator.specs import Shot

PLACES = ("A", "B")
NAMES = "ABCDEFGH"  # of checkouts, where there are more


@dataclass(frozen=True)
class Step:
    """One act of one actor.

    Args:
        act: its name, a key of `Actors.acts`.
        place: in which checkout.
        n: which of the things that there are (shots, takes, branches); taken modulo their number.
        words: options of a command, or the kind of an edit.
        strikes: what happens at points of the command.
        troubles: what happens to its exchanges with the service.
        meanwhile: what another actor does at the points that `strikes` name for it.
    """

    act: str
    place: int = 0
    n: int = 0
    words: tuple[str, ...] = ()
    strikes: tuple[Strike, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    meanwhile: "Step | None" = None

    def __str__(self) -> str:
        words = " ".join((f"{NAMES[self.place]}: {self.act}", *self.words)) + (f" (n={self.n})" if self.n else "")
        happens = [f"[{item}]" for item in (*self.troubles, *self.strikes)]
        inner = [f"[meanwhile: {self.meanwhile}]"] if self.meanwhile else []
        return " ".join([words, *happens, *inner])

    def simpler(self) -> list["Step"]:
        """The same step with less of what happens to it."""
        less = [replace(self, troubles=_without(self.troubles, i)) for i in range(len(self.troubles))]
        less += [replace(self, strikes=_without(self.strikes, i)) for i in range(len(self.strikes))]
        if self.meanwhile:
            less.append(replace(self, meanwhile=None))
            less += [replace(self, meanwhile=inner) for inner in self.meanwhile.simpler()]
        return less + ([replace(self, n=0)] if self.n else [])


def _without(items: tuple, index: int) -> tuple:  # type: ignore[type-arg]  # of strikes or of troubles
    return items[:index] + items[index + 1 :]


@dataclass(frozen=True)
class Setting:
    """What `ltxspec.toml` says."""

    per_spec: str | None = None
    parallelism: int = 4
    shares: bool = False  # a store

    @property
    def text(self) -> str:
        """The file."""
        budget = f'[budget]\nper_spec = "{self.per_spec}"\n' if self.per_spec else ""
        provider = f'[provider]\nname = "runware"\nparallelism = {self.parallelism}\n'
        store = '[store]\nurl = "memory://films"\n' if self.shares else ""
        looks = "poll_interval = 5.0\npoll_max = 60.0\ntask_timeout = 600\n"
        return f'[project]\nid = "crash-tests"\n{provider}[runware]\n{looks}{budget}{store}'


@dataclass(frozen=True)
class Script:
    """One world from its beginning to its end."""

    seed: int
    shots: tuple[Shot, ...]
    setting: Setting = field(default_factory=Setting)
    manners: Manners = field(default_factory=Manners)
    steps: tuple[Step, ...] = ()

    def __str__(self) -> str:
        head = [f"seed {self.seed}", f"config: {self.setting}", f"provider: {self.manners}", "spec:"]
        return "\n".join([*head, *(shot.line.rstrip() for shot in self.shots), *map(str, self.steps)])

    @property
    def size(self) -> int:
        """How many acts."""
        return len(self.steps) + sum(1 for step in self.steps if step.meanwhile)


def with_steps(script: Script, steps: Sequence[Step]) -> Script:
    """The same world with other steps."""
    return replace(script, steps=tuple(steps))
