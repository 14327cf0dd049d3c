"""One task that two branches recorded, one that ordered it and one that found it at the provider: merged, verified."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from acceptance.commands import ltxspec, write_spec
from acceptance.repositories import branch, commit, git, read_lockfile, repository, write_lockfile
from acceptance.services import KEY, paid_service
from replacing import replace

HEAD = "model: lightricks:ltx@2.5-fast\ndefaults: {width: 1280, height: 720, duration: 6, fps: 24}\nshots:\n"
SPEC = HEAD + "  tower: {prompt: a tower}\n"
EDITED = HEAD + "  tower: {prompt: a tower in the rain}\n"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment in which the paid service is the sandbox on a port."""
    with paid_service(tmp_path / "service") as address:
        yield {"RUNWARE_BASE_URL": address, "RUNWARE_API_KEY": KEY}


def test_a_merge_of_two_records_of_one_task_is_no_alteration(tmp_path: Path, service: dict[str, str]) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    repository(ours)
    write_spec(ours, SPEC)
    commit(ours, "a spec")
    git(tmp_path, "clone", "--quiet", str(ours), str(theirs))
    ltxspec("init", cwd=theirs, check=None)  # the merge driver of this clone
    for number, folder in enumerate((ours, theirs), 1):
        branch(folder, f"b{number}")
        write_spec(folder, EDITED)
        ltxspec("apply", "--provider", "runware", "--auto-approve", cwd=folder, check=0, **service)
        commit(folder, "rendered")
    first, second = (read_lockfile(folder).shots["tower"].takes[0] for folder in (ours, theirs))
    assert first.task_id == second.task_id
    assert (first.submitted_at or "") < (second.submitted_at or "")
    git(ours, "fetch", "--quiet", str(theirs), "b2:b2")
    git(ours, "checkout", "--quiet", "b2")
    git(ours, "merge", "--quiet", "--no-edit", "b1")
    (merged,) = read_lockfile(ours).shots["tower"].takes
    assert (merged.submitted_at, merged.finished_at) == (first.submitted_at, first.finished_at)
    for bases in (("b1", "b2~1"), ("b1",), ("HEAD^1",), ("HEAD^1", "HEAD^2")):
        ltxspec("lock", "verify", *(part for base in bases for part in ("--base", base)), cwd=ours)
    assert [item["code"] for item in ltxspec("diff", "HEAD^1", "--format", "json", cwd=ours).json["refusals"]] == []
    lock = read_lockfile(ours)
    forged = replace(merged, submitted_at="2099-01-01T00:00:00.000Z")
    record = replace(lock.shots["tower"], takes=(forged,))
    write_lockfile(ours, replace(lock, shots={**lock.shots, "tower": record}))
    assert "submittedAt: " in ltxspec("lock", "verify", "--base", "HEAD^1", "--base", "HEAD^2", cwd=ours, check=1).err


def test_a_retake_whose_record_was_reverted_and_that_is_found_again_is_no_alteration(
    tmp_path: Path, service: dict[str, str]
) -> None:
    folder = tmp_path / "film"
    folder.mkdir()
    repository(folder)
    write_spec(folder, SPEC)
    paid = ("--provider", "runware", "--auto-approve")
    ltxspec("apply", *paid, cwd=folder, check=0, **service)
    commit(folder, "rendered")
    ltxspec("apply", "--retake", "night.tower", *paid, cwd=folder, check=0, **service)
    commit(folder, "a retake")
    git(folder, "revert", "--no-edit", "HEAD")
    again = ltxspec("apply", "--retake", "night.tower", *paid, cwd=folder, check=0, **service)
    assert "already has this task" in again.out + again.err
    commit(folder, "a retake again")
    ltxspec("lock", "verify", "--base", "HEAD~2", cwd=folder)
    assert [item["code"] for item in ltxspec("diff", "HEAD~2", "--format", "json", cwd=folder).json["refusals"]] == []
