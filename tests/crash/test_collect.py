"""`collect` fetches what is under way, whatever has become of the spec, and orders nothing."""

from pathlib import Path

import pytest
from crash.bench import ALLEY, PAIR
from crash.commands import Blow, Project, Service, wait_for

HALF_EDITED = "apiVersion: ltxspec/v1\nkind: RenderSpec\nmetadata: {name: night}\nshots:\n  alley: {prompt: [\n"


def left_at_work(service: Service, folder: Path) -> Project:
    """A project whose apply was killed when its orders had been accepted."""
    service.renew(speed=20.0)
    project = Project(folder / "a", service, ALLEY + PAIR).write()
    process = project.start("apply", "--auto-approve", "--format", "json")
    wait_for(process, "shot-accepted")
    wait_for(process, "shot-accepted")
    process.kill()
    process.communicate()
    return project


def test_a_spec_that_no_longer_parses_keeps_nothing_from_home(service: Service, tmp_path: Path) -> None:
    project = left_at_work(service, tmp_path)
    whole = (project.root / "specs/night.yaml").read_text()
    (project.root / "specs/night.yaml").write_text(HALF_EDITED)
    assert project.apply().code == 1
    collected = project.run("collect")
    assert collected.code == 0, collected.err
    assert "warning: `specs/night.yaml` has problems" in collected.err
    assert "Nothing is under way" in project.run("collect").err
    (project.root / "specs/night.yaml").write_text(whole)
    assert project.apply().code == 0
    assert "No changes" in project.run("plan").out
    assert list(service.charges().values()) == [1, 1]


@pytest.mark.parametrize("what", ["specs/night.yaml", "specs"])
def test_a_deleted_spec_keeps_nothing_from_home(service: Service, tmp_path: Path, what: str) -> None:
    project = left_at_work(service, tmp_path)
    project.git("rm", "-r", "--quiet", what)
    collected = project.run("collect")
    assert collected.code == 0, collected.err
    project.git("reset", "--quiet", "--hard")
    assert "No changes" in project.run("plan").out
    assert list(service.charges().values()) == [1, 1]


def test_a_broken_spec_that_is_named_is_collected_and_no_other(service: Service, tmp_path: Path) -> None:
    project = left_at_work(service, tmp_path)
    (project.root / "specs/night.yaml").write_text(HALF_EDITED)
    (project.root / "specs/other.yaml").write_text(HALF_EDITED.replace("night", "other"))
    assert "Nothing is under way" in project.run("collect", "specs/other.yaml").err
    assert project.run("collect", "specs/night.yaml").code == 0
    assert "Nothing is under way" in project.run("collect").err


def test_collect_never_sends_an_order_that_may_not_have_arrived(service: Service, tmp_path: Path) -> None:
    project = Project(tmp_path / "a", service, ALLEY).write()
    service.blow = Blow(3, "before it is handled")  # a look, the archive, and then the order
    assert project.apply().code < 0
    service.blow = Blow()
    assert '"event":"intent"' in (project.root / ".ltxspec/journal/night.jsonl").read_text()
    collected = project.run("collect")
    assert (collected.code, service.charges()) == (3, {})
    assert "unresolved (the provider does not know it)" in collected.err
    assert project.apply().code == 0
    assert list(service.charges().values()) == [1]
