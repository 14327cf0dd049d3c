"""Several applies at once, in one checkout and in several clones: one of them pays."""

import re
from pathlib import Path
from typing import Literal

import pytest
from crash.bench import ALLEY, PAIR, without_times
from crash.commands import Project, Service, ended, wait_for

from ltxspec.providers.sandbox.scenario import Behaviour, Scenario

SHOTS = ALLEY + PAIR
SLOW = 20.0  # a render takes about a second


def test_of_several_applies_in_one_checkout_one_works_and_the_others_name_it(service: Service, tmp_path: Path) -> None:
    service.renew(speed=SLOW)
    project = Project(tmp_path / "a", service, SHOTS).write()
    processes = [project.start("apply", "--auto-approve") for _ in range(3)]
    done = [ended(process) for process in processes]
    assert sorted(one.code for one in done) == [0, 5, 5]
    worker = next(process.pid for process, one in zip(processes, done, strict=True) if one.code == 0)
    for refused in (one for one in done if one.code == 5):
        assert re.search(rf"error\[lock-held\]: `apply` \(process {worker} on ", refused.err)
        assert "--lock-timeout" in refused.err
    assert list(service.charges().values()) == [1, 1]


def test_those_that_wait_find_nothing_left_to_do(service: Service, tmp_path: Path) -> None:
    service.renew(speed=SLOW)
    project = Project(tmp_path / "a", service, SHOTS).write()
    processes = [project.start("apply", "--auto-approve", "--lock-timeout", "50") for _ in range(3)]
    done = [ended(process) for process in processes]
    assert [one.code for one in done] == [0, 0, 0]
    assert sorted("No changes" in one.out for one in done) == [False, True, True]
    assert list(service.charges().values()) == [1, 1]


@pytest.mark.parametrize("conflict", ["forever", "running"])
def test_clones_that_apply_at_the_same_time_pay_each_shot_once(
    service: Service, tmp_path: Path, conflict: Literal["forever", "running"]
) -> None:
    service.renew(Scenario(Behaviour(conflict)), speed=SLOW)
    first = Project(tmp_path / "0", service, SHOTS).write()
    clones = [first, *(first.clone(tmp_path / str(number)) for number in range(1, 4))]
    done = [ended(process) for process in [clone.start("apply", "--auto-approve") for clone in clones]]
    assert [one.code for one in done] == [0] * 4, [one.err for one in done]
    assert list(service.charges().values()) == [1, 1]
    assert len({without_times(clone.lockfile()) for clone in clones}) == 1


def test_a_lock_whose_holder_was_killed_holds_nobody_up(service: Service, tmp_path: Path) -> None:
    service.renew(speed=SLOW)
    project = Project(tmp_path / "a", service, SHOTS).write()
    process = project.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    process.kill()
    process.communicate()
    again = project.apply()
    assert again.code == 0, again.err
    assert list(service.charges().values()) == [1, 1]
