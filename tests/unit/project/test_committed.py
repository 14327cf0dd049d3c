"""What git has of a project, in real repositories."""

from pathlib import Path

from acceptance.repositories import commit, git, read_lockfile
from unit.project import reviewed_projects

from ltxspec.project.committed import checked_out, lockfile_at
from ltxspec.project.project import open_project


def test_the_commit_that_is_checked_out_is_named_by_its_hash(tmp_path: Path) -> None:
    project = reviewed_projects.opened(reviewed_projects.project(tmp_path))
    assert checked_out(project) == git(tmp_path, "rev-parse", "main").stdout.strip()


def test_without_a_repository_or_a_commit_there_is_none(tmp_path: Path) -> None:
    assert checked_out(open_project(tmp_path)) is None
    git(tmp_path, "init", "--quiet")
    assert checked_out(open_project(tmp_path)) is None


def test_a_lockfile_is_read_as_a_commit_has_it(tmp_path: Path) -> None:
    project = reviewed_projects.opened(reviewed_projects.project(tmp_path))
    before = read_lockfile(tmp_path)
    (tmp_path / "lockfiles" / "night.lock.json").write_text("damaged")
    commit(tmp_path, "damaged")
    assert lockfile_at(project, "main", "night") == before
    assert lockfile_at(project, "HEAD", "night") is None
    assert lockfile_at(project, "main", "other") is None
    assert lockfile_at(project, None, "night") is None
