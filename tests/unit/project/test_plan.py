from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import own_intent, record, take
from unit.project.projects import project

from ltxspec.errors import Invalid, StorageError, WrongUsage
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Plan
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import PlanFileError
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.selection import selection
from ltxspec.project.load import render_specs
from ltxspec.project.plan import ProjectPlan, plan_project, plan_specs, read_saved_plan, with_budget_warning
from ltxspec.project.project import ProjectContext, open_project
from ltxspec.report.plan.formats import PLAN_FORMATS
from ltxspec.report.terminal import Style
from ltxspec.storage.state import open_state

SPEC = "model: lightricks:ltx@2.5-fast\nvars: {x: 1, token: none}\nshots: {a: {prompt: 'a{{ x }}'}, b: {prompt: bb}}\n"
RECORDED = Lockfile("runware", "night", {"lane": record(take())}, {"gone": record(take(number=2))})


@pytest.fixture
def opened(tmp_path: Path) -> ProjectContext:
    write_spec(tmp_path, SPEC)
    return project(tmp_path)


@pytest.fixture
def recorded(tmp_path: Path) -> ProjectContext:
    """A project whose lockfile knows two shots that its spec has not."""
    write_spec(tmp_path, SPEC)
    return project(tmp_path, RECORDED)


def test_a_plan_follows_its_options(opened: ProjectContext) -> None:
    planned = plan_project(opened, PlanOptions(targets=("night.a",), variables={"x": "2"}))
    (change,) = planned.changes
    assert change.request is not None
    assert change.request.body["positivePrompt"] == "a2"
    assert len(planned.rendered[0].requests) == 2


def test_what_was_rendered_or_read_already_is_taken_as_it_is(opened: ProjectContext, tmp_path: Path) -> None:
    rendered = render_specs(opened, ())
    (tmp_path / "specs" / "night.yaml").unlink()
    held = {"night": RecordedState(Lockfile("runware", "night"))}
    assert len(plan_project(opened, PlanOptions(), rendered, held).changes) == 2


def test_a_plan_is_data(opened: ProjectContext) -> None:
    planned = plan_project(opened, PlanOptions())
    assert (planned.estimate.usd, planned.estimate.unknown) == (Decimal("1.56"), 0)
    assert planned.to_json()["digest"] == planned.digest
    assert list(planned.pending) == list(planned.changes)
    assert list(planned.diagnostics) == []


def test_a_saved_plan_is_the_json_form(opened: ProjectContext, tmp_path: Path) -> None:
    path, planned = tmp_path / "saved" / "plan.json", plan_project(opened, PlanOptions())
    path.parent.mkdir()
    path.write_text("an older plan")
    planned.save(path)
    assert path.read_text() == PLAN_FORMATS["json"](planned.plan, planned.options, Style())
    assert [item.name for item in path.parent.iterdir()] == ["plan.json"]
    assert read_saved_plan(path, "plan.json").digest == planned.digest == planned.as_saved().digest


def test_a_plan_that_cannot_be_saved_says_so(opened: ProjectContext, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"the plan cannot be saved to `plan\.json`"):
        plan_project(opened, PlanOptions()).save(tmp_path / "missing" / "plan.json")


def test_a_saved_plan_keeps_no_secret(opened: ProjectContext, tmp_path: Path) -> None:
    planned = plan_project(opened, PlanOptions(variables={"token": "https://user:hush@example.com/a"}))
    with pytest.raises(WrongUsage, match="`token` may contain a secret"):
        planned.save(tmp_path / "plan.json")


def test_what_is_no_saved_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("[]")
    with pytest.raises(PlanFileError):
        read_saved_plan(tmp_path / "plan.json", "plan.json")


def test_a_plan_over_the_budget_says_so_before_it_is_applied(tmp_path: Path) -> None:
    (tmp_path / "ltxspec.toml").write_text("[budget]\nper_apply = 0.10\n")
    write_spec(tmp_path, SPEC)
    planned = with_budget_warning(plan_project(open_project(tmp_path), PlanOptions()))
    assert [found.code for found in planned.diagnostics] == ["over-budget"]


def plan(recorded: ProjectContext, **patterns: tuple[str, ...]) -> Plan:
    return plan_specs(recorded, render_specs(recorded, ()), selection(**patterns))


