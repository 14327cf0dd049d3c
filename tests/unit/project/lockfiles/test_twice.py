"""A task that is recorded in two lockfiles is named, with both and with the way out; `lock verify` still passes."""

from pathlib import Path

from acceptance.commands import ltxspec
from builders import lockfile, record, take, task
from unit.project.projects import project

from ltxspec.lock.models import Lockfile
from ltxspec.project.doctor.checkup import check_setup
from ltxspec.project.lockfiles.twice import recorded_twice

NIGHT = lockfile(alley=record(take(), take("b", number=2)))


def test_a_task_under_two_names_of_one_lockfile_is_no_matter(tmp_path: Path) -> None:
    assert recorded_twice(project(tmp_path, lockfile({"old": record(take())}, alley=record(take())))) == []


def test_a_task_in_two_lockfiles_is_named_and_its_second_record_can_be_removed(tmp_path: Path) -> None:
    opened = project(tmp_path, NIGHT, Lockfile("runware", "day", {}, {"gate": record(take())}))
    (warning,) = recorded_twice(opened)
    assert (warning.code, warning.severity) == ("recorded-twice", "warning")
    assert warning.message == (
        f"task {task(1)} is recorded in two lockfiles: in `lockfiles/night.lock.json` as a take of `night.alley`, "
        "and in `lockfiles/day.lock.json` of `day.gate`"
    )
    assert "`ltxspec lock rm day.gate` removes the second record" in str(warning.hint)
    (row,) = [row for row in check_setup(opened) if row[0] == "lockfiles"]
    assert row[1] is None
    assert task(1) in row[2]
    told = ltxspec("lock", "verify", cwd=tmp_path)
    assert "warning[recorded-twice]" in told.err
    document = ltxspec("lock", "verify", "--format", "json", cwd=tmp_path).json
    assert document["valid"]
    assert [item["code"] for item in document["diagnostics"]] == ["recorded-twice"]
    ltxspec("lock", "rm", "day.gate", "--yes", cwd=tmp_path)
    assert recorded_twice(opened) == []


def test_only_the_shared_takes_are_removed_the_last_one_first(tmp_path: Path) -> None:
    mixed = record(take(), take("c", number=3), take("b", number=2))
    opened = project(tmp_path, NIGHT, Lockfile("runware", "day", {}, {"gate": mixed}))
    (warning,) = recorded_twice(opened)
    assert f"tasks {task(1)}, {task(2)} are recorded in two lockfiles" in warning.message
    assert "`ltxspec lock rm day.gate --take 2`, then `--take 1` removes" in str(warning.hint)
