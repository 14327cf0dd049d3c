import os
from pathlib import Path

import pytest
from acceptance.repositories import commit, git
from unit.project.reviewed_projects import edit, project

from ltxspec.errors import StorageError, WrongUsage
from ltxspec.project.revisions import Revisions, choose_revisions
from ltxspec.storage.git_refs import UnknownRevision


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A branch with one commit of its own, and a main branch that has moved on since."""
    folder = project(tmp_path / "films")
    edit(folder, "specs/night.yaml", "Rain", "Snow")
    commit(folder, "snow")
    git(folder, "checkout", "--quiet", "main")
    commit(folder, "main moved on")
    git(folder, "checkout", "--quiet", "feature")
    return folder


def at(folder: Path, revision: str) -> str:
    return git(folder, "rev-parse", revision).stdout.strip()


def test_by_default_the_working_tree_is_compared_with_where_the_branch_left_main(root: Path) -> None:
    assert choose_revisions(root, os.environ) == Revisions(
        at(root, "main~1"), "merge base of main", None, at(root, "feature")
    )


def test_a_base_that_is_named_is_taken_as_it_is(root: Path) -> None:
    assert choose_revisions(root, os.environ, "main") == Revisions(at(root, "main"), "main", None, at(root, "feature"))


def test_a_head_may_be_named_too(root: Path) -> None:
    found = choose_revisions(root, os.environ, "HEAD~1", "main")
    assert found == Revisions(at(root, "feature~1"), "HEAD~1", at(root, "main"), at(root, "feature"))


@pytest.mark.parametrize(
    ("text", "base", "name", "head"),
    [
        ("main..feature", "main", "main", "feature"),
        ("main...feature", "main~1", "merge base of main", "feature"),
        ("main...", "main~1", "merge base of main", "feature"),
        ("..main", "feature", "HEAD", "main"),
    ],
)
def test_git_s_own_notation_is_understood(root: Path, text: str, base: str, name: str, head: str) -> None:
    assert choose_revisions(root, os.environ, text) == Revisions(
        at(root, base), name, at(root, head), at(root, "feature")
    )


def test_a_range_and_a_head_are_one_too_many(root: Path) -> None:
    with pytest.raises(WrongUsage, match="already names two revisions"):
        choose_revisions(root, os.environ, "main..feature", "HEAD")


@pytest.mark.parametrize(
    "variable", ["GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "BITBUCKET_PR_DESTINATION_BRANCH"]
)
def test_in_ci_the_branch_a_change_goes_to_counts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    git(root, "branch", "release", "main~1")
    git(tmp_path, "clone", "--quiet", "--branch=feature", str(root), "clone")
    monkeypatch.setenv(variable, "release")
    assert choose_revisions(tmp_path / "clone", os.environ).base_name == "merge base of origin/release"
    assert choose_revisions(root, os.environ).base_name == "merge base of release"


def test_an_empty_variable_of_ci_means_no_pull_request(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "")
    assert choose_revisions(root, os.environ).base_name == "merge base of main"


def test_a_branch_that_ci_did_not_fetch_is_an_error(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "nosuch")
    with pytest.raises(UnknownRevision, match="git does not know the commit `nosuch`"):
        choose_revisions(root, os.environ)


def test_without_a_main_branch_the_base_must_be_named(root: Path) -> None:
    git(root, "branch", "--move", "main", "trunk")
    with pytest.raises(UnknownRevision, match="nothing to compare with") as caught:
        choose_revisions(root, os.environ)
    assert "ltxspec diff REVISION" in str(caught.value.hint)


def test_outside_of_a_repository_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not in a git repository"):
        choose_revisions(tmp_path, os.environ)


def cloned(root: Path, name: str, *options: str) -> Path:
    git(root.parent, "clone", "--quiet", *options, root.as_uri(), name)
    return root.parent / name


def test_a_remote_whose_default_branch_is_the_branch_itself_is_no_base(root: Path) -> None:
    clone = cloned(root, "clone")  # of a repository that has `feature` checked out
    with pytest.raises(UnknownRevision, match=r"the remote's default branch is .* itself \(`feature`\)") as raised:
        choose_revisions(clone, os.environ, head="HEAD")
    assert "`ltxspec comment --base REVISION`" in str(raised.value.hint)
    assert choose_revisions(clone, os.environ, "origin/main", "HEAD").remark is None


def test_the_working_tree_of_such_a_clone_is_compared_and_remarked_on(root: Path) -> None:
    found = choose_revisions(cloned(root, "clone"), os.environ)
    assert found.base == at(root, "feature")
    assert found.remark is not None


def test_work_on_main_is_compared_with_main(root: Path) -> None:
    git(root, "checkout", "--quiet", "main")
    assert choose_revisions(root, os.environ).remark is None
    assert choose_revisions(cloned(root, "clone"), os.environ).remark is None


def test_a_commit_of_main_has_nothing_to_be_compared_with(root: Path) -> None:
    git(root, "checkout", "--quiet", "main")
    with pytest.raises(UnknownRevision, match="so nothing that is committed differs from it"):
        choose_revisions(root, os.environ, head="HEAD")


def test_in_ci_the_named_branch_counts_although_it_is_the_branch_itself(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_BASE_REF", "feature")
    assert choose_revisions(root, os.environ, head="HEAD").remark is None


def test_a_shallow_clone_is_noticed_where_no_base_is_found(root: Path) -> None:
    clone = cloned(root, "clone", "--depth=1", "--branch=feature")
    git(clone, "remote", "set-head", "origin", "--delete")
    with pytest.raises(UnknownRevision, match="there is nothing to compare with") as raised:
        choose_revisions(clone, os.environ, head="HEAD")
    assert "git fetch --unshallow" in str(raised.value.hint)
