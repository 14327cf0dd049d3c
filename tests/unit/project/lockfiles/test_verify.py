"""What is found wrong with lockfiles; against git revisions: `acceptance/test_lock_commands.py`."""

from decimal import Decimal
from pathlib import Path

import pytest
from acceptance.repositories import commit, repository, write_lockfile
from builders import lockfile, output, record, take, task
from replacing import replace
from unit.project.projects import path_of, project

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.project.lockfiles.verify import verified_names, verify_lockfiles
from ltxspec.storage.git_refs import UnknownRevision

NIGHT = lockfile(alley=record(take()))


def test_sound_lockfiles_have_no_problem(tmp_path: Path) -> None:
    assert verify_lockfiles(project(tmp_path)) == []
    assert verify_lockfiles(project(tmp_path, NIGHT)) == []


def test_every_damaged_lockfile_is_named_and_the_others_are_read_all_the_same(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT, Lockfile("runware", "day"))
    path_of(opened).write_bytes(path_of(opened).read_bytes().replace(b"0.48", b"0.01"))
    path_of(opened, "dusk").write_bytes(b"{")
    found = verify_lockfiles(opened)
    assert [name for name in ("night", "day", "dusk") if any(f"{name}.lock.json" in str(each) for each in found)] == [
        "night",
        "dusk",
    ]


def test_a_copy_under_another_name_is_found(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT)
    path_of(opened, "copy").write_bytes(path_of(opened).read_bytes())
    (problem,) = verify_lockfiles(opened)
    assert "belongs to spec `night`, not `copy`" in str(problem)


def test_a_task_lost_against_two_revisions_is_told_of_each(tmp_path: Path) -> None:
    repository(tmp_path)
    opened = project(tmp_path, NIGHT)
    commit(tmp_path, "one")
    commit(tmp_path, "two")
    path_of(opened).unlink()
    found = verify_lockfiles(opened, ["HEAD", "HEAD^", "HEAD"])
    assert len(found) == 2
    assert all(task(1) in str(each) for each in found)
    with pytest.raises(UnknownRevision):
        verify_lockfiles(opened, ["nowhere"])


def test_a_damaged_lockfile_is_told_once_and_not_as_many_lost_tasks(tmp_path: Path) -> None:
    repository(tmp_path)
    opened = project(tmp_path, NIGHT)
    commit(tmp_path, "bought")
    path_of(opened).write_bytes(b"{")
    assert len(verify_lockfiles(opened, ["HEAD"])) == 1


@pytest.mark.parametrize(("provider", "lost"), [("runware", 1), ("other", 1), ("sandbox", 0)])
def test_what_any_paid_provider_recorded_must_stay(tmp_path: Path, provider: str, lost: int) -> None:
    repository(tmp_path)
    opened = project(tmp_path, Lockfile(provider, "night", NIGHT.shots))
    commit(tmp_path, "recorded")
    path_of(opened).unlink()
    for side in (opened, opened.on("sandbox")):
        assert len(verify_lockfiles(side, ["HEAD"])) == lost


def test_with_the_sandbox_its_own_lockfiles_are_verified_beside_the_paid_ones(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT).on("sandbox")
    own = path_of(opened)
    own.parent.mkdir(parents=True)
    own.write_bytes(encode_lockfile(Lockfile("sandbox", "night", NIGHT.shots)))
    assert verify_lockfiles(opened) == []
    assert verified_names(opened) == ["night", "night"]
    for path in (own, *map(path_of, opened.paid)):
        path.write_bytes(b"{")
        assert str(path.relative_to(tmp_path)) in " ".join(map(str, verify_lockfiles(opened)))


def test_lockfiles_of_a_base_whose_models_are_not_valid_are_compared_all_the_same(tmp_path: Path) -> None:
    repository(tmp_path)
    opened = project(tmp_path, NIGHT)
    (tmp_path / "schemas" / "models").mkdir(parents=True)
    (tmp_path / "schemas" / "models" / "own.json").write_text("{")
    commit(tmp_path, "bought")
    path_of(opened).unlink()
    assert len(verify_lockfiles(opened, ["HEAD"])) == 1


def test_a_lockfile_of_the_base_that_is_a_link_is_not_taken_for_none(tmp_path: Path) -> None:
    repository(tmp_path)
    opened = project(tmp_path, NIGHT)
    path_of(opened).rename(tmp_path / "elsewhere.json")
    path_of(opened).symlink_to("../elsewhere.json")
    commit(tmp_path, "linked")
    (problem,) = verify_lockfiles(opened, ["HEAD"])
    assert "is a link" in str(problem)


def test_a_recorded_fact_that_another_value_stands_for_is_told_with_both(tmp_path: Path) -> None:
    repository(tmp_path)
    opened = project(tmp_path, NIGHT)
    commit(tmp_path, "bought")
    video = take().outputs[0]
    forged = replace(video, sha256="f" * 64, video_url="https://evil.example/1.mp4")
    write_lockfile(tmp_path, lockfile(alley=record(replace(take(), cost=Decimal("0.01"), outputs=(forged,)))))
    found = verify_lockfiles(opened, ["HEAD"])
    facts = [str(each).partition(f"task {task(1)}, recorded under `night.alley`: ")[2] for each in found]
    assert [fact.partition(":")[0] for fact in facts] == ["cost", "outputs[0].sha256", "outputs[0].videoURL"]
    assert "cost: $0.48 → $0.01" in str(found[0])


def test_what_became_known_a_fresh_address_and_a_pick_are_no_problem(tmp_path: Path) -> None:
    repository(tmp_path)
    bare = replace(take(cost=None), outputs=(output(home=False),))
    opened = project(tmp_path, lockfile(alley=record(bare), fog=record(take("b", number=2))))
    commit(tmp_path, "bought")
    moved = replace(take("b", number=2).outputs[0], video_url="https://videos.example/fresh/2.mp4")
    picked = replace(take("b", number=2), outputs=(moved,), picked="video-2")
    write_lockfile(tmp_path, lockfile(alley=record(take()), fog=record(picked)))
    assert verify_lockfiles(opened, ["HEAD"]) == []
