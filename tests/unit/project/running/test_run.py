from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import own_intent
from pictures import picture
from replacing import replace
from unit.project.projects import project

from ltxspec.apply.budget import RunBudget
from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.errors import LockHeld, Refused
from ltxspec.plan.document import PlanOptions
from ltxspec.project.locks import holding
from ltxspec.project.plan import plan_project
from ltxspec.project.project import ProjectContext
from ltxspec.project.running.run import PreparedRun, jobs_of, media_loader, settings_of
from ltxspec.values import ShotAddress, TaskId

PICTURE = picture()
SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720}
shots:
  alley: {prompt: Rain., inputs: {frameImages: [a.png, "https://example.com/b.png"]}}
  tower: {prompt: A tower.}
"""


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n")
    write_spec(tmp_path, SPEC)
    (tmp_path / "specs" / "a.png").write_bytes(PICTURE)
    return replace(project(tmp_path), provider="sandbox")


def test_the_paid_service_is_looked_at_as_often_as_configured_and_the_sandbox_at_once(opened: ProjectContext) -> None:
    paid = settings_of(replace(opened, provider="runware"))
    assert (paid.parallelism, paid.poll_interval, paid.poll_max, paid.limits.grace) == (4, 2.0, 15.0, 60.0)
    free = settings_of(opened, parallelism=2, detach=True, submit=False)
    assert (free.parallelism, free.detach, free.submit) == (2, True, False)
    assert free.poll_interval < paid.poll_interval


def test_local_images_are_read_and_others_left_alone(opened: ProjectContext) -> None:
    (alley, tower) = plan_project(opened, PlanOptions()).plan.changes
    load = media_loader(opened)
    (media,) = load(alley)
    assert (media.path, media.name, media.content) == (("inputs", "frameImages", 0), "a.png", PICTURE)
    assert load(tower) == []


def test_an_image_that_is_not_the_planned_one_is_not_sent(opened: ProjectContext, tmp_path: Path) -> None:
    alley = plan_project(opened, PlanOptions()).plan.changes[0]
    (tmp_path / "specs" / "a.png").write_bytes(b"another")
    with pytest.raises(Refused, match=r"`a\.png` changed while the plan was being applied"):
        media_loader(opened)(alley)


def test_a_spec_is_held_by_one_at_a_time_and_let_go(opened: ProjectContext) -> None:
    with holding(opened, ["night", "day"], wait=0, command="apply") as held:
        assert set(held.recorded) == {"night", "day"}
        with pytest.raises(LockHeld), holding(opened, ["night"], wait=0, command="apply"):
            pass
    with holding(opened, ["night"], wait=0, command="apply"):
        pass


def test_jobs_are_the_changes_of_each_spec_with_the_consent_given(opened: ProjectContext) -> None:
    planned = plan_project(opened, PlanOptions(retries=("night.tower",)))
    with holding(opened, ["night"], wait=0, command="apply") as held:
        (job,) = jobs_of(held, planned)
        assert [change.address.instance for change in job.changes] == ["alley", "tower"]
        assert job.retries == {ShotAddress("night", "tower")}
        (nothing,) = jobs_of(held, planned, only_open=True)
        assert nothing.changes == []


def test_what_an_earlier_run_left_is_held_with_its_lockfile(opened: ProjectContext) -> None:
    with holding(opened, ["night"], wait=0, command="apply") as held:
        held.states["night"].append(own_intent())
    with holding(opened, ["night"], wait=0, command="collect") as held:
        assert [task.intent.instance for task in held.recorded["night"].journal.open.values()] == ["alley"]


def prepared(opened: ProjectContext) -> PreparedRun:
    """A run of nothing, with a budget that orders can be counted in."""
    return PreparedRun(opened, (), settings_of(opened), RunBudget(None))


def test_an_interrupted_run_orders_nothing_more_and_says_what_is_in_progress(opened: ProjectContext) -> None:
    run, events = prepared(opened), list[ApplyEvent]()
    run.budget.count(TaskId("a"), Decimal("0.48"))
    run.interrupt(events.append)
    assert (run.stop.asked(), run.stop.by_user) == ("interrupted", True)
    assert events[0].kind is EventKind.STOPPING
    assert "1 task under way for $0.48, which cannot be cancelled" in events[0].message
    assert "billed" not in events[0].message  # the sandbox is free
    paid = replace(run, project=replace(opened, provider="runware"))
    assert "which cannot be cancelled at the provider and will be billed" in paid.in_progress


def test_what_is_being_downloaded_is_in_progress_too(opened: ProjectContext) -> None:
    run = prepared(opened)
    assert run.in_progress == "nothing under way"
    run.arriving.add(TaskId("a"))
    assert run.in_progress == "1 finished task whose video is being downloaded"
