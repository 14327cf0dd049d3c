"""`ltxspec lock force-release`: it says who holds a lease, and takes it away only from somebody, and only when told."""

import io
import json
import sys
from pathlib import Path

import pytest
from unit.project.running.test_leasing import configured, far_lease, lease_of

from ltxspec.cli.main import run


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def release(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), "lock", "force-release", "night", *arguments])


def test_it_says_who_holds_it_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = configured(tmp_path)
    far_lease(project)
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    assert release(tmp_path) == 4
    said = capsys.readouterr()
    assert (
        "night: held by `ltxspec apply` (process 9 on far, since 2026-11-22T10:00:00.000Z), "
        "until 2099-11-22T10:00:00.000Z"
    ) in said.err
    assert said.out == "Nothing was changed.\n"
    assert not lease_of(project)["released"]
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    assert release(tmp_path) == 0
    assert capsys.readouterr().out.startswith("Released: the lease of night, held by `ltxspec apply` (process 9 on far")
    assert lease_of(project)["released"]
    assert lease_of(project)["fence"] == 4, "the next holder's is greater"
    assert release(tmp_path, "--yes") == 0
    assert capsys.readouterr().out == "Nobody holds the lease of night.\n"


def test_without_a_terminal_it_needs_to_be_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = configured(tmp_path)
    far_lease(project)
    assert release(tmp_path) == 4
    assert "there is no terminal to ask for approval" in capsys.readouterr().err
    assert release(tmp_path, "--yes", "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told | {
        "spec": "night", "released": True, "machine": "far", "command": "ltxspec apply", "fence": 4,
        "since": "2026-11-22T10:00:00.000Z", "expires": "2099-11-22T10:00:00.000Z",
    } == told  # fmt: skip


def test_one_that_cannot_be_read_can_be_released(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = configured(tmp_path)
    far_lease(project, b"damaged")
    assert release(tmp_path, "--yes") == 0
    assert "held by somebody, in a note that cannot be read" in capsys.readouterr().err
    assert lease_of(project)["released"]


def test_where_nothing_is_shared_there_are_no_leases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ltxspec.toml").write_text("")
    assert release(tmp_path, "--yes") == 1
    assert "there are no leases" in capsys.readouterr().err
