from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from builders import output, record, take, task
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.lock.models import Failure, Lockfile, Output, ShotRecord, Take, moment

SECOND = "2026-11-22T10:00:00Z"


def test_takes_are_found_by_their_id() -> None:
    first, second = take(number=1), take(number=2)
    shot = record(first, second, current=2)
    assert shot.take(task(1)) == first
    assert shot.take(task(9)) is None
    assert shot.current_take == second


def test_a_shot_without_a_good_take_has_no_current_one() -> None:
    assert ShotRecord(None, (take(status="failed"),)).current_take is None


def test_a_lockfile_begins_with_nothing() -> None:
    assert Lockfile("runware", "night") == Lockfile("runware", "night", {}, {})


@pytest.mark.parametrize(
    ("wanted", "there", "more", "incomplete"),
    [
        (2, 1, {}, True),
        (4, 3, {}, True),
        (4, 4, {}, False),
        (4, 0, {}, False),
        (None, 1, {}, False),
        (4.0, 1, {}, False),
        ("4", 1, {}, False),
        (4, 1, {"finished_at": SECOND}, False),
        (4, 1, {"submitted_at": None}, False),
    ],
)
def test_results_are_still_to_come_where_some_of_an_order_of_ours_are_there_and_it_has_not_ended(
    wanted: Any, there: int, more: dict[str, Any], incomplete: bool
) -> None:
    ordered = take() if wanted is None else take(numberResults=wanted)
    outputs = tuple(output(number) for number in range(there))
    assert replace(ordered, outputs=outputs, **{"finished_at": None, **more}).is_incomplete is incomplete


def test_a_pick_makes_a_take_current_and_takes_the_place_of_another_of_its_fingerprint() -> None:
    takes = (take("a"), take("a", number=2, retake=2), take("b", number=3, retake=3))
    shot = record(*takes).with_pick(task(3)).with_pick(task(1))
    assert (shot.current, [item.picked for item in shot.takes]) == (task(1), ["video-1", None, "video-3"])
    again = shot.with_pick(task(2))
    assert (again.current, [item.picked for item in again.takes]) == (task(2), [None, "video-2", "video-3"])


def test_the_picked_output_is_shown_first() -> None:
    several = replace(take(), outputs=(output(1), output(2), output(3)))
    assert several.shown == several.outputs
    shown = record(several).with_pick(task(1), 2).takes[0].shown
    assert shown == (output(2), output(1), output(3))


def test_an_output_without_id_and_address_is_picked_by_its_number() -> None:
    nameless = tuple(Output(video_uuid=None, video_url=None, cost=Decimal(cost)) for cost in (1, 2))
    (picked,) = record(replace(take(), outputs=nameless)).with_pick(task(1), 2).takes
    assert (picked.picked, picked.shown) == ("2", (nameless[1], nameless[0]))
    assert record(replace(take(), outputs=())).with_pick(task(1)).takes[0].shown == ()


def test_an_output_without_id_is_picked_by_its_address() -> None:
    unnamed = replace(take(), outputs=(Output(video_uuid=None, video_url="https://videos.example/1.mp4"),))
    assert record(unnamed).with_pick(task(1)).takes[0].picked == "https://videos.example/1.mp4"


def in_order(*takes: Take) -> list[str]:
    return [item.task_id for item in sorted(takes, key=lambda item: item.sort_key)]


def test_takes_stand_in_the_order_of_their_orders_then_of_their_ids() -> None:
    late = take(number=1, at="2026-11-22T12:00:00Z")
    early = take(number=3, at=SECOND)
    twin = take(number=2, at=SECOND)
    shot = ShotRecord(task(1), (late,)).with_take(early).with_take(twin)
    assert [item.task_id for item in shot.takes] == [task(2), task(3), task(1)]
    assert shot.current == task(1)


def test_a_take_with_a_known_id_takes_the_place_of_the_older_version() -> None:
    shot = record(take(number=1, cost=None), take(number=2)).with_take(take(number=1, cost="0.48"))
    assert [(item.task_id, item.cost is None) for item in shot.takes] == [(task(1), False), (task(2), False)]


