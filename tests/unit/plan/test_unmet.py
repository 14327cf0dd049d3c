from dataclasses import replace

import pytest
from builders import change, lockfile, output, record, request, take, task
from msgspec import structs

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Take
from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action, Change
from ltxspec.plan.recorded import RecordedState
from ltxspec.plan.unmet import unmet_warning
from ltxspec.render.expectations import NONE, Expectations

FACTS = VideoFacts(width=64, height=48, fps=24.0, seconds=8.0, audio=False, black_seconds=0.0, frozen_seconds=0.0)
STRICT = Expectations(fps=25, audio=True)


def made(number: int) -> Take:
    return structs.replace(take(number=number), outputs=(structs.replace(output(number), facts=FACTS),))


HAVE = {"night": RecordedState(lockfile(**{f"s{number}": record(made(number)) for number in range(1, 6)}))}


def kept(number: int, expect: Expectations = STRICT, action: Action = Action.NO_OP) -> Change:
    return change(action, replace(request(f"s{number}"), expect=expect), number=number)


def test_one_take_is_described() -> None:
    (found,) = unmet_warning([kept(1)], HAVE, dict)
    assert (found.severity, found.code) == ("warning", "unmet")
    assert found.message == (
        "the video of `night.s1` is not as expected: it has 24 frames per second instead of 25; it has no audio"
    )
    assert found.hint is not None
    assert "`ltxspec approve night.s1`" in found.hint


def test_several_are_one_warning() -> None:
    changes = [kept(1), kept(2, Expectations(audio=True)), *map(kept, (3, 4, 5))]
    (found,) = unmet_warning(changes, HAVE, dict)
    assert found.message == (
        "5 videos are not as expected (fps 4, audio 5): `night.s1`, `night.s2`, `night.s3` and 2 more"
    )


@pytest.mark.parametrize(
    "quiet", [kept(1, NONE), kept(1, Expectations(fps=24)), kept(1, action=Action.REPLACE), kept(9)]
)
def test_nothing_else_is_mentioned_and_nobody_is_asked(quiet: Change) -> None:
    assert unmet_warning([quiet], HAVE, lambda: pytest.fail("asked")) == []


def test_a_take_that_someone_approved_is_not_mentioned() -> None:
    remarks = {task(1): Remark(Verdict.APPROVED, None, None, None, "2026-11-29T10:00:00Z")}
    assert unmet_warning([kept(1)], HAVE, lambda: remarks) == []
    assert len(unmet_warning([kept(1), kept(2)], HAVE, lambda: remarks)) == 1


def test_a_take_that_comes_from_another_name_is_looked_up_there() -> None:
    moved = replace(kept(1, action=Action.MOVE), address=request("new").address, origin="s1")
    assert len(unmet_warning([moved], HAVE, dict)) == 1
