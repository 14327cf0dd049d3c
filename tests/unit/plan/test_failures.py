from builders import fingerprint, lockfile, record, request, take, task
from replacing import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.models import Lockfile
from ltxspec.plan.failures import failure_note, failures, is_for_good, is_permanent, left_failures
from ltxspec.plan.recorded import RecordedState, Spare
from ltxspec.render.models import Request

NOTHING = Catalog((), {})
FAILED = take(status="failed")


def left(recorded: Lockfile, *wanted: Request) -> dict[str, list[str]]:
    found = failures(recorded, {item.address.instance: item for item in wanted}, NOTHING)
    return {mark: [one.key for one in spares] for mark, spares in found.items()}


def test_what_failed_under_a_name_that_is_gone_counts_for_its_request() -> None:
    assert left(lockfile(alley=record(FAILED)), request("gate")) == {fingerprint(): ["alley"]}
    assert left(lockfile({"alley": record(FAILED)}), request("gate")) == {fingerprint(): ["alley"]}
    assert left(lockfile(alley=record(FAILED)), request("alley", "b")) == {fingerprint(): ["alley"]}


def test_the_failure_of_a_shot_that_still_requests_it_is_its_own() -> None:
    assert left(lockfile(alley=record(FAILED)), request("alley"), request("gate")) == {}


def test_a_failure_that_was_overcome_under_any_name_is_none() -> None:
    assert left(lockfile(alley=record(FAILED), gate=record(take(number=2)))) == {}
    assert left(lockfile(alley=record(FAILED, take("b", number=2)))) == {fingerprint(): ["alley"]}


def test_what_is_left_in_other_specs_counts_too() -> None:
    state = RecordedState(lockfile(), failed={"day.gate": record(FAILED)})
    assert left_failures(state, {}, NOTHING) == {fingerprint(): [Spare("day.gate", FAILED)]}


def test_a_failure_is_for_good_when_only_an_edit_helps_or_the_attempts_are_used_up() -> None:
    passing = take(status="failed", permanent=False)
    assert (is_permanent(FAILED), is_permanent(passing)) == (True, False)
    assert is_for_good(FAILED, 2, 3)
    assert [is_for_good(passing, attempt, 3) for attempt in (3, 4)] == [False, True]


def test_the_note_says_under_which_name_it_failed() -> None:
    assert failure_note(FAILED, ()) == "providerError: it broke"
    assert failure_note(FAILED, [Spare("alley", FAILED)]) == "providerError: it broke (as `alley`)"
    assert failure_note(FAILED, [Spare("alley", replace(FAILED, task_id=task(9)))]) == "providerError: it broke"
