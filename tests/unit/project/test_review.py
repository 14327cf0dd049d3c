import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.repositories import commit, git, read_lockfile, write_lockfile
from unit.project.reviewed_projects import HEAD, buy, edit, opened, project, write
from unit.review.changes import by_key

from ltxspec.errors import Invalid
from ltxspec.lock.journal import Intent
from ltxspec.lock.journal_codec import encode_event
from ltxspec.lock.merge import merge_lockfiles
from ltxspec.lock.models import Lockfile
from ltxspec.plan.document import PlanOptions
from ltxspec.plan.planfile import plan_digest
from ltxspec.project.plan import plan_project
from ltxspec.project.review import make_review
from ltxspec.report.review.wording import headline
from ltxspec.review.models import WORKING_TREE, Cause, Review, ShotKind
from ltxspec.storage.git_refs import UnknownRevision

NOTHING = Decimal(0)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path / "films")


def review(root: Path, base: str | None = None, head: str | None = None) -> Review:
    return make_review(opened(root), base, head)


def kinds(found: Review) -> dict[str, ShotKind]:
    return {key: shot.kind for key, shot in by_key(found).items()}


def test_an_untouched_working_tree_has_nothing_to_review(root: Path) -> None:
    found = review(root)
    assert (list(found.shots), found.unchanged, found.head, found.base_name) == (
        [],
        4,
        WORKING_TREE,
        "merge base of main",
    )
    assert found.head_commit == found.base


def test_an_edited_variable_is_found_through_files_and_spec_alike(root: Path) -> None:
    edit(root, "specs/night.yaml", "city: Porto", "city: Lisbon")
    found = review(root)
    city = (Cause("variable", "city", "Porto", "Lisbon"),)
    assert kinds(found) == {"alley": ShotKind.PENDING, "pier": ShotKind.PENDING}
    assert [shot.causes for shot in found.shots] == [city, city]
    assert (str(found.estimate), found.unchanged, str(found.limit)) == ("0.96", 2, "5.00")


def test_files_are_read_from_their_own_side(root: Path) -> None:
    edit(root, "specs/prompts/pier.j2", "A pier", "A quay")
    edit(root, "specs/data/rows.csv", "warm", "golden")
    commit(root, "edited")
    write(root, "specs/prompts/pier.j2", "something that is not committed")
    found = by_key(review(root, "main", "feature"))
    assert found["pier"].prompt_after == "A quay at Porto."
    assert found["pier"].causes == (Cause("file", "specs/prompts/pier.j2"),)
    assert found["product[lamp]"].causes == (Cause("data", "specs/data/rows.csv: light", "warm", "golden"),)


def test_nothing_is_checked_out_and_nothing_is_written(root: Path) -> None:
    edit(root, "specs/night.yaml", "city: Porto", "city: Lisbon")
    before = git(root, "status", "--porcelain=v2", "--branch").stdout
    review(root, "main", "feature")
    review(root)
    assert git(root, "status", "--porcelain=v2", "--branch").stdout == before


def test_the_digest_is_that_of_the_plan_on_disk(root: Path) -> None:
    edit(root, "specs/night.yaml", "city: Porto", "city: Lisbon")
    write(root, "specs/a/more.yaml", HEAD.replace("night", "more") + "  gate: {prompt: A gate}\n")
    digest = plan_digest(plan_project(opened(root), PlanOptions()).plan)
    assert review(root).plan_digest == digest
    commit(root, "edited")
    assert review(root, "main", "HEAD").plan_digest == digest


def test_what_a_branch_bought_is_recognised_after_the_merge_although_main_moved_on(root: Path) -> None:
    base = read_lockfile(root)
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    ours = buy(root)
    commit(root, "snow, bought on the branch")
    git(root, "checkout", "--quiet", "main")
    edit(root, "specs/data/rows.csv", "warm", "golden")
    theirs = buy(root)
    commit(root, "golden, bought on main")
    git(root, "merge", "--quiet", "--no-commit", "-s", "ours", "feature")
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    write_lockfile(root, merge_lockfiles(ours, theirs, base))
    commit(root, "merged")
    found = review(root, "HEAD^1", "HEAD")
    assert kinds(found) == {"alley": ShotKind.RENDERED}
    assert (str(found.spent), found.estimate, list(found.lost), found.unchanged) == ("0.48", NOTHING, [], 3)


