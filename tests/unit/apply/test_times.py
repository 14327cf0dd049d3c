from datetime import UTC, datetime, timedelta, timezone

from ltxspec.apply.times import time_after, time_of, timestamp


def test_times_are_milliseconds_of_utc() -> None:
    assert timestamp(datetime(2026, 11, 22, 10, 0, 0, 999_999, UTC)) == "2026-11-22T10:00:00.999Z"
    assert timestamp(datetime(2026, 11, 22, 12, 0, 0, 0, timezone(timedelta(hours=2)))) == "2026-11-22T10:00:00.000Z"


def test_only_a_time_with_its_zone_that_another_could_follow_is_one() -> None:
    assert time_of("2026-11-22T10:00:00Z") == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert [time_of(text) for text in (None, "", "some day", "2026-11-22T10:00:00", "9999-12-31T00:00:00Z")] == [
        None
    ] * 5


def test_a_time_is_later_than_every_known_one() -> None:
    known = ["2026-11-22T12:00:00.000Z", None, "some day"]
    assert time_after("2026-11-22T10:00:00.000Z", known) == "2026-11-22T12:00:00.001Z"
    assert time_after("2026-11-22T13:00:00.000Z", known) == "2026-11-22T13:00:00.000Z"
    assert time_after("some day", known) == "some day"
