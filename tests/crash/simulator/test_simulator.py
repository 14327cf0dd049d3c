"""A sample of the simulated worlds that `make crash` plays by the hundred thousand steps, and that they are exact."""

from pathlib import Path

import pytest
from crash.simulator.campaign import Stage, simulate
from crash.simulator.draw import draw
from crash.simulator.network import Trouble
from crash.simulator.play import WORLDS
from crash.simulator.script import Step
from crash.simulator.service import Manners
from crash.simulator.shared import ALONE, SHARED
from crash.simulator.shrink import shortened
from replacing import replace

from ltxspec.providers.sandbox.scenario import Behaviour

STEPS = 600
HIDES = Manners(Behaviour(conflict="never", visible_after=5.0))
SHARES = 3  # so that several processes can share the work


@pytest.mark.parametrize("share", range(SHARES))
def test_every_promise_is_kept_in_worlds_of_many_actors(tmp_path: Path, share: int) -> None:
    sums = simulate(Stage(WORLDS, tmp_path), STEPS // SHARES, seed=share + 1, shorten=False)
    assert [str(one) for one in sums.broken] == []
    assert sums.steps >= STEPS // SHARES
    assert sums.struck["meanwhile"] > 0


def test_machines_that_share_a_store_pay_once_where_machines_that_share_nothing_pay_twice(tmp_path: Path) -> None:
    taken_over = (
        Step("apply", words=("--auto-approve",), troubles=(Trouble("order", "killed"),)),
        Step("force release", 1),
        Step("apply", 1, words=("--auto-approve",)),
        Step("wait", n=2),
        Step("apply", 1, words=("--auto-approve",)),
    )
    for game, rule in ((ALONE, "paid once"), (SHARED, None)):
        place = tmp_path / str(rule)
        place.mkdir()
        stage = Stage(game, place)
        script = replace(stage.draw(1_000_000), steps=taken_over, manners=HIDES)
        result = stage.play(script)
        assert (result.rule, result.charges > len(script.shots)) == (rule, rule is not None), result


def test_a_seed_plays_the_same_world_again(tmp_path: Path) -> None:
    stage = Stage(WORLDS, tmp_path)
    assert draw(7) == draw(7)
    assert stage.play(draw(7)) == stage.play(draw(7))


def test_a_failing_script_loses_what_it_does_not_need() -> None:
    script = draw(3)
    needed = next(step.act for step in script.steps if step.act == "apply")
    short = shortened(script, lambda one: any(step.act == needed for step in one.steps))
    assert [step.act for step in short.steps] == [needed]
    assert len(short.shots) == 1
