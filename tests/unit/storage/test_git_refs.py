from pathlib import Path

import pytest
from acceptance.repositories import branch, commit, git

from ltxspec.errors import StorageError
from ltxspec.storage.git_refs import (
    AmbiguousRevision,
    UnknownRevision,
    commit_of,
    find_commit,
    main_branch,
    merge_base,
    short,
)


def head(folder: Path, name: str = "HEAD") -> str:
    return git(folder, "rev-parse", name).stdout.strip()


def test_a_revision_is_found_under_each_of_its_names(repository: Path) -> None:
    git(repository, "tag", "--annotate", "--message=t", "v1")
    assert {commit_of(repository, name) for name in ("HEAD", "main", "v1", head(repository)[:8])} == {head(repository)}


@pytest.mark.parametrize("revision", ["nosuch", "", "--all", "-n1", "HEAD:notes.txt", "main..main", "HEAD\n"])
def test_what_names_no_commit_is_refused(repository: Path, revision: str) -> None:
    with pytest.raises(UnknownRevision, match="git does not know the commit") as caught:
        commit_of(repository, revision)
    assert "branch" in str(caught.value.hint)


def test_outside_of_a_repository_that_is_said_first(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="not in a git repository"):
        commit_of(tmp_path, "HEAD")


def test_a_shallow_clone_is_told_to_fetch_more(repository: Path, tmp_path: Path) -> None:
    first = head(repository)
    commit(repository, "second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{repository}", "clone")
    with pytest.raises(UnknownRevision) as caught:
        commit_of(tmp_path / "clone", first)
    assert "fetch-depth: 0" in str(caught.value.hint)


def test_the_merge_base_is_where_two_branches_went_apart(repository: Path) -> None:
    fork = head(repository)
    branch(repository, "feature")
    commit(repository, "on the branch")
    git(repository, "checkout", "--quiet", "main")
    commit(repository, "main moved on")
    assert merge_base(repository, commit_of(repository, "main"), head(repository, "feature")) == fork


def test_of_two_commits_from_which_branches_went_apart_none_is_taken(repository: Path) -> None:
    branch(repository, "older")
    commit(repository, "on a branch")
    git(repository, "checkout", "--quiet", "main")
    commit(repository, "main moved on")
    before = head(repository)
    git(repository, "merge", "--quiet", "--no-ff", "--message=merge", "older")
    branch(repository, "feature", "older")
    git(repository, "merge", "--quiet", "--no-ff", "--message=merge", before)
    with pytest.raises(AmbiguousRevision, match="diverged at more than one commit") as caught:
        merge_base(repository, head(repository, "main"), head(repository))
    assert before[:12] in str(caught.value)
    git(repository, "merge", "--quiet", "--message=merge", "main")
    assert merge_base(repository, head(repository, "main"), head(repository)) == head(repository, "main")


def test_history_that_is_left_out_may_hold_a_later_base(repository: Path, tmp_path: Path) -> None:
    start = head(repository)
    branch(repository, "older")
    commit(repository, "on a branch")
    git(repository, "checkout", "--quiet", "main")
    for message in ("shared", "moved on", "and on"):
        commit(repository, message)
    shared = head(repository, "main~2")
    git(repository, "merge", "--quiet", "--no-ff", "--message=merge", "older")
    branch(repository, "feature", shared)
    commit(repository, "a change")
    clone, tips = tmp_path / "clone", (head(repository, "main"), head(repository, "feature"))
    git(tmp_path, "clone", "--quiet", "--depth=3", "--branch=main", f"file://{repository}", "clone")
    git(clone, "fetch", "--quiet", "--depth=3", "origin", "feature")
    assert git(clone, "merge-base", *tips).stdout.strip() == start
    with pytest.raises(UnknownRevision, match="is uncertain") as caught:
        merge_base(clone, *tips)
    assert "fetch-depth: 0" in str(caught.value.hint)
    git(clone, "fetch", "--quiet", "--unshallow", "origin", "main", "feature")
    assert merge_base(clone, *tips) == shared


