"""From the pull request to main: planned without a key, posted by another job, ordered by a comment, paid for once."""

import json
from pathlib import Path

import pytest
from acceptance.ci.repos import git, installed, run
from acceptance.ci.studio import Studio
from acceptance.commands import ltxspec

from ltxspec.forges.marker import Marker


def plan(studio: Studio, clone: Path, check: int = 0) -> Path:
    git(clone, "fetch", "--quiet", "origin")
    run("plan.sh", cwd=clone, check=check, variables=studio.pull_request())
    return clone / "review.json"


def post(studio: Studio, report: Path, check: int = 0) -> str:
    """As the second job does: in an empty folder, with nothing but the report."""
    empty = studio.folder / f"empty-{studio.runs}"
    empty.mkdir()
    return run("comment.sh", cwd=empty, check=check, variables=studio.workflow_run(LTXSPEC_REPORT=str(report)))


def test_a_plan_needs_no_key_and_leaves_a_report(studio: Studio, branch: Path) -> None:
    outputs, summary = studio.folder / "outputs", studio.folder / "summary.md"
    variables = studio.pull_request(GITHUB_OUTPUT=str(outputs), GITHUB_STEP_SUMMARY=str(summary))
    run("plan.sh", cwd=branch, variables=variables)
    report = json.loads((branch / "review.json").read_text("utf-8"))
    assert report["head"] == {"commit": studio.head("night"), "isWorkingTree": False}
    written = dict(line.split("=", 1) for line in outputs.read_text("utf-8").splitlines())
    assert written == {"changes": "2", "cost": "1.08", "digest": report["planDigest"]}
    assert "1 shot to render for $0.54; also at the base: 1 to render for $0.54" in summary.read_text("utf-8")
    assert studio.far.asked == []


def test_a_change_over_the_limit_fails_its_check_and_still_has_a_report(studio: Studio, branch: Path) -> None:
    shots = {f"shot-{number}": f"scene {number}" for number in range(5)}
    studio.write(branch, "night", alley="rain on a roof", tower="a tower at dusk", **shots)
    assert json.loads(plan(studio, branch, check=4).read_text("utf-8"))["refusals"][0]["code"] == "over-budget"


def test_a_change_that_is_not_valid_fails_its_check_and_is_told(studio: Studio, branch: Path) -> None:
    studio.write(branch, "night", alley="'{{ nobody }}'", tower="a tower at dusk")
    post(studio, plan(studio, branch, check=1))
    assert "nobody" in studio.comment()


def test_a_report_is_told_by_a_job_that_has_no_files(studio: Studio, branch: Path) -> None:
    out = post(studio, plan(studio, branch))
    assert "https://forge.test/owner/films/pull/7#issuecomment-" in out
    text = studio.comment()
    assert "1 shot to render for $0.54; also at the base: 1 to render for $0.54" in text
    assert f"https://forge.test/owner/films/blob/{studio.head('night')}/specs/night.yaml#L" in text
    mark = Marker.read(text)
    assert mark is not None
    assert (mark.head, mark.digest) == (
        studio.head("night"),
        json.loads((branch / "review.json").read_text("utf-8"))["planDigest"],
    )


def test_a_report_that_was_tampered_with_is_not_posted(studio: Studio, planned: Path) -> None:
    document = json.loads(planned.read_text("utf-8"))
    for change in ({"estimate": {"usd": "0.01", "unknown": 0}}, {"markdown": "@everyone"}, {"planDigest": "--> hi"}):
        planned.write_text(json.dumps(document | change), "utf-8")
        post(studio, planned, check=1)
    assert studio.far.comments == []


def test_a_report_of_less_than_its_digest_buys_is_not_posted(studio: Studio, planned: Path) -> None:
    honest = json.loads(planned.read_text("utf-8"))
    (shot,) = [shot for shot in honest["shots"] if shot["address"] == "night.alley"]
    less = {
        "shots": [shot],
        "summary": honest["summary"] | {"pending": 1},
        "estimate": {"usd": shot["change"]["estimate"], "unknown": 0},
    }
    planned.write_text(json.dumps(honest | less), "utf-8")
    assert "error[review-file]: `" in (said := post(studio, planned, check=1))
    assert "`/planDigest`" in said
    shot["change"]["estimate"] = less["estimate"]["usd"] = "0.01"
    planned.write_text(json.dumps(honest | less), "utf-8")
    assert "`/shots/0/change/estimate`" in post(studio, planned, check=1)
    assert studio.far.comments == []


def test_a_report_of_another_commit_is_not_posted(studio: Studio, branch: Path, planned: Path) -> None:
    studio.write(branch, "night", tower="a tower at dusk", alley="hail on a roof")
    assert "this run is for" in post(studio, planned, check=1)
    assert studio.far.comments == []


def test_a_pull_request_that_moved_on_or_was_closed_is_left_alone(studio: Studio, branch: Path, planned: Path) -> None:
    variables = studio.workflow_run(LTXSPEC_REPORT=str(planned))
    studio.write(branch, "night", tower="a tower at dusk", alley="hail on a roof")
    assert "nothing to comment on" in run("comment.sh", cwd=studio.folder, variables=variables)
    assert studio.far.comments == []


