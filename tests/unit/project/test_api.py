"""The methods that a Python program calls; what they do is tested with each use case."""

from datetime import date
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from unit.project.reviewed_projects import edit
from unit.project.reviewed_projects import project as films

from ltxspec.errors import WrongUsage
from ltxspec.plan.actions import Reason
from ltxspec.plan.reconciling import Verdict
from ltxspec.project.api import Project, open_project

SPEC = "model: lightricks:ltx@2.5-fast\nvars: {x: 1}\ndefaults: {width: 1280, height: 720}\nshots:\n"
SHOTS = "  tower: {prompt: 'A tower {{ x }}.'}\n  alley: {prompt: Rain.}\n"


@pytest.fixture
def free(tmp_path: Path) -> Project:
    (tmp_path / "ltxspec.toml").write_text("[sandbox]\nspeed = 1000\n")
    write_spec(tmp_path, SPEC + SHOTS)
    return open_project(tmp_path, "sandbox")


def test_a_plan_takes_what_the_command_takes(free: Project) -> None:
    (change,) = free.plan(["specs"], targets=["night.t*"], variables={"x": 2}).changes
    assert change.request is not None
    assert change.request.body["positivePrompt"] == "A tower 2."
    assert free.plan(provider="runware").plan.provider == "runware"


def test_a_provider_that_is_none_is_refused(free: Project) -> None:
    with pytest.raises(WrongUsage, match="no provider is called `nobody`"):
        free.plan(provider="nobody")


def test_a_project_is_found_from_a_folder_inside(free: Project) -> None:
    assert open_project(free.root / "specs").root == free.root


def test_shots_are_applied_retaken_and_found(free: Project) -> None:
    free.apply(free.plan(targets=["night.tower"]), parallelism=1, max_cost="5.00")
    (retake,) = free.plan(targets=["night.tower"], retakes=["night.tower"]).changes
    assert retake.action.spends
    assert Reason.RETAKE_REQUESTED in retake.reasons
    (tower,) = free.shots("night.tower")
    (video,) = tower.files()
    (origin,) = free.whence(video).origins
    assert (video.suffix, origin.address, origin.take) == (".mp4", tower.address, tower.current)
    assert origin.place is not None
    assert origin.place.file == "specs/night.yaml"


def test_costs_are_compared_with_the_report_of_the_provider(free: Project) -> None:
    free.apply(free.plan(targets=["night.tower"]), max_cost="5.00")
    found = free.reconcile()
    assert ([day.verdict for day in found.days], found.differs, found.undecided) == ([Verdict.EQUAL], False, False)
    assert free.reconcile(date(2026, 1, 1), date(2026, 1, 2)).differs  # nothing could be compared
    assert free.reconcile(keys=["another-key"]).undecided
    with pytest.raises(WrongUsage, match="there are no days"):
        free.reconcile(date(2026, 1, 2), date(2026, 1, 1))


def test_a_review_is_data(tmp_path: Path) -> None:
    root = films(tmp_path)
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    review = open_project(root).review("main")
    assert [str(shot.address) for shot in review.shots] == ["night.alley"]


@pytest.mark.parametrize("amount", ["-1", "much", 5.0, True, "NaN"])
def test_a_limit_that_is_no_amount_is_refused(free: Project, amount: object) -> None:
    with pytest.raises(WrongUsage, match="`max_cost` is not an amount in USD"):
        free.apply(free.plan(), max_cost=amount)
