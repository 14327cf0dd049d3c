"""What stands on a slate."""

import builders
from replacing import replace

from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.report.slates import planned_slate, take_slate

APPROVED = Remark(Verdict.APPROVED, None, None, "Bo", "2026-11-23T10:00:00Z")


def test_a_take_is_shown_with_its_day_its_cost_and_its_verdict() -> None:
    shot = builders.record(builders.take(number=1), builders.take(number=2), current=2)
    assert take_slate(shot, shot.takes[1], APPROVED, "runware") == "take 2 of 2 · 2026-11-22 · $0.48 · approved"


def test_what_is_unknown_is_said_and_what_is_free_too() -> None:
    shot = builders.record(replace(builders.take(cost=None), submitted_at=None, finished_at=None))
    assert take_slate(shot, shot.takes[0], None, "sandbox") == "take 1 of 1 · cost unknown (sandbox)"
    assert planned_slate(builders.request(), "runware") == "animatic · about $0.48"
    assert planned_slate(builders.request(estimate=None), "runware") == "animatic · price unknown"
