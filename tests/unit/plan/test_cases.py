"""Each case by itself; `test_planner` has which of them applies."""

from builders import MODEL, body, journal, lockfile, record, request, take, task
from unit.plan.chains import STREET

from ltxspec.catalog.models import Catalog
from ltxspec.fingerprint import task_ids
from ltxspec.lock.models import Lockfile
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.cases import PlanContext, SpecPlan, kept, moved, ordered
from ltxspec.plan.recorded import RecordedState, Spare
from ltxspec.render.models import Request

CONTEXT = PlanContext("project", "runware", Catalog((), {}))


def spec_plan(locked: Lockfile) -> SpecPlan:
    return SpecPlan(
        "night", RecordedState(locked, journal()), CONTEXT, {}, (), {}, {}, dict, dict, frozenset, set(), {},
        task_ids("project", "runware", "night"),
    )  # fmt: skip


def what(change: Change) -> tuple[Action, tuple[Reason, ...], str | None]:
    return change.action, change.reasons, change.task_id


def test_a_take_in_use_is_kept_and_an_earlier_one_comes_back() -> None:
    wanted, first, second = request(), take(number=1), take("b", number=2)
    record_of = record(first, second, current=1)
    spec = spec_plan(lockfile(alley=record_of))
    assert what(kept(wanted, [first], record_of, None, spec)) == (Action.NO_OP, (), task(1))
    other = record(first, second, current=2)
    expected = (Action.RESTORE, (Reason.EARLIER_TAKE_MATCHES,), task(1))
    assert what(kept(wanted, [first], other, None, spec_plan(lockfile(alley=other)))) == expected


def test_a_take_that_moves_is_given_away_once() -> None:
    spec = spec_plan(lockfile(gate=record(take())))
    change = moved(request(), Spare("gate", take()), spec)
    assert what(change) == (Action.MOVE, (Reason.SAME_FINGERPRINT_ELSEWHERE,), task(1))
    assert change.origin == "gate"
    assert spec.claimed == {task(1)}


def test_an_order_has_a_price_and_an_id_unless_its_source_comes_first() -> None:
    def order(wanted: Request) -> Change:
        return ordered(wanted, spec_plan(lockfile()), [], [], None)

    known, unknown = order(request()), order(STREET)
    assert known.task_id is not None
    assert known.estimate == unknown.estimate
    assert (unknown.task_id, unknown.fingerprint, unknown.draft) == (None, None, STREET.draft)
    assert body("a")["model"] == MODEL
