"""What people do in one go: steps that belong together, which chance alone would seldom put in a row."""

import random
from collections.abc import Callable
from dataclasses import replace

from crash.simulator.course import Strike
from crash.simulator.network import Trouble
from crash.simulator.script import Step

APPLY = Step("apply", words=("--auto-approve",))


def habit(rng: random.Random) -> list[Step]:
    """One of them, in one of the checkouts, about one of the shots."""
    place, n = int(rng.random() < 0.35), rng.randrange(4)
    steps = rng.choice(HABITS)(n, rng)
    return [replace(step, place=(step.place + place) % 2) for step in steps]


def _edit(kind: str, n: int) -> Step:
    return Step("edit", n=n, words=(kind,))


def _choose_and_return(n: int, rng: random.Random) -> list[Step]:
    """Render a shot once more, choose the earlier take, try another text, and go back."""
    again = Step("apply", n=n, words=("--auto-approve", "--retake"))
    away, back = rng.choice((("change", "take back"), ("delete", "bring back"), ("rename", "take back")))
    return [APPLY, again, Step("pick"), _edit(away, n), APPLY, _edit(back, 0), APPLY]


def _lost_and_taken_up(_: int, rng: random.Random) -> list[Step]:
    """Orders are lost, and whoever comes next has no approval, or hardly any money."""
    lost = replace(APPLY, troubles=(Trouble("order", "lost", 1, 50),), strikes=(Strike(rng.randint(20, 90), "kill"),))
    return [
        lost,
        Step("apply", words=rng.choice(((), ("--max-cost", "0.01"), ("--auto-approve", "--max-cost", "0.36")))),
    ]


def _dead_machine(_: int, rng: random.Random) -> list[Step]:
    """The reply to an order is lost, the machine dies, and another one goes on, much later perhaps."""
    lost = replace(APPLY, troubles=(Trouble("order", "reply lost"),), strikes=(Strike(rng.randint(30, 120), "kill"),))
    return [lost, Step("wait", n=rng.randrange(6)), replace(APPLY, place=1)]


def _tidy_up(_: int, rng: random.Random) -> list[Step]:
    """Work on a branch, go back, and drop what is not needed."""
    return [APPLY, Step("switch", n=3, words=("commit",)), _edit("change", 0), APPLY,
            Step("switch", words=rng.choice((("commit",), ()))), Step("gc")]  # fmt: skip


HABITS: tuple[Callable[[int, random.Random], list[Step]], ...] = (
    _choose_and_return, _choose_and_return, _lost_and_taken_up, _dead_machine, _tidy_up,
)  # fmt: skip
