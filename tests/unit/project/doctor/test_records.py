import os
from datetime import timedelta
from pathlib import Path

import pytest
from acceptance.commands import ltxspec
from acceptance.repositories import git
from builders import lockfile, record, take
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.project.doctor.records import check_attributes, check_expiring, check_git, check_permissions
from ltxspec.project.doctor.rows import WARNING
from ltxspec.storage.clock import SystemClock


def test_git_keeps_lockfiles_and_ignores_videos_after_init(tmp_path: Path) -> None:
    assert check_attributes(project(tmp_path))[1:] == (True, "no repository")
    git(tmp_path, "init", "--quiet")
    opened = project(tmp_path)
    assert check_git(tmp_path)[1] is WARNING
    found = check_attributes(opened)
    assert (found[1], "`ltxspec init` adds the lines" in found[2]) == (WARNING, True)
    ltxspec("init", "--ci", "none", cwd=tmp_path)
    assert check_attributes(opened)[1:] == (True, "git keeps lockfiles, and ignores videos")
    (tmp_path / ".gitignore").write_text(".ltxspec/\n")
    assert "does not ignore `renders/`" in check_attributes(opened)[2]


def test_a_rule_that_ignores_lockfiles_is_named_with_its_line(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("a\n*.lock.json\n")
    _, ok, detail = check_attributes(project(tmp_path))
    assert (ok, ".gitignore:2:*.lock.json" in detail) == (False, True)


def test_records_that_this_user_cannot_write_are_a_failure_with_the_command_that_cures_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = project(tmp_path, lockfile(alley=record(take())))
    assert check_permissions(opened)[1] is True
    file = path_of(opened)
    file.chmod(0o666)
    _, ok, detail = check_permissions(opened)
    assert (ok, "chmod -R o-w" in detail) == (WARNING, True)
    file.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda path, _: path != file)  # root may write everything
    _, ok, detail = check_permissions(opened)
    assert (ok, "`chmod -R u+rwX 'lockfiles/night.lock.json'`" in detail) == (False, True)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "`ltxspec archive pull`"),
        (-1, "1 behind addresses that have expired: `ltxspec archive rescue`, with the key"),
        (2, "addresses expire from"),
        (30, "`ltxspec archive pull`"),
    ],
)
def test_videos_that_only_the_provider_has_are_a_warning_with_the_time_that_is_left(
    tmp_path: Path, days: int | None, words: str
) -> None:
    ends = None if days is None else (SystemClock().now() + timedelta(days=days)).isoformat()
    only_there = take()
    outputs = tuple(replace(output, sha256=None) for output in only_there.outputs)
    opened = project(tmp_path, lockfile(alley=record(replace(only_there, outputs=outputs, expires_at=ends))))
    _, ok, detail = check_expiring(opened)
    assert (ok, words in detail) == (WARNING, True)


def test_archived_videos_need_nothing(tmp_path: Path) -> None:
    assert check_expiring(project(tmp_path))[1] is True
