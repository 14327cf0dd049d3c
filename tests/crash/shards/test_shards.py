"""A sample of the simulated worlds in which machines apply one plan in shards, and that faults in them are noticed."""

from pathlib import Path

import pytest
from crash.shards.draw import FILMS
from crash.shards.play import SHARDS
from crash.shards.world import ShardScript
from crash.simulator.campaign import Stage, simulate
from crash.simulator.network import Trouble
from crash.simulator.script import Setting, Step
from crash.simulator.service import Manners

from ltxspec.plan import shares
from ltxspec.project.running import sharding
from ltxspec.providers.sandbox.scenario import Behaviour, ScenarioFault

STEPS = 80
HIDES = Manners(Behaviour(conflict="never", visible_after=5.0))
APPLY = ("--auto-approve",)


@pytest.mark.parametrize("share", [1, 2])
def test_what_shards_bought_is_paid_once_within_the_limits_and_joined_without_a_loss(
    tmp_path: Path, share: int
) -> None:
    sums = simulate(Stage(SHARDS, tmp_path), STEPS // 2, seed=share, shorten=False)
    assert [str(one) for one in sums.broken] == []
    assert sums.steps >= STEPS // 2
    assert sums.charges > 0


@pytest.mark.parametrize(("shares_a_store", "rule"), [(True, None), (False, "paid once")])
def test_a_shard_that_runs_again_elsewhere_pays_once_with_a_store_whatever_the_service_hides(
    tmp_path: Path, rule: str | None, *, shares_a_store: bool
) -> None:
    dies = Step("shard", 1, words=APPLY, troubles=(Trouble("order", "killed"),))
    steps = (dies, Step("force release", 3), Step("shard", 3, words=APPLY), Step("wait", n=2))
    assert played(tmp_path, steps, Setting(shares=shares_a_store), HIDES) == rule


def test_a_graph_that_is_torn_between_shards_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharding, "heads_of_plan", lambda *_: {})
    assert played(tmp_path, shards(1, 2)) == "whole"


@pytest.mark.parametrize(("divided", "rule"), [(True, None), (False, "budget of a spec")])
def test_repeated_orders_of_all_shards_together_stay_within_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str | None, *, divided: bool
) -> None:
    if not divided:
        monkeypatch.setattr(shares.Sharing, "left_of", lambda _, limit, *__: limit)
    fails = Manners(faults=tuple(ScenarioFault("fail", prompt=f"Scene {number}") for number in (0, 1, 3, 4)))
    assert played(tmp_path, shards(1, 2, 1, 2), Setting("6.24"), fails) == rule


def test_what_is_in_progress_when_a_limit_refuses_every_apply_is_collected_and_recorded(tmp_path: Path) -> None:
    late = Manners(faults=(ScenarioFault("slow", factor=400.0, prompt="Scene 0 of many"),))
    steps = (Step("apply", words=APPLY), Step("edit", words=("results",)))
    assert played(tmp_path, steps, Setting("5.00"), late) is None


def shards(*numbers: int) -> tuple[Step, ...]:
    """Applies of shards, each on its machine."""
    return tuple(Step("shard", number, n=number - 1, words=APPLY) for number in numbers)


def played(
    folder: Path, steps: tuple[Step, ...], setting: Setting | None = None, manners: Manners | None = None
) -> str | None:
    """The promise that is broken in a world of two shards and these steps, if any is."""
    film = FILMS[1] if setting is None else FILMS[-1]  # a chain, or six shots for $4.68
    script = ShardScript(1, (), setting or Setting(), manners or Manners(), steps, film, count=2)
    return Stage(SHARDS, folder).play(script).rule
