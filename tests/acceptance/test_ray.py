"""`--engine ray` on a real cluster of two machines: every order is paid once, whatever becomes of the machines."""

import json
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import git
from ray_cluster import KEY, TwoMachines, needs_ray, two_machines

SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, duration: 6}
shots:
  one: {matrix: {n: [1, 2, 3]}, prompt: "shot {{ n }}"}
  two: {prompt: goes on, inputs: {frameImages: [{image: {shot: "one[1]", frame: last}, frame: first}]}}
"""
CONFIG = """\
[project]
id = "lost"
[runware]
poll_interval = 0.1
poll_max = 0.3
grace = 1.0
"""
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMachines]:
    needs_ray()
    with two_machines(tmp_path_factory.mktemp("ray"), speed=15) as started:
        yield started


def test_a_machine_that_is_lost_costs_nothing_twice(machines: TwoMachines, tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text(CONFIG)
    write_spec(tmp_path, SPEC)
    journal, until = tmp_path / ".ltxspec/journal/night.jsonl", time.monotonic() + PATIENCE

    def lose_one() -> None:
        while not journal.exists() or journal.read_text().count('"accepted"') < 3:  # on both
            assert time.monotonic() < until
            time.sleep(0.02)
        machines.cluster.remove_node(machines.second, allow_graceful=False)

    losing = threading.Thread(target=lose_one, daemon=True)
    losing.start()
    how = ("--engine", "ray", "--auto-approve", "--format", "json")
    done = ltxspec("apply", *how, cwd=tmp_path, check=0, **machines.environment)
    losing.join()
    events = [json.loads(line) for line in done.out.splitlines()]  # what Ray says is no output of the command
    kinds = [event["type"] for event in events]
    assert kinds.count("shard-repeated") == 1
    assert kinds.count("shot-committed") == 4
    assert events[-1]["summary"]["outcomes"]["rendered"] == 4
    assert list(machines.charges().values()) == [1] * 4
    assert len(list((tmp_path / "renders").glob("*/*.mp4"))) == 4
    assert KEY not in done.out + done.err
    assert not [path for path in machines.logs if KEY in path.read_text(errors="replace")]
    check_pictures(tmp_path, machines)
    check_media(tmp_path, machines)
    again = ltxspec("apply", *how, cwd=tmp_path, **machines.environment)
    assert json.loads(again.out)["summary"]["outcomes"]["rendered"] == 0


def check_pictures(project: Path, machines: TwoMachines) -> None:
    """Stills of the takes, a preview of a new shot and the joins of a chain are made by the cluster, as here."""
    git(project, "init", "--quiet", "--initial-branch=main")
    git(project, "add", "ltxspec.toml")
    git(project, "commit", "--quiet", "--message=Start")
    write_spec(project, SPEC + "  three: {prompt: to be rendered}\n")
    for engine in ("ray", "local"):
        page = ["review", "--animatics", "--embed", "--html", f"{engine}.html", "--engine", engine, "--format", "json"]
        written = ltxspec(*page, cwd=project, check=0, **machines.environment)
        assert written.json["problems"] == []
        shutil.rmtree(project / ".ltxspec/cache")
    pages = [(project / f"{engine}.html").read_text() for engine in ("ray", "local")]
    assert pages[0].count("data:image/jpeg") == pages[1].count("data:image/jpeg") > 15
    write_spec(project, SPEC)


def check_media(project: Path, machines: TwoMachines) -> None:
    """One video is damaged, the others are found sound and are sent."""
    video = next((project / ".ltxspec/archive").glob("??/*.mp4"))
    video.chmod(0o644)
    video.write_bytes(video.read_bytes()[:-1])
    store = f'[store]\nurl = "file://{project}/store"\n'
    (project / "ltxspec.toml").write_text(CONFIG + store)
    look = ltxspec("archive", "verify", "--engine", "ray", cwd=project, check=3, **machines.environment)
    assert "3 videos verified, 1 damaged or missing." in look.out
    sent = ltxspec("archive", "push", "--engine", "ray", cwd=project, check=3, **machines.environment)
    assert "3 videos sent" in sent.out