def test_a_retake_ordered_within_the_same_second_is_the_later_take_whatever_its_id() -> None:
    first, again, tried = take(number=9), take(number=5, retake=2), take(number=1, retake=2, attempt=2)
    assert in_order(tried, again, first) == [task(9), task(5), task(1)]


def test_times_of_whole_seconds_stand_before_fractions_of_the_same_second() -> None:
    whole, fraction = take(number=9, at=SECOND), take(number=1, at="2026-11-22T10:00:00.123Z")
    next_second = take(number=5, at="2026-11-22T10:00:01Z")
    assert in_order(next_second, fraction, whole) == [task(9), task(1), task(5)]


@pytest.mark.parametrize(
    "text",
    [SECOND, "2026-11-22T10:00:00.0Z", "2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00+00:00",
     "2026-11-22T12:00:00.000+02:00", "2026-11-22T09:00:00-01:00"],
)  # fmt: skip
def test_one_moment_has_one_place_however_it_is_written(text: str) -> None:
    assert moment(text) == moment(SECOND)


def test_every_digit_of_a_time_counts() -> None:
    for earlier, later in (("00.123Z", "00.124Z"), ("00.1234561Z", "00.1234567Z")):
        assert moment(f"2026-11-22T10:00:{earlier}") < moment(f"2026-11-22T10:00:{later}")


@pytest.mark.parametrize("text", ["2026-11-22T10:00:00.500", "0001-01-01T00:00:00+01:00", "yesterday"])
def test_a_time_that_is_no_moment_sorts_by_its_text_on_every_machine(text: str) -> None:
    assert moment(text) == text


@given(st.datetimes(), st.datetimes(), st.sampled_from(["seconds", "milliseconds", "microseconds"]))
def test_moments_sort_as_times_do(one: datetime, other: datetime, timespec: str) -> None:
    times = [datetime.fromisoformat(item.isoformat(timespec=timespec)) for item in (one, other)]
    written = [moment(f"{item.isoformat(timespec=timespec)}Z") for item in times]
    assert (written[0] < written[1], written[0] == written[1]) == (times[0] < times[1], times[0] == times[1])


def test_imported_takes_without_a_time_come_first() -> None:
    imported = replace(take(number=9), submitted_at=None)
    assert in_order(take(number=1), imported) == [task(9), task(1)]


def test_imported_takes_come_before_those_ordered_in_the_same_second() -> None:
    for imported in (take(number=9, retake=None), take(number=9, attempt=None)):
        assert in_order(take(number=1), imported) == [task(9), task(1)]


def test_a_time_that_cannot_be_read_has_a_place_all_the_same() -> None:
    assert in_order(take(number=1, at="yesterday"), take(number=2)) == [task(2), task(1)]


@pytest.mark.parametrize("name", ["code", "message", "permanent"])
def test_a_take_that_succeeded_does_not_say_why_it_failed(name: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}` is not allowed in a task that succeeded"):
        replace(take(), **{name: False if name == "permanent" else "x"})


@pytest.mark.parametrize("name", ["code", "message"])
def test_a_take_that_failed_says_why(name: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}` is missing in a task that failed"):
        replace(take(status="failed"), **{name: None})


def test_a_take_that_failed_has_not_been_picked() -> None:
    with pytest.raises(ValueError, match="`picked` is not allowed in a task that failed"):
        replace(take(status="failed"), picked="1")


@pytest.mark.parametrize(("recorded", "permanent"), [(True, True), (False, False), (None, True)])
def test_a_failure_is_permanent_unless_it_says_that_it_is_not(recorded: bool | None, permanent: bool) -> None:
    failed = replace(take(status="failed"), permanent=recorded)
    assert failed.failure == Failure("providerError", "it broke", permanent=permanent)
    assert take().failure is None


def test_what_a_provider_says_is_recorded_readably_and_without_secrets() -> None:
    said = Failure("a\udc80", "b\udc80 https://h.example/x?token=canary, apiKey=canary-0123456789", permanent=False)
    message = "b? https://h.example/x, apiKey=[redacted]"
    assert said.recorded == {"code": "a?", "message": message, "permanent": False}


@pytest.mark.parametrize("value", [take(), output(), record(take()), Lockfile("runware", "night")], ids=repr)
def test_what_is_recorded_cannot_be_changed_in_place(value: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(value, value.__struct_fields__[0], None)
