"""One seed writes one script."""

import errno
import random
from collections.abc import Mapping

from crash.simulator.course import Strike
from crash.simulator.edits import ALL as EDITS
from crash.simulator.habits import habit
from crash.simulator.network import Trouble
from crash.simulator.script import Script, Setting, Step
from crash.simulator.service import Manners
from crash.simulator.specs import Shot

from ltxspec.providers.sandbox.scenario import Behaviour, ScenarioFault

SPECS = (
    (Shot("alley", "An alley"), Shot("pair", "A pair of lanterns", 2)),
    (Shot("alley", "An alley"), Shot("bridge", "A bridge"), Shot("canal", "A canal")),
    (Shot("several", "Several doors", 4), Shot("alley", "An alley")),
)
OUTER: Mapping[str, int] = {
    "apply": 30, "edit": 18, "collect": 5, "gc": 6, "archive pull": 3, "pick": 6, "import": 1, "lock mv": 1,
    "lock rm": 1, "plan": 1, "apply after a wait": 2, "commit": 5, "push": 3, "pull": 4, "switch": 4, "merge": 2,
    "stash": 1, "unstash": 1, "bring": 1, "hide": 1, "show": 1, "fresh clone": 2, "wait": 4, "set clock": 2,
    "remove local": 1, "copy journal": 1, "forge": 1, "own file": 1, "link out": 1,
}  # fmt: skip
INNER: Mapping[str, int] = {
    "gc": 5, "apply": 4, "edit": 4, "bring": 4, "pull": 2, "collect": 2, "pick": 2, "archive pull": 1, "plan": 1,
    "commit": 1, "switch": 2, "set clock": 1, "lock mv": 1,
}  # fmt: skip
STRUCK = frozenset(("apply", "collect", "archive pull", "pick", "gc", "import", "lock mv"))
ASKING = frozenset(("apply", "collect", "archive pull", "apply after a wait"))
CODES = (
    "serviceUnavailable", "internalServerError", "timeoutProvider", "rateLimitExceeded", "providerUnavailable",
    "somethingNew", "taskNotFound", "mediaNotFound", "noAvailableServer",
)  # fmt: skip
SLOW = 0.05
LENGTH = 24  # steps


def draw(seed: int, length: int = LENGTH) -> Script:
    """The script of a seed."""
    rng = random.Random(f"world {seed}")
    wild = rng.random() < 0.6
    shots = rng.choice(SPECS)
    setting = Setting(rng.choice((None, None, None, "2.00")), rng.choice((1, 2, 4)))
    manners = some_manners(rng) if wild else Manners(speed=rng.choice((4.0, 1000.0)))
    steps = [Step("apply", rng.randrange(2), 0, ("--auto-approve",))] if rng.random() < 0.3 else []
    while len(steps) < length:
        if rng.random() < 0.06:
            steps += habit(rng)
        else:
            steps.append(_step(rng, troubled=rng.random() < (0.5 if wild else 0.15)))
    return Script(seed, shots, setting, manners, tuple(steps))


def some_manners(rng: random.Random) -> Manners:
    """How a provider is."""
    if rng.random() < 0.08:
        late = Behaviour(visible_after=200.0, archive="last")
        return Manners(late, (ScenarioFault("refuse", nth=2, code="contentPolicyViolation", message="no", status=400),))
    unknown = rng.choice(("empty", "processing", "not-found"))
    running = "shown" if unknown == "processing" else rng.choice(("shown", "not-found"))
    hidden = rng.choice((0.0, 0.0, 0.0, 5.0, 100.0))
    conflict = rng.choice(("forever", "running", "never")) if not hidden and running == "shown" else "forever"
    behaviour = Behaviour(
        conflict=conflict,  # type: ignore[arg-type]  # one of the words above
        unknown_task=unknown,  # type: ignore[arg-type]  # drawn from the allowed words
        archive=rng.choice(("last", "useful")),
        archive_running=running,  # type: ignore[arg-type]  # drawn from the allowed words
        visible_after=hidden,
        cost=rng.choice(("listed", "listed", "missing", "higher")),
        failure_form=rng.choice(("errors", "item")),
        failed_poll_status=rng.choice((200, 400, 500)),
        item_order=rng.choice(("stable", "reversed")),
        repeat_items=rng.random() < 0.2,
    )
    return Manners(
        behaviour=behaviour,
        faults=tuple(_fault(rng) for _ in range(rng.choice((0, 0, 1, 2)))),
        speed=rng.choice((4.0, 4.0, 1000.0, SLOW)),
        incomplete=rng.choice(("", "", "", "absent", "processing")),
        same_video=rng.random() < 0.1,
        headers=rng.choice(("plain", "plain", "plain", "plain", "empty encoding", "aws-chunked", "text/plain")),
        addresses_live=rng.choice((float("inf"), float("inf"), 600.0)),
        remembers=rng.choice((float("inf"), float("inf"), float("inf"), 50_000.0)),
    )