def test_a_plan_covers_what_is_wanted_and_what_is_recorded(recorded: ProjectContext) -> None:
    made = plan(recorded)
    assert {change.address.instance for change in made.changes} == {"a", "b", "lane"}
    assert made.spent == {"night": (take().cost * 2, 0)}  # type: ignore[operator]  # the builder's takes have a cost


@pytest.mark.parametrize("known", ["night.a", "night.lane", "night.gone", "night.ordered", "night.*"])
def test_shots_of_spec_lockfile_and_journal_are_known(recorded: ProjectContext, known: str) -> None:
    with open_state(recorded.paths_of("night")) as state:
        state.append(own_intent(instance="ordered", provider="runware"))
    plan(recorded, targets=(known,))


def test_a_pattern_that_names_nothing_stops_the_plan(recorded: ProjectContext) -> None:
    with pytest.raises(Invalid, match=r"no shot matches `night\.c`"):
        plan(recorded, retakes=("night.c",), targets=("night.b",))


def test_what_targets_leave_without_effect_is_a_warning(recorded: ProjectContext) -> None:
    made = plan(recorded, retakes=("night.a",), retries=("night.b",), targets=("night.b",))
    assert [(found.severity, found.code, found.message) for found in made.diagnostics] == [
        ("warning", "outside-target", "`night.a` is outside `--target` and has no effect"),
        ("warning", "nothing-to-retry", "`--retry night.b` has no effect: `night.b` has not failed"),
    ]


def labelled(tmp_path: Path, budget: str = "") -> ProjectContext:
    """A project with four shots in two scenes."""
    (tmp_path / "ltxspec.toml").write_text(budget)
    shots = "".join(f"  s{n}: {{labels: {{scene: '{n // 2}'}}, prompt: 'shot {n}'}}\n" for n in range(4))
    write_spec(tmp_path, f"model: lightricks:ltx@2.5-fast\nshots:\n{shots}")
    return open_project(tmp_path)


def instances(planned: ProjectPlan) -> list[str]:
    return [change.address.instance for change in planned.changes]


def test_labels_excludes_and_limits_narrow_a_plan(tmp_path: Path) -> None:
    opened = labelled(tmp_path)
    assert instances(plan_project(opened, PlanOptions(labels=("scene=1",)))) == ["s2", "s3"]
    assert instances(plan_project(opened, PlanOptions(excludes=("night.s1", "night.s2")))) == ["s0", "s3"]
    assert instances(plan_project(opened, PlanOptions(labels=("scene=1",), limit=1))) == ["s2"]


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (PlanOptions(labels=("scene=7",)), "no shot has the label `scene=7`", "`scene` is `0`, `1`"),
        (PlanOptions(labels=("place=sea",)), "no shot has the label `place=sea`", "the labels are `scene`"),
        (PlanOptions(excludes=("night.s9",)), r"no shot matches `night\.s9`", "did you mean"),
    ],
)
def test_a_selector_that_matches_nothing_is_a_mistake(
    tmp_path: Path, options: PlanOptions, message: str, hint: str
) -> None:
    with pytest.raises(Invalid, match=message) as caught:
        plan_project(labelled(tmp_path), options)
    assert hint in str(caught.value.diagnostics[0].hint)


def test_a_limit_by_budget_follows_the_lower_budget(tmp_path: Path) -> None:
    opened = labelled(tmp_path, "[budget]\nper_apply = 2.40\n")
    assert len(plan_project(opened, PlanOptions(limit="budget")).changes) == 3
    assert len(plan_project(opened, PlanOptions(limit="budget", max_cost=Decimal("0.80"))).changes) == 1
    assert len(plan_project(opened, PlanOptions(limit="budget", max_cost=Decimal(9))).changes) == 3


def test_a_limit_by_budget_needs_a_budget(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="needs a budget"):
        plan_project(labelled(tmp_path), PlanOptions(limit="budget"))


def test_a_saved_plan_keeps_its_selection(tmp_path: Path) -> None:
    opened = labelled(tmp_path)
    planned = plan_project(opened, PlanOptions(labels=("scene=1",), excludes=("night.s3",), limit=1))
    planned.save(tmp_path / "plan.json")
    saved = read_saved_plan(tmp_path / "plan.json", "plan.json")
    assert saved.options == planned.options
    assert plan_project(opened, saved.options).digest == saved.digest
    assert [shot.labels for shot in saved.shots] == [{"scene": "1"}]
