"""Making and posting the comment: from revisions or a report, to GitHub and GitLab, with what is refused on the way."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acceptance.ci.repos import git
from acceptance.commands import Result, ltxspec, write_spec
from fake_forges import TOKEN, Asked, FakeGitHub, FakeGitLab, serving

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
GITHUB = ("--forge", "github", "--repo", "owner/films", "--pr", "7")
GITLAB = ("--forge", "gitlab", "--repo", "group/films", "--pr", "7")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose branch `night` adds a shot to main's one."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    write_spec(tmp_path, HEAD + "  tower: {prompt: a tower}\n")
    commit(tmp_path)
    git(tmp_path, "switch", "--quiet", "--create", "night")
    write_spec(tmp_path, HEAD + "  tower: {prompt: a tower}\n  alley: {prompt: rain}\n")
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> str:
    git(folder, "add", "specs")
    git(folder, "commit", "--quiet", "--message=Edit")
    return git(folder, "rev-parse", "HEAD")


def comment(project: Path, *arguments: str, check: int = 0, **more: str) -> Result:
    tokens = {"GITHUB_TOKEN": TOKEN, "GITLAB_TOKEN": TOKEN}
    return ltxspec("comment", *arguments, cwd=project, check=check, **(tokens | more))


@pytest.fixture
def github(project: Path) -> Iterator[FakeGitHub]:
    far = FakeGitHub(head=git(project, "rev-parse", "HEAD"))
    with serving(far):
        yield far


def test_a_dry_run_prints_and_sends_nothing(project: Path, github: FakeGitHub) -> None:
    out = comment(project, *GITHUB, "--api", github.base, "--dry-run", GITHUB_TOKEN="").out
    assert "1 shot to render for $0.54; also at the base: 1 to render for $0.54" in out
    assert github.asked == []


def test_a_dry_run_links_the_files_where_the_remote_is_known(project: Path) -> None:
    head = git(project, "rev-parse", "HEAD")
    assert "](specs/night.yaml#L" in comment(project, "--dry-run").out
    git(project, "remote", "add", "origin", "https://me:pass@github.com/studio/films.git")
    text = comment(project, "--base", "main", "--dry-run").out
    assert f"](https://github.com/studio/films/blob/{head}/specs/night.yaml#L" in text
    assert "pass@" not in text


def test_what_stands_in_the_working_tree_is_not_told(project: Path) -> None:
    write_spec(project, HEAD + "  tower: {prompt: not committed}\n")
    assert "not committed" not in comment(project, "--dry-run").out


def test_the_comment_is_posted_and_its_address_printed(project: Path, github: FakeGitHub) -> None:
    done = comment(project, *GITHUB, "--api", github.base)
    (found,) = github.comments
    assert done.out.strip() == found["html_url"]
    assert done.err.strip() == "comment created"
    assert comment(project, *GITHUB, "--api", github.base).err.strip() == "comment unchanged"


def test_a_merge_request_gets_its_note(project: Path) -> None:
    far = FakeGitLab(head=git(project, "rev-parse", "HEAD"))
    with serving(far) as api:
        done = comment(project, *GITLAB, "--api", api)
    assert done.out.strip() == "https://forge.test/group/films/-/merge_requests/7#note_1001"
    assert "1 shot to render for $0.54; also at the base: 1 to render for $0.54" in far.comments[0]["body"]


def test_a_merge_request_is_found_from_the_variables_of_its_pipeline(project: Path) -> None:
    head = git(project, "rev-parse", "HEAD")
    far = FakeGitLab(head=head)
    with serving(far) as api:
        comment(
            project,
            GITLAB_CI="true",
            CI_API_V4_URL=api,
            CI_COMMIT_SHA=head,
            CI_MERGE_REQUEST_IID="7",
            CI_MERGE_REQUEST_PROJECT_PATH="group/films",
            CI_MERGE_REQUEST_PROJECT_URL="https://gitlab.test/group/films",
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
            CI_PIPELINE_ID="40",
            CI_JOB_ID="3",
        )
    text = far.comments[0]["body"]
    assert f"https://gitlab.test/group/films/-/blob/{head}/specs/night.yaml#L" in text
    assert "run=40.3" in text


def test_a_head_the_forge_does_not_know_yet_is_waited_for(project: Path, github: FakeGitHub) -> None:
    new, github.head = github.head, git(project, "rev-parse", "HEAD~1")

    def learn(_: Asked) -> None:
        if len(github.asked) > 1:
            github.head = new

    github.before = learn
    assert comment(project, *GITHUB, "--api", github.base).err.strip() == "comment created"


def test_a_head_that_moved_on_is_left_to_its_own_run(project: Path, github: FakeGitHub) -> None:
    github.head = "e" * 40
    done = comment(project, *GITHUB, "--api", github.base)
    assert "nothing written: the head is now eeeeeeeeeeee" in done.err
    assert github.comments == []


def report(project: Path, *revisions: str) -> dict[str, Any]:
    document: dict[str, Any] = ltxspec("diff", *revisions, "--format", "json", cwd=project).json
    (project / "review.json").write_text(json.dumps(document), "utf-8")
    return document


def test_a_report_says_the_same_as_the_revisions_it_is_of_and_shows_whole_what_is_bought(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    report(project, "main...night")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project / "review.json").rename(elsewhere / "review.json")
    told = comment(elsewhere, "--report", "review.json", "--dry-run").out
    direct = comment(project, "--dry-run").out
    assert told.split("\n\n")[:3] == direct.split("\n\n")[:3]
    assert told.split("\n\n")[-2:] == direct.split("\n\n")[-2:]
    assert told.count("The whole request: ") == 2  # what is rendered anyway is bought as well


RULES = '[budget]\nper_apply = "{}"\n[[policy]]\nassert = "duration <= {}"\n'


@pytest.fixture
def loosened(project: Path) -> Path:
    """The branch `night` also raises a limit, changes a policy and says where results go; `main` is checked out."""
    git(project, "switch", "--quiet", "main")
    (project / "ltxspec.toml").write_text(RULES.format("1.00", 6), "utf-8")
    git(project, "add", "ltxspec.toml")
    git(project, "commit", "--quiet", "--message=Rules")
    git(project, "switch", "--quiet", "--create", "loose")
    (project / "ltxspec.toml").write_text(RULES.format("90.00", 60), "utf-8")
    write_spec(project, HEAD + "  tower: {prompt: a tower, webhookURL: 'https://calls.example/hook'}\n")
    git(project, "add", "ltxspec.toml")
    commit(project)
    report(project, "main...loose")
    git(project, "switch", "--quiet", "main")
    return project


def forged_report(project: Path, **fields: Any) -> None:
    document = json.loads((project / "review.json").read_text("utf-8"))
    (project / "review.json").write_text(json.dumps(document | fields), "utf-8")


def test_the_rules_of_a_report_are_found_out_again_from_its_commits(loosened: Path) -> None:
    told = comment(loosened, "--report", "review.json", "--dry-run").out
    assert "budget.per&#95;apply: &#36;1.00 → &#36;90.00" in told
    assert "webhookURL of night.tower" in told
    assert "was checked against the two commits" in told


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"rules": []}, "the change of `budget.per_apply` is missing or different"),
        (
            {"rules": [{"name": "budget.per_apply", "before": "$1.00", "after": "$90.00"}]},
            "the change of `policy duration <= 60` is missing or different",
        ),
        ({"limit": None}, "`/limit`"),
        ({"limit": "5.00"}, "`/limit`"),
    ],
)
def test_a_report_that_leaves_out_a_rule_is_refused_where_its_commits_are_known(
    loosened: Path, fields: dict[str, Any], said: str
) -> None:
    forged_report(loosened, **fields)
    assert said in comment(loosened, "--report", "review.json", "--dry-run", check=1).err


def test_a_report_that_invents_a_rule_is_refused_where_its_commits_are_known(loosened: Path) -> None:
    rules = json.loads((loosened / "review.json").read_text("utf-8"))["rules"]
    price = {"name": "price of lightricks:ltx@2.5-fast at x", "before": None, "after": "$0.01 a second"}
    forged_report(loosened, rules=[*rules, price])
    refused = comment(loosened, "--report", "review.json", "--dry-run", check=1).err
    assert "the commits do not contain this change of `price of lightricks:ltx@2.5-fast at x`" in refused


@pytest.mark.parametrize("name", ["loose", "main", "--help", "HEAD"])
def test_a_report_does_not_choose_what_its_rules_are_compared_with(loosened: Path, name: str) -> None:
    """A base at which the rules were loose already would show none as changed."""
    base = git(loosened, "rev-parse", {"loose": "loose", "main": "main~1"}.get(name, "main"))
    forged_report(loosened, rules=[], base={"commit": name if name in ("--help", "HEAD") else base, "name": "main"})
    done = ltxspec("comment", "--report", "review.json", "--dry-run", cwd=loosened, check=None)
    assert done.code == 1 or "changed, and whether the policies hold, is stated by the report" in done.out


def test_a_report_of_a_working_tree_is_refused(project: Path) -> None:
    report(project, "main")
    assert "working tree" in comment(project, "--report", "review.json", "--dry-run", check=1).err


def test_a_report_of_another_commit_is_refused(project: Path) -> None:
    report(project, "main...night")
    refused = comment(project, "--report", "review.json", "--head", "e" * 40, "--dry-run", check=1)
    assert "this run is for eeeeeeeeeeee" in refused.err


@pytest.mark.parametrize("digest", ["sha256:1", "sha256:" + "0" * 64 + "\nrm -rf /", "--> hello"])
def test_a_digest_that_is_none_is_refused(project: Path, digest: str) -> None:
    document = report(project, "main...night")
    (project / "review.json").write_text(json.dumps(document | {"planDigest": digest}), "utf-8")
    comment(project, "--report", "review.json", "--dry-run", check=1)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"formatVersion": "9"}', b"\xff"])
def test_what_is_no_report_is_refused(project: Path, content: bytes) -> None:
    (project / "review.json").write_bytes(content)
    assert "error[review-file]" in comment(project, "--report", "review.json", "--dry-run", check=1).err


def test_where_no_project_is_the_comment_fails_and_never_tells_of_no_changes(project: Path) -> None:
    (project / "elsewhere").mkdir()
    for options in ((), ("--base", "main")):
        refused = comment(project / "elsewhere", *options, "--dry-run", check=1)
        assert "error[no-project]" in refused.err
        assert refused.out == ""


def test_a_spec_that_is_only_a_pointer_is_named_with_the_cure(project: Path) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "4" * 64 + "\nsize 9\n"
    (project / "specs" / "night.yaml").write_text(pointer, "utf-8")
    commit(project)
    text = comment(project, "--dry-run").out
    assert "**Shots cannot be compared until the problems are fixed" in text
    assert "is kept in Git LFS, so its text is not in the commit (keep specs, prompts, tables" in text


def test_a_report_that_is_not_there_is_a_typing_error(project: Path) -> None:
    comment(project, "--report", "none.json", "--dry-run", check=64)


def test_an_order_needs_the_event_of_a_comment(project: Path, github: FakeGitHub) -> None:
    refused = comment(project, *GITHUB, "--api", github.base, "--accept-order", check=64)
    assert "not started by a new comment" in refused.err


def test_pictures_are_linked_in_the_rows_of_their_shots(project: Path) -> None:
    (project / "index.json").write_text('{"night.alley": "alley.png", "night.gone": "gone.png"}', "utf-8")
    options = ("--pictures", "index.json", "--pictures-base", "https://pictures.example/7")
    text = comment(
        project, *options, "--sheet", "sheet.png", "--storyboard", "https://x.example/a.html", "--dry-run"
    ).out
    assert (
        '<a href="https://x.example/a.html#night.alley"><img width="320" src="https://pictures.example/7/alley.png"'
        in text
    )
    assert '<img src="https://pictures.example/7/sheet.png"' in text
    assert "gone.png" not in text


def test_pictures_without_an_address_fail_and_nothing_is_posted(project: Path, github: FakeGitHub) -> None:
    (project / "index.json").write_text('{"night.alley": "alley.png"}', "utf-8")
    refused = comment(project, *GITHUB, "--api", github.base, "--pictures", "index.json", check=1)
    assert "error[pictures]: the picture `alley.png` has no address" in refused.err
    assert github.asked == []


def test_the_token_is_in_no_output(project: Path, github: FakeGitHub) -> None:
    for api in (github.base, f"{github.base}/elsewhere"):
        done = comment(project, *GITHUB, "--api", api, check=0 if api == github.base else 1)
        assert TOKEN not in done.out + done.err
    assert all(item.headers["authorization"] == f"Bearer {TOKEN}" for item in github.asked)
