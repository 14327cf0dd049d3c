"""Verdicts of a whole project; through the commands: `acceptance/test_verdicts.py`."""

from pathlib import Path

from builders import lockfile, record, take, task
from unit.project.projects import project

from ltxspec.lock.verdicts import Remark, Verdict, VerdictFile, encode_verdicts
from ltxspec.project.remarks import remarks_of, verdict_path

EARLY, LATE = "2026-11-28T12:00:00Z", "2026-11-28T13:00:00Z"


def test_the_latest_remark_of_all_specs_counts(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take())))
    sides = {
        "night": Remark(Verdict.APPROVED, None, None, "Ann", LATE),
        "day": Remark(Verdict.REJECTED, None, None, "Bo", EARLY),
    }
    for spec, said in sides.items():
        path = verdict_path(opened, spec)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_verdicts(VerdictFile(1, opened.provider, spec, {task(): (said,)})))
    found = remarks_of(opened)
    assert (found.by_task, found.unread) == ({task(): sides["night"]}, ())


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    opened = project(tmp_path, lockfile(alley=record(take())))
    verdict_path(opened, "night").write_bytes(encode_verdicts(VerdictFile(1, opened.provider, "day", {})))
    (problem,) = remarks_of(opened).unread
    assert "belongs to `day`" in problem.message
    assert (problem.severity, problem.code) == ("warning", "verdicts")
