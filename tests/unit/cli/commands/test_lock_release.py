"""`ltxspec lock force-release`: it says who holds a lease, and takes it away only from somebody, and only when told."""

import io
import json
import sys
from pathlib import Path

import orjson
import pytest
from acceptance.commands import write_spec
from unit.project.running.test_leasing import FAR, configured, far_lease, lease_of, objects
from unit.project.stored_projects import SPEC

from ltxspec.cli.main import run
from ltxspec.project.project import ProjectContext


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


def shard_lease(project: ProjectContext, part: str) -> None:
    """A lease of a shard of `night`, which that of the whole names, as `apply --shard` writes them."""
    number, _, count = part.partition("/")
    whole = orjson.dumps(FAR | {"released": True, "parts": [int(count)]})
    objects(project).write_note("leases/night.json", whole, None)
    content = orjson.dumps(FAR | {"part": part})
    assert objects(project).write_note(f"leases/night/{number}-of-{count}.json", content, None)


def test_shards_that_hold_leases_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = configured(tmp_path)
    shard_lease(project, "2/2")
    assert release(tmp_path, "--yes") == 5
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        "no lease of the whole of `night` is held, but that of shard 2/2, by `ltxspec apply` (process 9 on far, since "
        "2026-11-22T10:00:00.000Z)"
    ) in " ".join(said.err.split())
    assert "`ltxspec lock force-release night --shard 2/2`" in said.err
    assert release(tmp_path, "--yes", "--shard", "1/2") == 0
    assert capsys.readouterr().out == "Nobody holds the lease of shard 1/2 of night.\n"
    assert release(tmp_path, "--yes", "--shard", "1/3") == 5, "another number of shards excludes it"
    assert "shard 2/2" in capsys.readouterr().err
    assert release(tmp_path, "--yes", "--shard", "2/2") == 0
    assert capsys.readouterr().out.startswith("Released: the lease of shard 2/2 of night, held by")
    assert release(tmp_path, "--yes") == 0


def test_a_shard_is_not_free_while_the_whole_is_held(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    far_lease(configured(tmp_path))
    assert release(tmp_path, "--yes", "--shard", "1/2") == 5
    said = " ".join(capsys.readouterr().err.split())
    assert "no lease of shard 1/2 of `night` is held, but that of the whole, by `ltxspec apply`" in said
    assert "`ltxspec lock force-release night`" in said


def test_a_name_that_is_no_spec_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = configured(tmp_path)
    assert release(tmp_path, "--yes") == 1
    assert "is named `night`, and nothing is recorded under that name" in capsys.readouterr().err
    write_spec(tmp_path, SPEC, "nights")
    assert release(tmp_path, "--yes") == 1
    assert "did you mean `nights`?" in capsys.readouterr().err
    write_spec(tmp_path, SPEC, "night")
    assert release(tmp_path, "--yes") == 0
    (tmp_path / "specs" / "night.yaml").unlink()
    project.lockfiles.mkdir()
    (project.lockfiles / "night.lock.json").write_text("{}")
    assert release(tmp_path, "--yes") == 0, "it has records"


def test_a_spec_that_cannot_be_read_may_have_any_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(tmp_path)
    write_spec(tmp_path, "shots: [", "broken")
    assert release(tmp_path, "--yes") == 0
    assert capsys.readouterr().out == "Nobody holds the lease of night.\n"
