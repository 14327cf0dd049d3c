"""One seed writes one script of shards."""

import random
from collections.abc import Mapping
from dataclasses import replace

from crash.graphs.films import LISTED, Film, Link, Node
from crash.shards.world import ShardScript
from crash.simulator.course import Strike
from crash.simulator.draw import one_of, some_manners, some_strike, some_trouble
from crash.simulator.network import Trouble
from crash.simulator.script import Setting, Step
from crash.simulator.service import Manners
from crash.simulator.shared import hiding

FILMS: tuple[Film, ...] = (
    (
        Node("day", "alley", "An alley"),
        Node("day", "street", "A street", (Link("day.alley"),)),
        Node("day", "pier", "A pier", results=2),
        Node("night", "boat", "A boat"),
        Node("night", "harbour", "A harbour"),
    ),
    (
        Node("day", "alley", "An alley"),
        Node("night", "street", "A street at night", (Link("day.alley"),)),
        Node("day", "door", "A door", (Link("night.street", "first"),)),
        Node("night", "boat", "A boat"),
        Node("day", "pier", "A pier"),
    ),
    (
        Node("night", "walk", "A walk", rows=("one", "two")),
        Node("day", "home", "At home", (Link("night.walk[two]"),)),
        Node("day", "rain", "Rain"),
        Node("night", "fog", "Fog"),
    ),
    tuple(Node("day", f"s{number}", f"Scene {number} of many") for number in range(6)),
)
STEPS: Mapping[str, int] = {
    "shard": 40, "collect": 6, "leave": 8, "join": 8, "renew": 6, "force release": 6, "wait": 8, "set clock": 3,
    "plan": 1,
}  # fmt: skip
INNER: Mapping[str, int] = {"shard": 12, "collect": 2, "join": 2, "force release": 3, "set clock": 1}
EDITS = ("change", "rename", "take back", "frame", "results")
STRUCK = frozenset(("shard", "collect", "join"))
ASKING = frozenset(("shard", "collect"))
LENGTH = 12  # steps


def draw(seed: int, length: int = LENGTH) -> ShardScript:
    """The script of a seed."""
    rng = random.Random(f"shards {seed}")
    wild, film, count = rng.random() < 0.6, rng.choice(FILMS), rng.choice((2, 2, 3, 4))
    prices = {spec: LISTED * sum(one.results * len(one.addresses) for one in film if one.spec == spec)
              for spec in ("day", "night")}  # fmt: skip
    per_spec = max(prices.values()) + rng.choice((LISTED, 2 * LISTED)) if rng.random() < 0.3 else None
    setting = Setting(str(per_spec) if per_spec else None, rng.choice((1, 2, 4)), shares=rng.random() < 0.6)
    steps = _before(rng)
    total = sum(prices.values()) + rng.choice((0, 0, 1)) * LISTED
    for number in rng.sample(range(count), count):
        steps.append(_step(rng, count, "shard", str(total), place=number + 1, n=number, troubled=wild))
    while len(steps) < length:
        steps.append(_step(rng, count, one_of(rng, STEPS), str(total), troubled=rng.random() < (0.5 if wild else 0.2)))
    return ShardScript(seed, (), setting, _manners(rng, wild=wild, shares=setting.shares), tuple(steps), film, count)


def _manners(rng: random.Random, *, wild: bool, shares: bool) -> Manners:
    """Without a store only a service that refuses used ids charges once: two machines may ask at the same moment."""
    if shares and rng.random() < 0.5:
        return hiding(rng)
    if not wild:
        return Manners(speed=rng.choice((4.0, 1000.0)))
    drawn = some_manners(rng)
    behaviour = drawn.behaviour if shares else replace(drawn.behaviour, conflict="forever")
    return replace(drawn, behaviour=behaviour, remembers=float("inf"), incomplete="")


def _before(rng: random.Random) -> list[Step]:
    """What was rendered and changed before the film is divided."""
    if rng.random() < 0.5:
        return []
    edits = [Step("edit", n=rng.randrange(40), words=(rng.choice(EDITS),)) for _ in range(rng.choice((0, 1, 2)))]
    return [Step("apply", n=rng.randrange(12), words=("--auto-approve",)), *edits]


def _step(
    rng: random.Random, count: int, act: str, total: str, *, troubled: bool, place: int | None = None, n: int = 0
) -> Step:
    if place is None:
        place, n = _where(rng, count)
    words = _words(rng, total) if act == "shard" else ()
    inner = None
    if act in STRUCK and rng.random() < 0.3:
        at, of = _where(rng, count)
        kind = one_of(rng, INNER)
        inner = Step(kind, at, of, _words(rng, total) if kind == "shard" else ())
    strikes = [Strike(_point(rng, act), "meanwhile")] if inner else []
    if troubled and act in STRUCK and rng.random() < 0.5:
        strikes.append(replace(some_strike(rng, act), at=_point(rng, act)))
    troubles = _troubles(rng) if troubled and act in ASKING else ()
    return Step(act, place, n, words, tuple(strikes), troubles, inner)


def _where(rng: random.Random, count: int) -> tuple[int, int]:
    """A machine, and mostly its own shard; the last machine repeats any of them, as a job that is run again does."""
    place = rng.randint(1, count + 1)
    return place, place - 1 if place <= count and rng.random() < 0.9 else rng.randrange(2 * count)


def _troubles(rng: random.Random) -> tuple[Trouble, ...]:
    found = [some_trouble(rng)] if rng.random() < 0.6 else []
    if rng.random() < 0.2:
        found.append(Trouble("order", "killed", rng.randint(1, 3)))
    if rng.random() < 0.15:
        found.append(Trouble("store", rng.choice(("lost", "reply lost")), rng.randint(1, 12), rng.choice((1, 1, 50))))
    return tuple(found)


def _point(rng: random.Random, act: str) -> int:
    return rng.randint(1, {"shard": 200, "join": 40}.get(act, 60))


def _words(rng: random.Random, total: str) -> tuple[str, ...]:
    chance = rng.random()
    if chance < 0.04:
        return ()
    return ("--auto-approve", "--max-cost", total) if chance < 0.3 else ("--auto-approve",)