def _fault(rng: random.Random) -> ScenarioFault:
    nth = rng.choice((1, 2, 3))
    return rng.choice((
        ScenarioFault("refuse", nth=nth, code="contentPolicyViolation", message="not allowed", status=400),
        ScenarioFault("fail", nth=nth),
        ScenarioFault("cost", nth=nth, times=None, cost="higher"),
        ScenarioFault("slow", nth=nth, factor=20.0),
    ))  # fmt: skip


def _step(rng: random.Random, *, troubled: bool) -> Step:
    act = one_of(rng, OUTER)
    place = int(rng.random() < 0.35)
    step = Step(act, place, rng.randrange(12), _words(rng, act))
    meanwhile = act == "apply after a wait" or (act in STRUCK and rng.random() < 0.2)
    inner = _inner(rng, place) if meanwhile else None
    strikes = [Strike(_point(rng, act), "meanwhile")] if inner and act != "apply after a wait" else []
    if troubled and act in STRUCK and rng.random() < 0.6:
        strikes.append(some_strike(rng, act))
    troubles = tuple(some_trouble(rng) for _ in range(rng.choice((1, 1, 2)))) if troubled and act in ASKING else ()
    return Step(act, place, step.n, step.words, tuple(strikes), troubles, inner)


def _inner(rng: random.Random, place: int) -> Step:
    act = one_of(rng, INNER)
    return Step(act, place if rng.random() < 0.7 else 1 - place, rng.randrange(12), _words(rng, act))


def _words(rng: random.Random, act: str) -> tuple[str, ...]:
    if act in ("apply", "apply after a wait"):
        chance = rng.random()
        if chance < 0.1:
            return ("--provider", "sandbox", "--auto-approve")
        if chance < 0.2:
            return ()
        words: tuple[str, ...] = ("--auto-approve",)
        if chance < 0.4:
            words += ("--max-cost", rng.choice(("0.36", "0.72", "1.10", "2.00")))
        elif chance < 0.52 and act == "apply":
            words += (rng.choice(("--retake", "--retake", "--retry")),)
        return words
    if act == "edit":
        return (rng.choice(EDITS),)
    return ("commit",) if act == "switch" and rng.random() < 0.7 else ()


def _point(rng: random.Random, act: str) -> int:
    return rng.randint(1, 150 if act == "apply" else 30)


def some_strike(rng: random.Random, act: str) -> Strike:
    """A death, or a disk that fails."""
    at = _point(rng, act)
    if rng.random() < 0.3:
        return Strike(at, "disk", rng.choice((errno.ENOSPC, errno.EIO)), rng.random() < 0.5)
    return Strike(at, rng.choice(("kill", "power")), salt=rng.randrange(1000))


def some_trouble(rng: random.Random) -> Trouble:
    """Something that happens to an exchange."""
    exchange = rng.choice(("order", "order", "look", "look", "archive look", "video"))
    kinds = {
        "order": ("not connected", "lost", "lost", "reply lost", "reply lost", "cut", "late", "page",
                  "refused for now", "taken, refused for now"),
        "look": ("lost", "cut", "late", "page", "refused for now", "foreign error", "named error", "named error"),
        "archive look": ("lost", "cut", "refused for now"),
        "video": ("lost", "cut", "late", "refused for now", "page", "short", "drip"),
    }[exchange]  # fmt: skip
    kind = rng.choice(kinds)
    times = rng.choice((1, 1, 2, 50)) if kind != "named error" else 1
    return Trouble(exchange, kind, rng.choice((1, 1, 2, 3)), times, rng.choice(CODES))  # type: ignore[arg-type]  # drawn from the allowed words


def one_of(rng: random.Random, weights: Mapping[str, int]) -> str:
    """A word by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]
