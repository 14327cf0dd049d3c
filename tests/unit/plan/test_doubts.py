"""Takes that people decided against are pointed out where a plan keeps them."""

from builders import change, lockfile, record, request, take, task

from ltxspec.lock.verdicts import Remark, Verdict
from ltxspec.plan.actions import Action
from ltxspec.plan.doubts import DOUBTED, doubt_warning, doubted


def remark(verdict: Verdict) -> Remark:
    return Remark(verdict, None, None, None, "2026-11-28T12:00:00Z")


REMARKS = {task(1): remark(Verdict.REJECTED), task(2): remark(Verdict.NEEDS_WORK), task(3): remark(Verdict.APPROVED)}


def test_only_kept_takes_are_doubted() -> None:
    kept = {Action.NO_OP, Action.UPDATE, Action.RESTORE, Action.MOVE}
    for action in Action:
        found = doubted([change(action, number=1)], REMARKS)
        assert bool(found) is (action in kept), action
    assert not doubted([change(Action.NO_OP, number=3), change(Action.NO_OP, number=4)], REMARKS)


def test_all_of_them_are_one_warning() -> None:
    shots = [change(Action.NO_OP, request(f"s[{n}]"), number=n) for n in (1, 2)]
    (warning,) = doubt_warning(doubted(shots, REMARKS), lambda _: lockfile())
    assert (warning.severity, warning.code) == ("warning", DOUBTED)
    assert "2 shots use takes that are decided against (1 rejected, 1 needs work)" in warning.message
    assert warning.hint is not None
    assert "`--retake 'night.s[1]'`" in warning.hint
    assert not doubt_warning({}, lambda _: lockfile())


def test_another_take_of_the_same_request_is_the_free_way_out() -> None:
    found = doubted([change(Action.NO_OP, request("s"), number=1)], REMARKS)
    for other, is_offered in ((take(number=5), True), (take("b", number=5), False)):
        have = lockfile(s=record(take(), other))
        (warning,) = doubt_warning(found, {"night": have}.__getitem__)
        assert ("`ltxspec pick night.s --take N`" in (warning.hint or "")) is is_offered
