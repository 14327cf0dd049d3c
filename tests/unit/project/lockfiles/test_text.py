import sys
from pathlib import Path

import pytest
from acceptance.repositories import commit, git
from builders import lockfile, record, take

from ltxspec.errors import WrongUsage
from ltxspec.lock.codec import encode_lockfile
from ltxspec.project.lockfiles.text import textconv
from ltxspec.report.lock.text import lock_text

LOCK = lockfile(alley=record(take("rain", number=1)))


def test_a_lockfile_is_told_as_text(tmp_path: Path) -> None:
    path = tmp_path / "night.lock.json"
    path.write_bytes(encode_lockfile(LOCK))
    assert textconv(path) == lock_text(LOCK)


def test_a_block_that_was_edited_by_hand_is_still_told(tmp_path: Path) -> None:
    path = tmp_path / "night.lock.json"
    path.write_bytes(encode_lockfile(LOCK).replace(b'"rain"', b'"snow"'))
    assert "snow" in textconv(path)


@pytest.mark.parametrize("data", [b"<<<<<<< ours\n{}\n", b"", b'{"lockfileVersion": 99}', b"\xff\xfe"])
def test_what_is_no_lockfile_is_left_as_it_is(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "night.lock.json"
    path.write_bytes(data)
    assert textconv(path) == data.decode("utf-8", "replace")


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="cannot be read"):
        textconv(tmp_path / "nosuch")


def test_git_shows_a_lockfile_s_history_as_text(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    git(tmp_path, "config", "diff.ltxspec.textconv", f'"{sys.executable}" -m ltxspec lock textconv')
    git(tmp_path, "config", "diff.ltxspec.cachetextconv", "true")
    (tmp_path / ".gitattributes").write_text("*.lock.json diff=ltxspec\n", "utf-8")
    path = tmp_path / "night.lock.json"
    path.write_bytes(encode_lockfile(LOCK))
    commit(tmp_path, "one take")
    path.write_bytes(encode_lockfile(lockfile(alley=record(take("rain", number=1), take("snow", number=2), current=2))))
    shown = git(tmp_path, "diff").stdout
    assert "+  take 2: succeeded, $0.48, 2026-11-22T10:00:00Z, current" in shown
    assert "-    rain\n+    snow\n" in shown
    assert "fingerprint" not in shown
    commit(tmp_path, "two takes")
    path.write_text("<<<<<<< ours\n", "utf-8")
    commit(tmp_path, "broken")
    history = git(tmp_path, "log", "-p", "--format=%s").stdout
    assert "+<<<<<<< ours" in history
    assert "+night, rendered by runware" in history
