from dataclasses import replace
from decimal import Decimal

from builders import intent, journal, lockfile, record, request, take, task
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.models import Catalog
from ltxspec.fingerprint import TaskIdentity, task_id
from ltxspec.lock.journal import JournalState, OpenTask
from ltxspec.lock.models import Lockfile, ShotRecord
from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.differences import changes_of
from ltxspec.plan.owned import Owned
from ltxspec.plan.planner import PlanContext, plan_spec, spent
from ltxspec.plan.selection import Selection, selection
from ltxspec.render.models import RenderedSpec, Request
from ltxspec.values import TaskId

NOTHING = Catalog((), {})


def plan(
    *requests: Request,
    locked: Lockfile | None = None,
    under_way: JournalState | None = None,
    chosen: Selection | None = None,
    max_attempts: int = 3,
) -> list[Change]:
    rendered = RenderedSpec("night", "specs/night.yaml", None, requests)
    context = PlanContext("project", "runware", NOTHING, chosen or Selection(), max_attempts)
    return plan_spec(rendered, Owned(locked or lockfile(), under_way or JournalState()), context)


def only(changes: list[Change]) -> Change:
    assert len(changes) == 1, changes
    return changes[0]


def derived(wanted: Request, retake: int = 1, attempt: int = 1) -> TaskId:
    identity = TaskIdentity("project", "runware", "night", wanted.address.instance, wanted.fingerprint, retake, attempt)
    return task_id(identity)


def test_a_shot_without_takes_is_created_under_its_derived_id() -> None:
    change = only(plan(request()))
    assert (change.action, change.reasons) == (Action.CREATE, (Reason.NEW,))
    assert change.task_id == derived(request())
    assert change.estimate == Decimal("0.48")
    assert {item.path: item.after for item in changes_of(change)}["/positivePrompt"] == "a"
    assert all(item.before is None for item in changes_of(change))


def test_a_shot_with_its_take_is_up_to_date() -> None:
    change = only(plan(request(), locked=lockfile(alley=record(take()))))
    assert (change.action, change.reasons, change.changes, change.estimate) == (Action.NO_OP, (), (), None)
    assert change.task_id == task(1)


def test_a_changed_prompt_replaces_and_tells_both_texts() -> None:
    change = only(plan(request(prompt="b"), locked=lockfile(alley=record(take("a")))))
    assert (change.action, change.reasons) == (Action.REPLACE, (Reason.REQUEST_CHANGED,))
    assert [(item.path, item.before, item.after) for item in change.changes] == [("/positivePrompt", "a", "b")]


def test_reverting_a_prompt_restores_the_earlier_take_for_nothing() -> None:
    locked = lockfile(alley=record(take("a"), take("b", number=2, at="2026-11-22T11:00:00Z"), current=2))
    change = only(plan(request(prompt="a"), locked=locked))
    assert (change.action, change.reasons) == (Action.RESTORE, (Reason.EARLIER_TAKE_MATCHES,))
    assert (change.task_id, change.estimate) == (task(1), None)


def test_a_recorded_field_is_updated_without_rendering() -> None:
    change = only(plan(request(safety={"mode": "fast"}), locked=lockfile(alley=record(take()))))
    assert (change.action, change.reasons) == (Action.UPDATE, (Reason.RECORDED_FIELDS_CHANGED,))
    assert [(item.path, item.after) for item in change.changes] == [("/safety/mode", "fast")]


def test_a_shot_gone_from_the_spec_is_retired() -> None:
    changes = plan(request(), locked=lockfile(alley=record(take()), tower=record(take("t", number=2))))
    assert [(c.address.instance, c.action, c.reasons) for c in changes][1] == (
        "tower",
        Action.RETIRE,
        (Reason.NOT_IN_SPEC,),
    )


def test_a_renamed_shot_is_moved_without_being_told() -> None:
    change = only(plan(request("gate"), locked=lockfile(alley=record(take()))))
    assert (change.action, change.origin, change.estimate) == (Action.MOVE, "alley", None)
    assert change.reasons == (Reason.SAME_FINGERPRINT_ELSEWHERE,)


def test_a_renamed_and_edited_shot_takes_its_history_along_and_renders() -> None:
    change = only(plan(request("gate", "b", moved="alley"), locked=lockfile(alley=record(take("a")))))
    assert (change.action, change.origin) == (Action.REPLACE, "alley")
    assert change.reasons == (Reason.MOVED_BY_SPEC, Reason.REQUEST_CHANGED)
    assert [(item.before, item.after) for item in change.changes] == [("a", "b")]


