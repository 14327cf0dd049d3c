"""A pull request shows its shots before a cent is spent: drawn by the job with rights, from a checked report."""

import json
import subprocess
from pathlib import Path

import pytest
from acceptance.ci.repos import git, run
from acceptance.ci.studio import Studio
from acceptance.ci.test_publish_previews import BRANCH

RAW = "https://forge.test/owner/films/raw"


def plan(studio: Studio, clone: Path) -> Path:
    git(clone, "fetch", "--quiet", "origin")
    run("plan.sh", cwd=clone, variables=studio.pull_request())
    return clone / "review.json"


def draw(studio: Studio, report: Path, check: int = 0, **more: str) -> tuple[Path, str]:
    """As the second job does: in a clone of main. The folder that it wrote, and what it said."""
    home = studio.clone()
    out = studio.folder / f"previews-{studio.runs}"
    given = studio.workflow_run(LTXSPEC_REPORT=str(report), LTXSPEC_PREVIEWS=str(out), **more)
    return out, run("previews.sh", cwd=home, check=check, variables=given)


def comment(studio: Studio, report: Path, out: Path) -> str:
    empty = studio.folder / f"empty-{studio.runs}"
    empty.mkdir()
    given = studio.workflow_run(
        LTXSPEC_REPORT=str(report),
        LTXSPEC_PREVIEWS=str(out),
        LTXSPEC_STORYBOARD="https://forge.test/runs/1/artifacts/2",
    )
    run("comment.sh", cwd=empty, variables=given)
    return studio.comment()


def test_a_pull_request_shows_what_is_not_bought_yet(studio: Studio, branch: Path) -> None:
    report = plan(studio, branch)
    out, _ = draw(studio, report)
    addresses = json.loads((out / "pictures.json").read_text("utf-8"))
    assert addresses.keys() == {"night.tower", "night.alley"}
    text = comment(studio, report, out)
    assert addresses["night.alley"] in text
    assert (out / "sheet").read_text("utf-8").strip() in text
    assert "https://forge.test/runs/1/artifacts/2" in text
    commit = addresses["night.alley"].removeprefix(f"{RAW}/").partition("/")[0]
    assert git(studio.remote.folder, "branch", "--contains", commit).split() == [BRANCH]
    page = (out / "storyboard" / "index.html").read_text("utf-8")
    assert "Preview, not rendered" in page
    assert [path.name for path in (out / "storyboard").iterdir()] == ["index.html"]  # all is inside
    assert studio.charges() == 0
    assert not (out / "drawn").exists()


def test_what_a_fork_reports_is_drawn_here_and_nothing_of_it_is_read(
    studio: Studio, branch: Path, planned: Path
) -> None:
    studio.far.fork = True
    (branch / "pictures.json").write_text('{"night.alley": "https://evil.test/x.png"}', "utf-8")
    out, _ = draw(studio, planned)
    text = comment(studio, planned, out)
    assert f"{RAW}/" in text
    assert "evil.test" not in text


@pytest.mark.parametrize("change", [{"estimate": {"usd": "0.01", "unknown": 0}}, {"markdown": "@everyone"}])
def test_a_report_that_was_tampered_with_is_not_drawn(studio: Studio, planned: Path, change: dict[str, object]) -> None:
    document = json.loads(planned.read_text("utf-8"))
    planned.write_text(json.dumps(document | change), "utf-8")
    out, said = draw(studio, planned, check=1)
    assert "error[review-file]" in said
    assert list(out.iterdir()) == []
    assert BRANCH not in studio.remote.branches()


def test_a_report_of_another_commit_is_not_drawn(studio: Studio, branch: Path, planned: Path) -> None:
    studio.write(branch, "night", tower="a tower at dusk", alley="hail on a roof")
    _, said = draw(studio, planned, check=1)
    assert "this run is for" in said
    assert BRANCH not in studio.remote.branches()


def test_takes_that_were_bought_before_are_fetched_and_shown(studio: Studio, branch: Path) -> None:
    run("apply.sh", cwd=studio.clone(), variables=studio.push("main", LTXSPEC_MAX_COST="5"))
    git(branch, "fetch", "--quiet", "origin")
    git(branch, "merge", "--quiet", "--no-edit", "origin/main")
    studio.write(branch, "night", tower="a tower at dawn", alley="snow on a roof")
    out, said = draw(studio, plan(studio, branch), RUNWARE_BASE_URL=studio.service)  # in a clone without any video
    assert "night.tower: archived" in said
    assert "not on this machine" not in said
    assert json.loads((out / "pictures.json").read_text("utf-8")).keys() == {"night.tower", "night.alley"}


def test_takes_that_cannot_be_fetched_are_said_to_be_with_the_reason_everywhere(studio: Studio, branch: Path) -> None:
    run("apply.sh", cwd=studio.clone(), variables=studio.push("main", LTXSPEC_MAX_COST="5"))
    git(branch, "fetch", "--quiet", "origin")
    git(branch, "merge", "--quiet", "--no-edit", "origin/main")
    studio.write(branch, "night", tower="a tower at dawn", alley="snow on a roof")
    report = plan(studio, branch)
    out, said = draw(studio, report)  # in a job that knows nothing of the service at home
    why = "is not fetched: its address is not https"
    assert why in said
    assert json.loads((out / "missing.json").read_text("utf-8")).keys() == {"night.tower"}
    page = (out / "storyboard" / "index.html").read_text("utf-8")
    assert "Could not be fetched" in page
    assert why in page
    text = comment(studio, report, out)
    assert text.count(why) == 1
    assert "No picture of a video:" in text


def test_after_the_merge_the_pictures_go(studio: Studio, planned: Path) -> None:
    draw(studio, planned)
    assert git(studio.remote.folder, "rev-list", "--count", BRANCH) == "2"
    studio.far.state = "closed"
    run("apply.sh", cwd=studio.clone(), variables=studio.push("main", LTXSPEC_MAX_COST="5"))
    assert git(studio.remote.folder, "rev-list", "--count", BRANCH) == "1"


def test_pictures_that_cannot_be_pushed_do_not_withhold_the_comment(
    studio: Studio, branch: Path, planned: Path
) -> None:
    git(branch, "push", "--quiet", "origin", f"main:{BRANCH}")  # it holds something else
    out, said = draw(studio, planned)
    assert "the pictures are not published" in said
    assert "night.alley" in comment(studio, planned, out)


def test_an_order_shows_the_takes_that_it_bought(studio: Studio, planned: Path) -> None:
    before, _ = draw(studio, planned)
    comment(studio, planned, before)
    runner = studio.clone()
    run("apply.sh", cwd=runner, variables=studio.order(LTXSPEC_MAX_COST="5"))
    text = studio.comment()
    assert text.count(RAW) > 0
    old = json.loads((before / "pictures.json").read_text("utf-8"))["night.alley"]
    assert old not in text
    tip = git(studio.remote.folder, "rev-list", "--parents", "--max-count=1", BRANCH).split()
    assert len(tip) == 2
    names = git(studio.remote.folder, "ls-tree", "--name-only", tip[1]).split()
    assert "sheet.jpg" in names
    picture = subprocess.run(
        ["git", "show", f"{tip[1]}:sheet.jpg"], cwd=studio.remote.folder, capture_output=True, check=True
    ).stdout
    (studio.folder / "sheet.jpg").write_bytes(picture)
    assert f"{RAW}/{tip[1]}/sheet.jpg" in text
