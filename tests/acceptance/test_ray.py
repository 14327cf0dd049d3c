"""`--engine ray` on a real cluster of two machines: every order is paid once, whatever becomes of the machines."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from ray_cluster import KEY, TwoMachines, needs_ray, two_machines

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, duration: 6}
shots:
  one: {matrix: {n: [1, 2, 3, 4, 5, 6]}, prompt: "shot {{ n }}"}
  two: {prompt: goes on, inputs: {frameImages: [{image: {shot: "one[1]", frame: last}, frame: first}]}}
"""
CONFIG = "[runware]\npoll_interval = 0.1\npoll_max = 0.3\ngrace = 1.0\n[provider]\nparallelism = 8\n"


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMachines]:
    needs_ray()
    with two_machines(tmp_path_factory.mktemp("ray"), speed=60) as started:
        yield started


def films(folder: Path, name: str) -> Path:
    (folder / "ltxspec.toml").write_text(f'[project]\nid = "{name}"\n' + CONFIG)
    write_spec(folder, SPEC)
    return folder


def test_a_machine_that_is_lost_costs_nothing_twice(machines: TwoMachines, tmp_path: Path) -> None:
    project = films(tmp_path, "lost")
    journal = project / ".ltxspec/journal/night.jsonl"

    def lose_one() -> None:
        until = time.monotonic() + 60
        while not journal.exists() or journal.read_text().count('"accepted"') < 6:
            time.sleep(0.02)
            assert time.monotonic() < until
        machines.cluster.remove_node(machines.second, allow_graceful=False)

    losing = threading.Thread(target=lose_one, daemon=True)
    losing.start()
    done = ltxspec(
        "apply", "--engine", "ray", "--auto-approve", "--format", "json", cwd=project, **machines.environment
    )
    losing.join()
    print(done.out)
    assert sorted(machines.charges().values()) == [1] * 7
    assert KEY not in done.out + done.err
