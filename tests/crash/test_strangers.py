"""What comes from elsewhere, or waits too long, never buys anything: the real command, real git, real HTTP."""

import json
import time
from datetime import timedelta
from pathlib import Path

from crash.bench import ALLEY
from crash.commands import Blow, Project, Service, wait_for
from replacing import replace

from ltxspec.lock.journal import Intent, Repeated
from ltxspec.lock.journal_codec import decode_events, encode_event
from ltxspec.providers.sandbox.scenario import Scenario, ScenarioFault
from ltxspec.storage.clock import SystemClock
from ltxspec.storage.file_lock import exclusive

ALIEN = {"width": 3840, "height": 2160, "duration": 10, "numberResults": 4, "webhookURL": "https://elsewhere.example/"}
JOURNAL = ".ltxspec/journal/night.jsonl"


def forged_journal(service: Service, folder: Path) -> tuple[bytes, Intent]:
    """A journal as a stranger would write it: the planned task, and another order in its place."""
    project = Project(folder / "forger", service, ALLEY).write()
    service.blow = Blow(3, "before it is handled")  # a look, the archive, and then the order
    assert project.apply().code < 0
    service.renew()
    (intent,) = decode_events((project.root / JOURNAL).read_bytes(), "journal")
    assert isinstance(intent, Intent)
    two_hours_ago = (SystemClock().now() - timedelta(hours=2)).isoformat(timespec="seconds")
    forged = replace(intent, order={**intent.order, **ALIEN}, estimate=None, at=two_hours_ago)
    return encode_event(forged), intent


def ordered(service: Service) -> list[dict[str, object]]:
    """What the service was asked to render, as it keeps it."""
    tasks = [service.app.store.task(task) for task in service.charges()]
    return [dict(task.body) for task in tasks if task is not None]


def test_a_journal_that_comes_with_the_repository_is_refused_by_plan_and_apply(
    service: Service, tmp_path: Path
) -> None:
    forged, _ = forged_journal(service, tmp_path)
    origin = Project(tmp_path / "origin", service, ALLEY).write()
    (origin.root / JOURNAL).parent.mkdir(parents=True)
    (origin.root / JOURNAL).write_bytes(forged)
    origin.git("add", "--force", JOURNAL)
    origin.commit()
    clone = origin.clone(tmp_path / "clone")
    for arguments in (("plan",), ("apply", "--max-cost", "0.50"), ("apply", "--auto-approve"), ("collect",)):
        refused = clone.run(*arguments)
        assert refused.code == 1, (arguments, refused.err)
        assert "is tracked by git" in refused.err
        assert "git rm -r --cached .ltxspec" in refused.err
    assert service.charges() == {}
    assert clone.lockfile() is None


def test_a_copied_journal_helps_to_look_and_never_decides_what_is_sent(service: Service, tmp_path: Path) -> None:
    forged, intent = forged_journal(service, tmp_path)
    project = Project(tmp_path / "copy", service, ALLEY).write()
    (project.root / JOURNAL).parent.mkdir(parents=True)
    (project.root / JOURNAL).write_bytes(forged)
    looked = project.run("apply", "--max-cost", "0.50")
    assert looked.code == 3, looked.err
    assert "would cost" in looked.err
    assert service.charges() == {}
    assert project.run("apply", "--auto-approve", "--max-cost", "0.35").code == 3, "the catalog says $0.36"
    assert service.charges() == {}
    assert project.run("apply", "--auto-approve", "--max-cost", "0.50").code == 0
    assert list(service.charges().items()) == [(intent.task_id, 1)]
    (sent,) = ordered(service)
    assert not ALIEN.items() & sent.items()
    (take,) = json.loads(project.lockfile() or b"")["shots"]["alley"]["takes"]
    assert (take["cost"], take["request"]["width"]) == ("0.36", 1920)


def test_eight_orders_that_nobody_knows_are_only_looked_for_without_approval_and_room(
    service: Service, tmp_path: Path
) -> None:
    shots = "".join(f"  s{number}: {{prompt: Shot {number}}}\n" for number in range(8))
    project = Project(tmp_path / "a", service, shots).write()
    service.renew(Scenario(faults=(ScenarioFault("drop", task="videoInference", accepted=False, times=None),)))
    process = project.start("apply", "--auto-approve", "--parallelism", "8", "--format", "json")
    for _ in range(8):
        wait_for(process, "shot-unclear")
    process.kill()
    process.communicate()
    service.renew()
    events = decode_events((project.root / JOURNAL).read_bytes(), "journal")
    assert sum(isinstance(event, Intent) for event in events) == 8
    assert service.charges() == {}
    for arguments in (("--max-cost", "0.01"), (), ("--auto-approve", "--max-cost", "0.01")):
        ended = project.run("apply", *arguments)
        assert ended.code == 3, ended.err
    assert service.charges() == {}
    after = decode_events((project.root / JOURNAL).read_bytes(), "journal")
    assert [event for event in after[len(events) :] if isinstance(event, Repeated)] == []
    assert project.run("apply", "--auto-approve", "--max-cost", "2.88").code == 0
    assert sorted(service.charges().values()) == [1] * 8


def test_an_apply_that_waited_for_the_lock_buys_what_stands_in_the_files_then(service: Service, tmp_path: Path) -> None:
    project = Project(tmp_path / "a", service, ALLEY).write()
    with exclusive(project.root / ".ltxspec/locks/night.lock", wait=0, command="apply"):
        waiting = project.start("apply", "--auto-approve", "--lock-timeout", "30")
        time.sleep(1.0)  # until it waits: nothing tells that it does
        assert waiting.poll() is None
        text = (project.root / "specs/night.yaml").read_text()
        (project.root / "specs/night.yaml").write_text(text.replace("Rain over", "Snow over"))
    _, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, err
    (sent,) = ordered(service)
    assert str(sent["positivePrompt"]).startswith("Snow over")