def test_a_renamed_shot_named_by_moved_keeps_its_take() -> None:
    change = only(plan(request("gate", moved="alley"), locked=lockfile(alley=record(take()))))
    assert (change.action, change.reasons) == (Action.MOVE, (Reason.MOVED_BY_SPEC,))


def test_moved_finds_the_same_instance_of_a_renamed_shot() -> None:
    locked = lockfile(**{"old[rain]": record(take("r")), "old[fog]": record(take("f", number=2))})
    changes = plan(request("new[rain]", "r2", moved="old"), request("new[fog]", "f", moved="old"), locked=locked)
    assert [(c.action, c.origin) for c in changes] == [(Action.REPLACE, "old[rain]"), (Action.MOVE, "old[fog]")]


def test_two_shots_that_swap_their_names_cost_nothing() -> None:
    locked = lockfile(alley=record(take("a")), tower=record(take("t", number=2)))
    changes = plan(request("alley", "t"), request("tower", "a"), locked=locked)
    assert [(c.action, c.origin, c.task_id) for c in changes] == [
        (Action.MOVE, "tower", task(2)),
        (Action.MOVE, "alley", task(1)),
    ]


def test_a_shot_whose_twin_still_uses_the_take_is_bought() -> None:
    changes = plan(request("alley"), request("twin"), locked=lockfile(alley=record(take())))
    assert [c.action for c in changes] == [Action.NO_OP, Action.CREATE]
    assert changes[1].task_id == derived(request("twin"))


def test_a_retired_shot_that_comes_back_is_restored() -> None:
    change = only(plan(request(), locked=lockfile({"alley": record(take())})))
    assert (change.action, change.reasons) == (Action.RESTORE, (Reason.BACK_IN_SPEC,))


def test_a_retired_take_serves_another_name_too() -> None:
    change = only(plan(request("gate"), locked=lockfile({"alley": record(take())})))
    assert (change.action, change.origin) == (Action.MOVE, "alley")


def test_an_open_task_is_resumed_and_never_ordered_again() -> None:
    change = only(plan(request(), under_way=journal(OpenTask(intent(), "accepted"))))
    assert (change.action, change.reasons, change.task_id) == (Action.RESUME, (Reason.UNDER_WAY,), task(1))
    assert change.estimate == Decimal("0.48")


def test_an_order_without_an_answer_is_an_unknown_outcome() -> None:
    change = only(plan(request(), under_way=journal(OpenTask(intent()))))
    assert (change.action, change.reasons) == (Action.RESUME, (Reason.OUTCOME_UNKNOWN,))


def test_a_task_ordered_under_a_name_that_is_gone_is_resumed_under_the_new_one() -> None:
    change = only(plan(request("gate"), under_way=journal(OpenTask(intent(instance="alley"), "accepted"))))
    assert (change.action, change.origin) == (Action.RESUME, "alley")


def test_a_task_of_an_earlier_version_is_collected_beside_the_new_order() -> None:
    changes = plan(request(prompt="b"), under_way=journal(OpenTask(intent("a"), "accepted")))
    assert [(c.action, c.request is not None) for c in changes] == [(Action.CREATE, True), (Action.RESUME, False)]


def test_a_recorded_take_whose_video_is_not_home_is_up_to_date() -> None:
    locked = lockfile(alley=record(take()))
    assert (
        only(plan(request(), locked=locked, under_way=journal(OpenTask(intent(), "finished")))).action is Action.NO_OP
    )


def test_a_failure_for_good_blocks_until_retry() -> None:
    locked = lockfile(alley=record(take(status="failed", cost=None)))
    blocked = only(plan(request(), locked=locked))
    assert (blocked.action, blocked.reasons) == (Action.BLOCKED, (Reason.FAILED_FOR_GOOD,))
    assert blocked.note == "providerError: it broke"
    retried = only(plan(request(), locked=locked, chosen=selection(retries=["night.alley"])))
    assert (retried.action, retried.reasons) == (Action.CREATE, (Reason.RETRY_REQUESTED,))
    assert (retried.attempt, retried.task_id) == (2, derived(request(), 1, 2))


def test_an_edit_ends_the_block() -> None:
    locked = lockfile(alley=record(take("a", status="failed", cost=None)))
    assert only(plan(request(prompt="b"), locked=locked)).action is Action.CREATE