def test_a_take_that_the_head_lost_is_told(root: Path) -> None:
    lock = read_lockfile(root)
    write_lockfile(root, Lockfile(lock.provider, lock.spec, {"pier": lock.shots["pier"]}))
    found = review(root)
    assert [str(item.address) for item in found.lost] == ["night.alley", "night.product[lamp]", "night.product[rope]"]
    assert found.refusals[0].code == "tasks-lost"


def test_a_head_that_does_not_render_is_reviewed_by_its_lockfiles(root: Path) -> None:
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    buy(root)
    edit(root, "specs/night.yaml", "{{ name }}", "{{ nme }}")
    found = review(root)
    assert kinds(found) == {"alley": ShotKind.RENDERED}
    assert [(item.severity, item.code, str(item.where)) for item in found.diagnostics] == [
        ("error", "undefined-variable", "specs/night.yaml:12:17")
    ]
    assert (found.plan_digest, found.estimate) == ("", NOTHING)
    assert [refusal.code for refusal in found.refusals] == ["invalid"]


def test_a_base_that_does_not_render_is_one_warning_and_the_lockfiles_still_compare(root: Path) -> None:
    edit(root, "specs/night.yaml", "{{ name }}", "{{ nme }}")
    commit(root, "broken")
    edit(root, "specs/night.yaml", "{{ nme }}", "{{ name }}")
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    buy(root)
    found = review(root, "HEAD")
    shot = by_key(found)["alley"]
    assert (shot.kind, shot.prompt_before, shot.prompt_after) == (
        ShotKind.RENDERED,
        "Rain over Porto",
        "Snow over Porto",
    )
    assert [item.code for item in found.diagnostics] == ["base-unrendered"]
    assert list(found.refusals) == []


def test_a_lockfile_of_the_head_that_cannot_be_read_is_an_error_and_makes_up_nothing(root: Path) -> None:
    write(root, "lockfiles/night.lock.json", "<<<<<<< ours\n")
    found = review(root)
    assert [item.code for item in found.diagnostics] == ["lockfile"]
    assert (found.spent, list(found.lost), found.plan_digest, found.estimate) == (NOTHING, [], "", NOTHING)


def test_a_lockfile_of_the_base_that_cannot_be_read_is_a_warning(root: Path) -> None:
    text = (root / "lockfiles/night.lock.json").read_text("utf-8")
    write(root, "lockfiles/night.lock.json", "{")
    commit(root, "broken")
    write(root, "lockfiles/night.lock.json", text)
    found = review(root, "HEAD")
    assert [item.code for item in found.diagnostics] == ["base-unreadable"]
    assert (found.spent, list(found.shots)) == (NOTHING, [])


def test_house_rules_stand_in_the_way_here_as_they_do_at_apply(root: Path) -> None:
    edit(root, "specs/night.yaml", "city: Porto", "city: Lisbon")
    rule = '[[policy]]\nassert = "plan.estimate.usd < 0.5"\nmessage = "too dear"\n'
    write(root, "ltxspec.toml", (root / "ltxspec.toml").read_text("utf-8") + rule)
    found = review(root)
    assert [refusal.code for refusal in found.refusals] == ["policy"]
    assert [item.code for item in found.diagnostics] == ["policy"]
    assert found.plan_digest != ""


def test_a_task_under_way_on_this_machine_is_seen_in_the_working_tree_only(root: Path) -> None:
    edit(root, "specs/night.yaml", "Rain over", "Snow over")
    commit(root, "snow")
    change = next(c for c in plan_project(opened(root), PlanOptions()).plan.changes if c.action.spends)
    assert change.request is not None
    assert change.task_id is not None
    assert change.fingerprint is not None
    body = change.request.body
    event = Intent(
        change.task_id, "alley", change.fingerprint, 1, 1, {**body, "taskUUID": change.task_id}, body, {},
        change.estimate, "2026-11-22T10:00:00Z",
    )  # fmt: skip
    path = opened(root).paths_of("night").journal
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(encode_event(event))
    assert kinds(review(root)) == {"alley": ShotKind.RESUMING}
    assert kinds(review(root, "main", "feature")) == {"alley": ShotKind.PENDING}
    git(root, "add", "--force", str(path))
    refused = review(root)
    assert ShotKind.RESUMING not in kinds(refused).values()
    (problem,) = refused.diagnostics
    assert "is tracked by git" in problem.message
    assert "git rm -r --cached .ltxspec" in (problem.hint or "")


