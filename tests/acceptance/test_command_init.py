"""`ltxspec init`: what it writes works at once, and what was there stays."""

import os
from pathlib import Path

import pytest
from acceptance.commands import REPOSITORY, ltxspec
from acceptance.repositories import git


def test_a_new_project_is_valid_plans_and_renders(tmp_path: Path) -> None:
    told = ltxspec("init", cwd=tmp_path).out
    written = [line.removeprefix("wrote ") for line in told.splitlines() if line.startswith("wrote ")]
    assert {"ltxspec.toml", ".gitignore", ".gitattributes", "schemas/spec/v1.json"} <= set(written)
    assert all((tmp_path / name).is_file() for name in written)
    assert "1 spec, 1 shot: valid." in ltxspec("validate", cwd=tmp_path).out
    (next_step,) = [line.removeprefix("Next: ltxspec ") for line in told.splitlines() if line.startswith("Next: ")]
    assert "Plan: 1 to render (1 create)." in ltxspec(*next_step.split(), cwd=tmp_path).out
    assert ltxspec("fmt", "--check", cwd=tmp_path).out == ""


def test_the_editor_gets_the_published_schema(tmp_path: Path) -> None:
    ltxspec("init", cwd=tmp_path)
    published = REPOSITORY / "schemas" / "spec" / "v1.json"
    assert (tmp_path / "schemas" / "spec" / "v1.json").read_bytes() == published.read_bytes()


def test_a_second_init_touches_nothing(tmp_path: Path) -> None:
    ltxspec("init", cwd=tmp_path)
    (tmp_path / "ltxspec.toml").write_text("# mine\n", encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    told = ltxspec("init", cwd=tmp_path).out
    assert "wrote" not in told
    assert "kept  ltxspec.toml" in told
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_lines_are_added_to_ignore_rules_that_are_there(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.bak\nrenders/", encoding="utf-8")
    told = ltxspec("init", cwd=tmp_path).out
    assert "added to .gitignore\n" in told
    assert "wrote .gitignore" not in told
    lines = (tmp_path / ".gitignore").read_text("utf-8").splitlines()
    assert lines[:2] == ["*.bak", "renders/"]
    assert lines.count("renders/") == 1
    assert ".ltxspec/" in lines


def test_two_projects_do_not_share_task_ids(tmp_path: Path) -> None:
    ids = []
    for name in ("a", "b"):
        ltxspec("init", name, "--name", "same", cwd=tmp_path)
        ((body,),) = (ltxspec("render", "--format", "json", cwd=tmp_path / name).json,)
        ids.append(body["taskUUID"])
    assert ids[0] != ids[1]


def test_the_spec_is_named_after_the_folder_and_the_way_there_is_told(tmp_path: Path) -> None:
    told = ltxspec("init", "Autumn Campaign", cwd=tmp_path).out
    assert (tmp_path / "Autumn Campaign" / "specs" / "autumn-campaign.yaml").is_file()
    assert "Next: cd 'Autumn Campaign' && ltxspec plan" in told


def test_a_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "specs").write_text("not a folder", encoding="utf-8")
    refused = ltxspec("init", cwd=tmp_path, check=1)
    assert refused.err.startswith("error[storage]: ")
    assert "specs" in refused.err


def test_what_a_crash_leaves_beside_lockfiles_is_ignored_wherever_they_are(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "ltxspec.toml").write_text('[project]\nlockfiles = "records/paid"\n', encoding="utf-8")
    ltxspec("init", cwd=tmp_path)
    (tmp_path / "records" / "paid").mkdir(parents=True)
    for name in (".night.lock.json.tmp", "night.lock.json"):
        (tmp_path / "records" / "paid" / name).touch()
    assert git(tmp_path, "status", "--short", "records", "-uall").stdout == "?? records/paid/night.lock.json\n"
    attributes = git(tmp_path, "check-attr", "merge", "records/paid/night.lock.json").stdout
    assert attributes.endswith(": merge: ltxspec\n")


def test_the_workflow_is_for_the_branch_that_the_repository_has(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    ltxspec("init", cwd=tmp_path)
    text = (tmp_path / ".github" / "workflows" / "ltxspec.yml").read_text("utf-8")
    assert "branches: [trunk]\n" in text
    assert "apply-branch: trunk\n" in text


def test_a_remote_at_gitlab_gets_gitlabs_file(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "remote", "add", "origin", "git@gitlab.studio.example:films/autumn.git")
    ltxspec("init", cwd=tmp_path)
    assert (tmp_path / ".gitlab-ci.yml").is_file()
    assert not (tmp_path / ".github").exists()


def test_in_a_folder_of_a_repository_the_ci_files_are_at_its_root_and_name_the_folder(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    told = ltxspec("init", "films", cwd=tmp_path).out
    assert "wrote ../.github/workflows/ltxspec.yml\n" in told
    assert "to do set the secret RUNWARE_API_KEY in the repository's settings" in told
    for name in ("ltxspec.yml", "ltxspec-comment.yml"):
        text = (tmp_path / ".github" / "workflows" / name).read_text("utf-8")
        assert "      apply-branch: trunk\n      working-directory: films\n" in text
    assert not (tmp_path / "films" / ".github").exists()
    other = ltxspec("init", "shorts", cwd=tmp_path).out
    assert "kept  ../.github/workflows/ltxspec.yml (exists)" in other
    assert "add this project to it, with `working-directory: shorts`" in other


def test_with_a_umask_of_002_a_folder_of_the_project_uses_its_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ltxspec.storage.finding._is_private", lambda _: False)
    before = os.umask(0o002)
    try:
        ltxspec("init", "campaign", "--name", "night", cwd=tmp_path)
    finally:
        os.umask(before)
    planned = ltxspec("plan", "--provider", "sandbox", cwd=tmp_path / "campaign" / "specs")
    assert "Plan: 1 to render" in planned.out
    assert "is not used" not in planned.err


def test_outside_of_a_repository_that_is_said_as_lockfiles_are_kept_in_one(tmp_path: Path) -> None:
    assert "this is not a git repository" in ltxspec("init", cwd=tmp_path).err
    git(tmp_path, "init", "--quiet")
    assert "this is not a git repository" not in ltxspec("init", cwd=tmp_path).err


def test_quiet_says_nothing(tmp_path: Path) -> None:
    assert ltxspec("init", "-q", cwd=tmp_path).out == ""