def test_a_passing_failure_is_tried_again_a_limited_number_of_times() -> None:
    once = take(status="failed", permanent=False, attempt=1)
    twice = take(status="failed", permanent=False, attempt=2, number=2, at="2026-11-22T11:00:00Z")
    second = only(plan(request(), locked=lockfile(alley=record(once)), max_attempts=2))
    assert (second.action, second.attempt, second.reasons) == (Action.CREATE, 2, (Reason.LAST_ATTEMPT_FAILED,))
    assert only(plan(request(), locked=lockfile(alley=record(once, twice)), max_attempts=2)).action is Action.BLOCKED


def test_a_retake_counts_the_renders_of_this_fingerprint() -> None:
    locked = lockfile(alley=record(take("b", number=9), take("a", at="2026-11-22T11:00:00Z"), current=1))
    change = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
    assert (change.action, change.reasons, change.retake) == (Action.REPLACE, (Reason.RETAKE_REQUESTED,), 2)
    assert change.task_id == derived(request(), 2)


def test_a_retake_of_an_imported_take_is_the_second() -> None:
    locked = lockfile(alley=record(take(retake=None, attempt=None)))
    assert only(plan(request(), locked=locked, chosen=selection(retakes=["night.*"]))).retake == 2


def test_a_retake_asked_for_twice_while_one_is_under_way_is_not_bought_twice() -> None:
    open_task = OpenTask(replace(intent(number=5), retake=2), "accepted")
    change = only(
        plan(
            request(),
            locked=lockfile(alley=record(take())),
            under_way=journal(open_task),
            chosen=selection(retakes=["night.alley"]),
        )
    )
    assert (change.action, change.task_id) == (Action.RESUME, task(5))


def test_a_failed_retake_leaves_the_shot_as_it_was() -> None:
    failed = take(status="failed", retake=2, number=2, at="2026-11-22T11:00:00Z", permanent=False)
    locked = lockfile(alley=record(take(), failed))
    assert only(plan(request(), locked=locked)).action is Action.NO_OP
    again = only(plan(request(), locked=locked, chosen=selection(retakes=["night.alley"])))
    assert (again.retake, again.attempt) == (2, 2)


def test_targets_limit_the_plan_also_for_shots_that_are_gone() -> None:
    locked = lockfile(gone=record(take("g", number=3)))
    changes = plan(request("alley"), request("tower", "t"), locked=locked, chosen=selection(targets=["night.tower"]))
    assert [c.address.instance for c in changes] == ["tower"]


def test_an_unknown_price_stays_unknown() -> None:
    assert only(plan(request(estimate=None))).estimate is None


def test_spent_counts_shared_takes_once_and_unknown_costs_apart() -> None:
    shared = take()
    retired = {"old": record(take("o", number=3, cost="1.92"))}
    unpriced = record(take("t", number=2, cost=None))
    locked = lockfile(retired, alley=record(shared), gate=record(shared), tower=unpriced)
    assert spent(Owned(locked)) == (Decimal("2.40"), 1)


PROMPTS = st.sampled_from(["a", "b", "c"])
KEYS = st.sampled_from(["alley", "tower", "gate"])
TAKES = st.builds(
    lambda prompt, status, safety: take(prompt, status=status, permanent=False, **safety),
    PROMPTS,
    st.sampled_from(["succeeded", "succeeded", "failed"]),
    st.sampled_from([{}, {"safety": "high"}]),
)
RECORDS = st.lists(TAKES, min_size=1, max_size=3).map(
    lambda found: record(*(replace(item, task_id=task(number)) for number, item in enumerate(found, 1)))
)


@given(
    st.dictionaries(KEYS, PROMPTS, min_size=1),
    st.dictionaries(KEYS, RECORDS),
    st.dictionaries(KEYS, RECORDS, max_size=1),
    st.lists(PROMPTS, max_size=1),
)
def test_common_shots_are_decided_quickly_but_not_otherwise(
    wanted: dict[str, str], shots: dict[str, ShotRecord], retired: dict[str, ShotRecord], ordered: list[str]
) -> None:
    """A retake of a shot that is not there changes nothing, and lets nothing be decided quickly."""
    requests = [request(key, prompt) for key, prompt in wanted.items()]
    locked = lockfile(retired, **shots)
    under_way = journal(*(OpenTask(intent(prompt, number=9), "accepted") for prompt in ordered))
    slowly = plan(*requests, locked=locked, under_way=under_way, chosen=selection(retakes=["night.nowhere"]))
    assert plan(*requests, locked=locked, under_way=under_way) == slowly
