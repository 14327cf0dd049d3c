"""What is read for limits over a project: every lockfile, every journal, every label, and nothing of the sandbox."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.commands import write_spec
from builders import record, take
from replacing import replace
from unit.project.projects import project as with_lockfiles

from ltxspec.errors import LockfileError, Refused
from ltxspec.lock.models import Lockfile
from ltxspec.plan.budgets import ProjectLimit, Spent
from ltxspec.plan.terms import SpendingLimits
from ltxspec.project.api import Project, open_project
from ltxspec.project.budgets import limits_over_project, over_project_warnings, refuse_over_limits
from ltxspec.project.status.state import project_status

NOW = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
SPEC = """\
model: lightricks:ltx@2.5-fast
defaults: {width: 1280, height: 720, duration: 6, fps: 24}
shots:
  alley: {prompt: an alley, labels: {act: one}}
  pier: {prompt: a pier, labels: {act: two}}
"""
DAY = Lockfile("runware", "day", {"gate": record(take(number=4, cost="2.00"))})
NIGHT = Lockfile(
    "runware", "night", {"alley": record(take(), take(number=2, cost=None))}, {"old": record(take(number=3))}
)


def opened(folder: Path, budget: str, provider: str | None = None) -> Project:
    folder.mkdir(exist_ok=True)
    with_lockfiles(folder, NIGHT, DAY)
    (folder / "ltxspec.toml").write_text(f"[budget]\n{budget}\n", "utf-8")
    write_spec(folder, SPEC)
    return open_project(folder, provider)


def limits(project: Project, *paths: str, now: datetime = NOW) -> list[ProjectLimit]:
    planned = project.plan(paths)
    return limits_over_project(project, planned.plan, planned.rendered, is_whole=planned.is_whole, now=now)


def test_a_month_counts_every_lockfile_and_each_task_once(tmp_path: Path) -> None:
    (found,) = limits(opened(tmp_path, 'per_month = "9"'))
    assert (found.name, found.limit, found.spent) == ("2026-11", Decimal(9), Spent(Decimal("2.96"), 1))
    (later,) = limits(opened(tmp_path / "again", 'per_month = "9"'), now=datetime(2026, 12, 1, tzinfo=UTC))
    assert later.spent == Spent()


@pytest.mark.parametrize("name", ["night", "dusk"])
def test_what_was_spent_under_an_earlier_name_counts_for_the_new_one(name: str, tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_spec = "9"\nper_label = {"act=one" = "1"}')
    (tmp_path / "specs" / "night.yaml").unlink()
    renamed = SPEC.replace("alley:", "lane: {moved: night.alley, prompt: a lane, labels: {act: one}}\n  square:")
    write_spec(tmp_path, renamed if name == "dusk" else renamed.replace("night.alley", "alley"), name)
    (found,) = limits(project)
    assert found.spent == Spent(Decimal("0.48"), 1)
    assert project.plan(()).plan.spent == {name: (Decimal("0.48" if name == "dusk" else "0.96"), 1)}
    (part,) = limits_over_project(
        project, project.plan((), targets=(f"{name}.pier",)).plan, project.plan(()).rendered, is_whole=True, now=NOW
    )
    assert part.spent == found.spent


def test_labels_are_those_of_all_specs_whichever_are_planned(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_label = {act = "9", "act=two" = "1"}')
    write_spec(tmp_path, SPEC.replace("alley:", "gate:"), "day")
    for paths in ((), ("specs/day.yaml",)):
        found = {one.name: (one.limit, one.spent) for one in limits(project, *paths)}
        assert found == {
            "act=one": (Decimal(9), Spent(Decimal("2.48"), 1)),
            "act=two": (Decimal(1), Spent()),
        }


def test_nothing_is_counted_without_a_limit_and_on_the_sandbox(tmp_path: Path) -> None:
    assert limits(opened(tmp_path, 'per_apply = "9"')) == []
    assert limits(opened(tmp_path / "b", 'per_month = "0"\nper_label = {act = 0}', "sandbox")) == []


def test_a_lockfile_that_cannot_be_read_is_no_empty_one(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_month = "9"')
    planned = project.plan(["specs/night.yaml"])
    (tmp_path / "lockfiles" / "day.lock.json").write_bytes(b"{")
    with pytest.raises(LockfileError):
        limits_over_project(project, planned.plan, planned.rendered, is_whole=False)


def test_labels_that_cannot_be_read_refuse_an_apply_and_are_left_out_of_a_status(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_label = {act = "9"}')
    planned = project.plan(["specs/night.yaml"])
    write_spec(tmp_path, "shots: 1\n", "day")
    plan, rendered = planned.plan, planned.rendered
    with pytest.raises(Refused, match="is not known"):
        limits_over_project(project, plan, rendered, is_whole=False)
    assert limits_over_project(project, plan, rendered, is_whole=False, strict=False) == []
    (warning,) = over_project_warnings(project, plan, rendered, is_whole=False)
    assert (warning.severity, warning.code) == ("warning", "over-project-budget")


def test_a_plan_warns_of_what_an_apply_refuses(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_label = {"act=two" = "0.53"}')
    told = [item.message for item in project.plan().diagnostics if item.code == "over-project-budget"]
    assert told == ["`act=two` would have cost $0.54 in all ($0.00 spent, $0.54 planned), over its limit of $0.53"]


def test_takes_of_shots_that_are_gone_have_no_label(tmp_path: Path) -> None:
    moved = replace(NIGHT, retired={}, shots={"nobody": record(take())})
    with_lockfiles(tmp_path, moved)
    (tmp_path / "ltxspec.toml").write_text('[budget]\nper_label = {act = "9"}\n', "utf-8")
    write_spec(tmp_path, SPEC)
    assert {one.spent for one in limits(open_project(tmp_path))} == {Spent()}


def test_every_limit_that_is_exceeded_is_said_at_once_by_plan_and_apply(tmp_path: Path) -> None:
    project = opened(
        tmp_path, 'per_apply = "0.50"\nper_month = "1"\nper_label = {"act=one" = "1", "act=two" = "0.53"}', "runware"
    )
    warned = [(item.code, item.message) for item in project.plan().diagnostics if item.code.startswith("over-")]
    assert [code for code, _ in warned] == ["over-budget", *["over-project-budget"] * 3]
    with pytest.raises(Refused) as refused:
        project.apply(project.plan())
    assert (refused.value.code, refused.value.exit_code) == ("over-budget", 4)
    assert [line.partition("; ")[0] for line in refused.value.details] == [message for _, message in warned]
    for name in ("`[budget] per_apply`", "`[budget] per_month`", "per_label` of `act=one`", "per_label` of `act=two`"):
        assert name in refused.value.summary


@pytest.mark.parametrize(
    ("budget", "fits"),
    [
        ('per_month = "0.54"', ["alley"]),
        ('per_month = "1.07"', ["alley"]),
        ('per_month = "1.08"', ["alley", "pier"]),
        ('per_month = "0.53"', []),
        ('per_label = {act = "1", "act=two" = "0.53"}', ["alley"]),
        ('per_apply = "9"\nper_label = {"act=one" = "0.53"}', []),
        ('per_apply = "0.54"\nper_month = "9"\nper_label = {act = "9"}', ["alley"]),
    ],
)
def test_as_many_orders_as_the_budget_allows_are_within_every_limit(
    budget: str, fits: list[str], tmp_path: Path
) -> None:
    (tmp_path / "ltxspec.toml").write_text(f"[budget]\n{budget}\n", "utf-8")
    write_spec(tmp_path, SPEC)
    planned = open_project(tmp_path, "runware").plan((), limit="budget")
    assert [change.address.instance for change in planned.changes] == fits
    assert [item.code for item in planned.diagnostics] == ([] if fits else ["nothing-fits"])


def test_a_limit_of_labels_that_cannot_be_read_is_left_to_the_refusal(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_label = {act = "0.53"}', "runware")
    write_spec(tmp_path, "shots: 1\n", "day")
    planned = project.plan(["specs/night.yaml"], limit="budget")
    assert [item.code for item in planned.diagnostics if item.code.startswith("over-")] == ["over-project-budget"]


IDLE = 'per_label = {acts = "9", "act=Two" = "9", act = "9", "act=one" = "9", "mood=calm" = "9"}'


def test_limits_of_labels_that_no_shot_has_are_named_with_near_names_and_their_line(tmp_path: Path) -> None:
    project = opened(tmp_path, IDLE, "runware")
    for found in (project.plan().diagnostics, project_status(project).diagnostics):
        told = [(item.severity, item.message, item.hint) for item in found if item.code == "idle-limit"]
        assert told == [
            ("warning", f"no shot has the label `{name}`, so its limit in `[budget.per_label]` limits nothing", hint)
            for name, hint in (
                ("acts", "did you mean `act`?"),
                ("act=Two", "did you mean `act=two`?"),
                ("mood=calm", "the labels are `act`"),
            )
        ]
        (where,) = {item.where for item in found if item.code == "idle-limit"}
        assert where is not None
        assert (Path(where.file).name, where.line) == ("ltxspec.toml", 2)


def test_a_limit_of_a_label_is_called_idle_only_where_the_labels_of_all_shots_are_known(tmp_path: Path) -> None:
    project = opened(tmp_path, IDLE, "runware")
    assert "idle-limit" not in {item.code for item in project.plan(["specs/night.yaml"]).diagnostics}
    assert "idle-limit" in {item.code for item in project.plan(targets=["night.pier"]).diagnostics}
    write_spec(tmp_path, "shots: 1\n", "day")
    assert "idle-limit" not in {item.code for item in project_status(project).diagnostics}


def test_a_status_leaves_limits_of_labels_out_while_a_spec_cannot_be_read(tmp_path: Path) -> None:
    """The takes of its shots would count without their labels, and more would seem to be left."""
    project = opened(tmp_path, 'per_month = "9"\nper_label = {act = "9"}', "runware")
    assert [one.label for one in project_status(project).over_project] == [None, ("act", "one"), ("act", "two")]
    write_spec(tmp_path, "shots: 1\n", "day")
    assert [one.label for one in project_status(project).over_project] == [None]


def test_a_limit_that_is_exceeded_is_named_before_labels_that_cannot_be_read(tmp_path: Path) -> None:
    project = opened(tmp_path, 'per_label = {act = "9"}', "runware")
    planned = project.plan(["specs/night.yaml"])
    write_spec(tmp_path, "shots: 1\n", "day")
    for limits, code in ((SpendingLimits(Decimal("0.10")), "over-budget"), (SpendingLimits(), "unread-spec")):
        with pytest.raises(Refused) as refused:
            refuse_over_limits(project, planned.plan, planned.rendered, limits, is_whole=False)
        assert refused.value.code == code