def test_the_sandbox_has_lockfiles_of_its_own(root: Path) -> None:
    found = make_review(opened(root, "sandbox"))
    assert (found.provider, found.count(ShotKind.PENDING), found.spent) == ("sandbox", 4, NOTHING)
    assert all(shot.inherited for shot in found.shots)


def test_a_record_that_goes_while_the_sandbox_is_compared_is_lost_all_the_same(root: Path) -> None:
    lock = read_lockfile(root)
    write_lockfile(root, Lockfile(lock.provider, lock.spec, {"pier": lock.shots["pier"]}))
    found = make_review(opened(root, "sandbox"))
    assert [str(item.address) for item in found.lost] == ["night.alley", "night.product[lamp]", "night.product[rope]"]
    assert (found.provider, found.spent, found.total_before) == ("sandbox", NOTHING, NOTHING)
    write(root, "lockfiles/night.lock.json", "{")
    unreadable = make_review(opened(root, "sandbox"))
    assert ([item.code for item in unreadable.diagnostics], list(unreadable.lost)) == (["lockfile"], [])


def test_a_project_in_a_folder_of_a_repository_is_reviewed_alone(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    outer = project(tmp_path / "elsewhere")
    inner = tmp_path / "films" / "night"
    inner.parent.mkdir()
    git(tmp_path, "clone", "--quiet", str(outer), str(inner))
    shutil.rmtree(inner / ".git")
    commit(tmp_path, "all films")
    edit(inner, "specs/night.yaml", "Rain over", "Snow over")
    found = review(inner, "HEAD")
    assert kinds(found) == {"alley": ShotKind.PENDING}
    assert found.shots[0].source == ("specs/night.yaml", 8, 3)


def test_a_project_that_the_base_does_not_have_is_all_new(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "nothing yet")
    root = project(tmp_path / "films")
    shutil.rmtree(root / ".git")
    found = review(root, "main")
    assert kinds(found) == dict.fromkeys(["alley", "pier", "product[lamp]", "product[rope]"], ShotKind.RENDERED)
    assert (str(found.spent), found.total_before) == ("1.92", NOTHING)


def test_a_broken_configuration_and_an_unknown_revision_are_errors(root: Path) -> None:
    with pytest.raises(UnknownRevision):
        review(root, "nosuch")
    write(root, "ltxspec.toml", "[nosuch]\n")
    commit(root, "broken")
    write(root, "ltxspec.toml", "")
    with pytest.raises(Invalid):
        review(root, "HEAD")


def test_a_spec_moved_to_another_name_keeps_its_takes(root: Path) -> None:
    lock = read_lockfile(root)
    edit(root, "specs/night.yaml", "name: night", "name: dusk")
    (root / "lockfiles/night.lock.json").unlink()
    write_lockfile(root, Lockfile(lock.provider, "dusk", lock.shots))
    found = review(root)
    assert {str(shot.origin): shot.kind for shot in found.shots} == dict.fromkeys(
        ["night.alley", "night.pier", "night.product[lamp]", "night.product[rope]"], ShotKind.MOVED
    )
    assert (found.spent, list(found.lost)) == (NOTHING, [])


@pytest.mark.parametrize("head", [None, "HEAD"], ids=["the working tree", "a commit"])
@pytest.mark.parametrize("provider", [None, "sandbox"])
def test_a_lockfile_edited_by_hand_shows_its_altered_records_wherever_it_is_read(
    root: Path, head: str | None, provider: str | None
) -> None:
    edit(root, "lockfiles/night.lock.json", '"cost": "0.48"', '"cost": "0.01"')
    if head is not None:
        commit(root, "cheaper")
    found = make_review(opened(root, provider), "main", head)
    assert len({item.task_id for item in found.altered}) == 4
    assert [item.code for item in found.diagnostics] == ["lockfile"]
    assert {"record-altered", "invalid"} <= {item.code for item in found.refusals}
    assert found.plan_digest == ""
    assert re.search(r"\b4 (shots )?with altered records", headline(found))
