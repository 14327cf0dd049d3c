"""One seed writes one script of a film."""

import random
from collections.abc import Mapping
from dataclasses import replace

from crash.graphs.edits import WEIGHTS as EDITS
from crash.graphs.films import Film, Link, Node
from crash.graphs.world import GraphScript
from crash.simulator.course import Strike
from crash.simulator.draw import one_of, some_manners, some_strike, some_trouble
from crash.simulator.script import Setting, Step
from crash.simulator.service import Manners

FILMS: tuple[Film, ...] = (
    (
        Node("day", "alley", "An alley", gate=True),
        Node("day", "street", "A street", (Link("day.alley"),)),
        Node("day", "door", "A door", (Link("day.street"),)),
    ),
    (
        Node("day", "alley", "An alley"),
        Node("day", "left", "To the left", (Link("day.alley"),)),
        Node("day", "right", "To the right", (Link("day.alley", "first"),)),
        Node("day", "end", "The end", (Link("day.left"), Link("day.right", "first"))),
    ),
    (
        Node("day", "alley", "An alley", results=2),
        Node("night", "street", "A street at night", (Link("day.alley"),), gate=True),
        Node("day", "door", "A door", (Link("night.street"),)),
    ),
    (
        Node("night", "walk", "A walk", rows=("one", "two", "three")),
        Node("day", "home", "At home", (Link("night.walk[two]"),)),
    ),
)
STEPS: Mapping[str, int] = {
    "apply": 34, "edit": 26, "approve": 14, "reject": 3, "pick": 5, "collect": 4, "gc": 3, "archive pull": 2, "plan": 1,
    "wait": 4, "set clock": 2, "remove local": 1, "lose videos": 2,
}  # fmt: skip
INNER: Mapping[str, int] = {
    "edit": 4,
    "approve": 3,
    "reject": 2,
    "pick": 2,
    "apply": 2,
    "gc": 2,
    "collect": 1,
    "lose videos": 1,
}
STRUCK = frozenset(("apply", "collect", "archive pull", "pick", "gc", "approve"))
ASKING = frozenset(("apply", "collect", "archive pull"))
LENGTH = 24  # steps


def draw(seed: int, length: int = LENGTH) -> GraphScript:
    """The script of a seed."""
    rng = random.Random(f"film {seed}")
    wild = rng.random() < 0.6
    film, setting = rng.choice(FILMS), Setting(None, rng.choice((1, 2, 4)))
    tame = {"remembers": float("inf"), "incomplete": ""}
    manners = replace(some_manners(rng), **tame) if wild else Manners(speed=rng.choice((4.0, 1000.0)))  # type: ignore[arg-type]  # fields of Manners
    steps = [_step(rng, troubled=rng.random() < (0.5 if wild else 0.2)) for _ in range(length)]
    return GraphScript(seed, (), setting, manners, tuple(steps), film)


def _step(rng: random.Random, *, troubled: bool) -> Step:
    act = one_of(rng, STEPS)
    step = Step(act, 0, rng.randrange(60), _words(rng, act))
    inner = _inner(rng) if act in STRUCK and rng.random() < 0.1 else None
    strikes = [Strike(_point(rng, act), "meanwhile")] if inner else []
    if troubled and act in STRUCK and rng.random() < 0.6:
        strikes.append(replace(some_strike(rng, act), at=_point(rng, act)))
    troubles = tuple(some_trouble(rng) for _ in range(rng.choice((1, 1, 2)))) if troubled and act in ASKING else ()
    return replace(step, strikes=tuple(strikes), troubles=troubles, meanwhile=inner)


def _inner(rng: random.Random) -> Step:
    act = one_of(rng, INNER)
    return Step(act, 0, rng.randrange(60), _words(rng, act))


def _point(rng: random.Random, act: str) -> int:
    return rng.randint(1, 300 if act == "apply" else 30)


def _words(rng: random.Random, act: str) -> tuple[str, ...]:
    if act == "edit":
        return (one_of(rng, EDITS),)
    if act != "apply":
        return ()
    chance = rng.random()
    if chance < 0.07:
        return ()
    words: tuple[str, ...] = ("--auto-approve",)
    if chance < 0.2:
        words += ("--max-cost", rng.choice(("0.78", "1.56", "2.40")))
    if 0.15 < chance < 0.5:
        words += (rng.choice(("--retake", "--retake", "--retry", "--exclude", "--target")),)
    return words