def test_a_cut_below_the_base_does_no_harm(repository: Path, tmp_path: Path) -> None:
    commit(repository, "second")
    commit(repository, "third")
    shared = head(repository)
    branch(repository, "feature")
    commit(repository, "a change")
    git(tmp_path, "clone", "--quiet", "--depth=2", "--no-single-branch", f"file://{repository}", "clone")
    assert merge_base(tmp_path / "clone", head(repository, "main"), head(repository, "feature")) == shared


def test_branches_without_a_common_past_have_no_base(repository: Path) -> None:
    git(repository, "checkout", "--quiet", "--orphan", "other")
    commit(repository, "another beginning")
    with pytest.raises(UnknownRevision, match="have no common history"):
        merge_base(repository, head(repository, "main"), head(repository))


def test_the_remote_s_main_branch_counts_before_the_local_one(repository: Path, tmp_path: Path) -> None:
    git(repository, "branch", "master")
    git(repository, "tag", "origin/main")
    assert main_branch(repository) == "refs/heads/main"
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    clone = tmp_path / "clone"
    assert main_branch(clone) == "refs/remotes/origin/HEAD"
    git(clone, "remote", "set-head", "origin", "--delete")
    assert main_branch(clone) == "refs/remotes/origin/main"


def test_a_repository_without_any_usual_branch_has_no_main_branch(repository: Path) -> None:
    git(repository, "branch", "--move", "trunk")
    assert main_branch(repository) is None


@pytest.mark.parametrize("rest", ["", "~0", "^0", "^{commit}", "@{0}"])
@pytest.mark.parametrize(
    ("one", "other", "name"),
    [
        ("refs/tags/main", "refs/heads/main", "main"),
        ("refs/tags/origin/main", "refs/remotes/origin/main", "origin/main"),
        ("refs/heads/origin/main", "refs/remotes/origin/main", "origin/main"),
        ("refs/tags/origin", "refs/remotes/origin/HEAD", "origin"),
        ("refs/tags/heads/main", "refs/heads/main", "heads/main"),
    ],
)
def test_a_name_of_two_things_is_an_error_that_names_both(
    repository: Path, one: str, other: str, name: str, rest: str
) -> None:
    for ref in (one, other):
        git(repository, "update-ref", ref, head(repository))
    with pytest.raises(AmbiguousRevision) as caught:
        commit_of(repository, f"{name}{rest}")
    assert set(caught.value.summary.partition(": it means ")[2].split(" and ")) == {f"`{one}`", f"`{other}`"}
    assert f"`{other}`" in str(caught.value.hint) or f"`{one}`" in str(caught.value.hint)
    assert commit_of(repository, one) == commit_of(repository, other) == head(repository)


def test_a_full_name_means_nothing_else(repository: Path) -> None:
    git(repository, "update-ref", "refs/tags/refs/heads/gone", "HEAD")
    with pytest.raises(UnknownRevision):
        commit_of(repository, "refs/heads/gone")


def test_an_abbreviated_id_that_is_also_a_name_is_an_error(repository: Path) -> None:
    first = head(repository)
    commit(repository, "second")
    git(repository, "tag", first[:10], "HEAD")
    with pytest.raises(AmbiguousRevision, match=first):
        commit_of(repository, first[:10])
    git(repository, "tag", first, "HEAD")
    assert commit_of(repository, first) == first, "a whole id is always the commit's"


def test_what_git_keeps_for_itself_is_not_taken_from_a_tag(repository: Path) -> None:
    assert find_commit(repository, "MERGE_HEAD") is None
    git(repository, "tag", "MERGE_HEAD", "HEAD")
    with pytest.raises(AmbiguousRevision, match="refs/tags/MERGE_HEAD"):
        find_commit(repository, "MERGE_HEAD")
    git(repository, "tag", "HEAD", "HEAD")
    assert commit_of(repository, "HEAD") == commit_of(repository, "@") == head(repository, "refs/heads/main")


def test_the_upstream_of_a_branch_is_found(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(repository), "clone")
    assert {commit_of(tmp_path / "clone", name) for name in ("@{u}", "main@{upstream}")} == {head(repository)}


def test_a_branch_is_shown_by_its_short_name_and_nothing_else_is() -> None:
    names = ["refs/heads/main", "refs/remotes/origin/main", "refs/tags/main", "HEAD~1"]
    assert [short(name) for name in names] == ["main", "origin/main", "refs/tags/main", "HEAD~1"]