def test_no_report_is_nothing_to_post(studio: Studio) -> None:
    variables = studio.job("workflow_run", {}, LTXSPEC_REPORT=str(studio.folder / "none.json"))
    assert "nothing to post" in run("comment.sh", cwd=studio.folder, variables=variables)


def test_an_order_buys_what_was_seen_and_the_merge_costs_nothing(studio: Studio, branch: Path) -> None:
    post(studio, plan(studio, branch))
    run("apply.sh", cwd=studio.clone(), variables=studio.order(LTXSPEC_MAX_COST="2"))
    assert studio.charges() == 2
    assert len(studio.remote.tasks(branch="night")) == 2
    assert "2 shots rendered for $1.08" in studio.comment()
    assert f"head={studio.head('night')}" in studio.comment()

    # main moves on before the merge. Its tower is the very one that the branch bought: only the bridge is paid for.
    studio.write(studio.clone(), "main", bridge="an iron bridge", tower="a tower at dusk")
    run("apply.sh", cwd=studio.clone(), variables=studio.push())
    assert studio.charges() == 3

    merged = studio.clone()
    ltxspec("init", cwd=merged)  # which sets up git's merge driver in this clone
    git(merged, "merge", "--quiet", "--message=Merge", "origin/night")
    git(merged, "push", "--quiet", "origin", "main")
    assert studio.left_to_pay(merged) == "0.00"
    run("apply.sh", cwd=studio.clone(), variables=studio.push())
    assert studio.charges() == 3
    assert len(studio.remote.tasks()) == 3


@pytest.mark.usefixtures("posted")
def test_an_order_after_another_commit_buys_nothing(studio: Studio, branch: Path) -> None:
    studio.write(branch, "night", tower="a tower at dusk", alley="hail on a roof")
    assert "moved on since the review" in run("apply.sh", cwd=studio.clone(), check=4, variables=studio.order())
    assert studio.charges() == 0


@pytest.mark.usefixtures("posted")
@pytest.mark.parametrize(
    ("author", "text", "reason"),
    [("eve", "/ltxspec apply", "may not push"), ("ada", "please do not /ltxspec apply", "not an order")],
)
def test_an_order_that_is_none_buys_nothing(studio: Studio, author: str, text: str, reason: str) -> None:
    assert reason in run("apply.sh", cwd=studio.clone(), check=4, variables=studio.order(author, text))
    assert studio.charges() == 0


@pytest.mark.usefixtures("posted")
def test_an_order_from_a_fork_buys_nothing(studio: Studio) -> None:
    studio.far.fork = True
    assert "comes from a fork" in run("apply.sh", cwd=studio.clone(), check=4, variables=studio.order())
    assert studio.charges() == 0


@pytest.mark.usefixtures("posted")
def test_a_limit_of_the_job_holds_whatever_the_branch_says(studio: Studio) -> None:
    out = run("apply.sh", cwd=studio.clone(), check=4, variables=studio.order(LTXSPEC_MAX_COST="0.60"))
    assert "over the limit" in out
    assert studio.charges() == 0


def test_a_module_in_the_change_is_never_run(studio: Studio, branch: Path) -> None:
    """By the command as it is installed, although the path of modules has the working directory in it."""
    real, trace = {"PATH": installed(), "PYTHONPATH": ":/nowhere"}, studio.folder / "was-run"
    for name in ("json", "ltxspec", "sys", "site"):
        (branch / f"{name}.py").write_text(f"open({str(trace)!r}, 'w').close()\nraise SystemExit(99)\n", "utf-8")
    studio.write(branch, "night", tower="a tower at dusk", alley="hail on a roof")
    git(branch, "fetch", "--quiet", "origin")
    run("run.sh", "plan", cwd=branch, variables=studio.pull_request(**real))
    post(studio, branch / "review.json")
    job = studio.clone()
    run("run.sh", "apply", cwd=job, variables=studio.order(**real))
    assert (job / "ltxspec.py").exists()
    assert not trace.exists()


@pytest.mark.usefixtures("posted")
def test_what_was_bought_is_recorded_although_a_shot_failed(studio: Studio) -> None:
    studio.faults = [{"fault": "fail", "prompt": "snow", "times": None, "code": "contentPolicyViolation"}]
    run("apply.sh", cwd=studio.clone(), check=3, variables=studio.order())
    assert len(studio.remote.tasks(branch="night")) == 2  # the failed task is on record, too
    assert "1 shot rendered" in studio.comment()


def test_a_push_renders_the_branch_as_it_is_when_its_turn_comes(studio: Studio) -> None:
    late = studio.clone()
    studio.write(late, "main", tower="a tower at dusk")
    studio.write(studio.clone(), "main", bridge="an iron bridge")
    run("apply.sh", cwd=late, variables=studio.push())
    assert studio.charges() == 1
    assert '"bridge"' in git(studio.remote.folder, "show", "main:lockfiles/night.lock.json")
