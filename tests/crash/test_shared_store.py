"""Machines that share a store, or a git remote, agree on who orders: also where no look can tell."""

import json
import subprocess
from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from crash.bench import ALLEY, PAIR
from crash.commands import CONFIG, Project, Service, ended, wait_for
from replacing import replace

from ltxspec.providers.sandbox.app import SandboxApp
from ltxspec.providers.sandbox.scenario import Behaviour, Scenario, ScenarioFault

HIDDEN = 3600.0  # seconds until the service shows what it accepted: longer than any test
SLOW = 6.0  # a render takes some seconds
LOST = ScenarioFault("drop", task="videoInference", nth=1, accepted=True)


@pytest.fixture(autouse=True)
def _paid(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second machine is this process, which saves the time that processes take to start."""
    monkeypatch.setenv("RUNWARE_BASE_URL", service.url)
    monkeypatch.setenv("RUNWARE_API_KEY", "test")


def shared(folder: Path, service: Service, shots: str, table: str) -> tuple[Project, Project]:
    """Two clones of one repository that share what the table says."""
    under_test = {"PYTHONPATH": str(Path(__file__).parents[2])}
    config = CONFIG + "[provider]\nparallelism = 1\n" + table
    first = Project(folder / "a", service, shots, config, under_test).write()
    origin = folder / "origin.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", str(first.root), str(origin)], check=True)
    first.git("remote", "add", "origin", str(origin))
    second = first.clone(folder / "b")
    second.git("remote", "set-url", "origin", str(origin))
    return first, second


def store(folder: Path, life: int = 3) -> str:
    """`[store]` of a configuration; a lease's life is in seconds."""
    return f'[store]\nurl = "{(folder / "store").as_uri()}"\nlease_life = {life}\n'


@pytest.mark.parametrize("sharing", [True, False], ids=["with a store", "without"])
def test_a_service_that_hides_what_it_took_and_takes_it_again_is_paid_once_by_machines_that_share_a_store(
    service: Service, tmp_path: Path, *, sharing: bool
) -> None:
    service.renew(Scenario(Behaviour("never", visible_after=HIDDEN), (LOST,)))
    first, second = shared(tmp_path, service, ALLEY, store(tmp_path, life=60) if sharing else "")
    dying = first.start("apply", "--auto-approve", "--format", "json")
    wait_for(dying, "shot-unclear")
    dying.kill()
    dying.communicate()
    if not sharing:
        ltxspec("apply", "--auto-approve", "--detach", cwd=second.root)
        assert list(service.charges().values()) == [2]
        return
    held = ltxspec("apply", "--auto-approve", cwd=second.root, check=5)
    assert f"`ltxspec apply` (process {dying.pid} on " in held.err
    ltxspec("lock", "force-release", "night", "--yes", cwd=second.root)
    left = ltxspec("apply", "--auto-approve", cwd=second.root, check=3)
    assert f"`ltxspec apply` (process {dying.pid} on " in left.err
    assert "claimed this task and may have ordered it: `ltxspec collect` there goes on" in left.err
    service.app = SandboxApp(replace(service.app.settings, scenario=Scenario()))  # now it shows what it has
    ltxspec("collect", cwd=second.root)
    assert list(service.charges().values()) == [1]


def test_a_lease_that_is_taken_away_ends_the_ordering_and_not_the_collecting(service: Service, tmp_path: Path) -> None:
    service.renew(speed=SLOW)
    first, second = shared(tmp_path, service, ALLEY + PAIR, store(tmp_path))
    process = first.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    ltxspec("lock", "force-release", "night", "--yes", cwd=second.root)  # without the time that a process takes
    done = ended(process)
    assert done.code == 3
    held = [event for event in done.events if event["type"] == "shot-held-back"]
    assert [event["message"] for event in held] == [
        "not ordered: the lease of `night` was lost: somebody released it by force"
    ]
    assert list(service.charges().values()) == [1], "what was ordered is collected"
    takes = json.loads(first.lockfile() or b"")["shots"]["alley"]["takes"]
    assert [take["fence"] for take in takes] == [1]
    ltxspec("apply", "--auto-approve", cwd=second.root)
    assert list(service.charges().values()) == [1, 1]


def test_of_clones_that_share_a_remote_one_applies_at_a_time(service: Service, tmp_path: Path) -> None:
    service.renew(speed=SLOW)
    first, second = shared(tmp_path, service, ALLEY, '[store]\nleases = "origin"\nlease_life = 30\n')
    process = first.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    held = ltxspec("apply", "--auto-approve", cwd=second.root, check=5)
    assert f"`ltxspec apply` (process {process.pid} on " in held.err
    assert "holds the lease of `night` until" in held.err
    assert ended(process).code == 0
    ltxspec("apply", "--auto-approve", cwd=second.root)
    assert list(service.charges().values()) == [1]
