"""Times of a task that two branches recorded: what a merge keeps of them, and which change of one is told."""

from collections.abc import Sequence

from builders import lockfile, record, take
from replacing import replace

from ltxspec.catalog.models import Catalog
from ltxspec.lock.facts import altered_takes, copies_of
from ltxspec.lock.merge import join_takes
from ltxspec.lock.models import Take
from ltxspec.lock.times import earliest, is_in_order

NONE = Catalog((), {})
EARLY, LATE, LATER = (f"2026-11-22T{hour}:00:00Z" for hour in ("10", "11", "12"))


def timed(at: str, number: int = 1) -> Take:
    return take(f"p{number}", number=number, at=at)


def altered(before: list[Take], now: list[Take], *others: Take) -> list[tuple[str, bool]]:
    """The times that are told, and whether they are expected."""
    sides = (copies_of([lockfile(alley=record(*takes))]) for takes in (before, now, others))
    old, new, more = sides
    return [(change.path, change.expected) for item in altered_takes(old, new, NONE, more) for change in item.changes]


BOTH_EXPECTED = [("/finishedAt", True), ("/submittedAt", True)]


def test_times_that_a_merge_made_earlier_are_expected() -> None:
    assert altered([timed(LATE)], [timed(EARLY)]) == BOTH_EXPECTED


def test_a_time_that_became_later_is_told() -> None:
    """Unless the whole record is later than the known end: see the next test."""
    before = replace(timed(EARLY), finished_at=LATER)
    assert altered([before], [replace(timed(LATE), finished_at=LATER)]) == [("/submittedAt", False)]
    assert altered([timed(EARLY)], [replace(timed(EARLY), finished_at=LATE)]) == [("/finishedAt", False)]
    forged = replace(timed(EARLY), submitted_at="2099-01-01T00:00:00Z")
    assert altered([timed(EARLY)], [forged]) == [("/submittedAt", False)]


def test_a_task_that_was_found_again_has_the_times_of_the_find() -> None:
    """Its record was taken back with `git revert`, and the next order of it found it at the provider."""
    found = replace(timed(LATE), finished_at=LATER)
    assert altered([timed(EARLY)], [found]) == BOTH_EXPECTED
    assert altered([timed(EARLY)], [replace(found, cost=None)]) == [("/cost", False), *BOTH_EXPECTED]
    other_order = altered(
        [timed(EARLY), timed(LATE, 2)], [replace(timed(LATER), task_id=timed(EARLY).task_id), timed(LATE, 2)]
    )
    assert ("/submittedAt", False) in other_order


def test_a_task_that_ended_before_it_was_ordered_is_told() -> None:
    assert altered([timed(LATE)], [replace(timed(LATE), finished_at=EARLY)]) == [("/finishedAt", False)]


def test_what_is_no_time_is_not_an_earlier_one() -> None:
    assert altered([timed(LATE)], [replace(timed(LATE), submitted_at="0")]) == [("/submittedAt", False)]


def test_an_earlier_time_that_puts_takes_into_another_order_is_told() -> None:
    assert ("/submittedAt", False) in altered([timed(LATE), timed(LATER, 2)], [timed(LATE), timed(EARLY, 2)])


def test_an_earlier_time_that_another_base_recorded_is_expected_in_any_order() -> None:
    assert altered([timed(LATE), timed(LATER, 2)], [timed(LATE), timed(EARLY, 2)], timed(EARLY, 2)) == BOTH_EXPECTED
    forged = "2026-11-22T09:00:00Z"
    assert ("/submittedAt", False) in altered(
        [timed(LATE), timed(LATER, 2)], [timed(LATE), timed(forged, 2)], timed(EARLY, 2)
    )


def test_what_a_merge_makes_of_two_records_of_one_task_is_no_alteration_of_either() -> None:
    ours, theirs = timed(EARLY), replace(timed(LATE), finished_at=LATER)
    merged = join_takes(ours, theirs)
    assert merged == join_takes(theirs, ours) == ours
    assert altered([ours], [merged], theirs) == []
    assert altered([theirs], [merged], ours) == BOTH_EXPECTED


def test_the_earlier_time_is_kept_and_a_known_one_beats_none() -> None:
    assert earliest(EARLY, LATE) == earliest(LATE, EARLY) == EARLY
    assert earliest(None, LATE) == earliest(LATE, None) == LATE
    assert earliest(None, None) is None


WHOLE, HALF, SAME = (f"2026-11-22T10:00:00{rest}" for rest in ("Z", ".500Z", ".000Z"))


def test_times_are_compared_as_times_and_not_as_texts() -> None:
    assert earliest(WHOLE, HALF) == earliest(HALF, WHOLE) == WHOLE
    assert earliest(WHOLE, SAME) == earliest(SAME, WHOLE)


def in_order(path: str, now: Take, *known: Take, neighbours: Sequence[Take] = ()) -> bool:
    return is_in_order(path, now, known, (), neighbours)


def ends(at: str | None, *, submitted: str | None = WHOLE) -> Take:
    return replace(take(), finished_at=at, submitted_at=submitted)


def test_a_time_that_is_gone_or_was_not_known_is_no_earlier_one() -> None:
    assert not in_order("/finishedAt", ends(None), ends(LATE))
    assert not in_order("/finishedAt", ends(LATE), ends(None))
    assert in_order("/finishedAt", ends(EARLY), ends(None), ends(LATE))


def test_the_same_moment_is_in_order_however_it_is_written() -> None:
    assert in_order("/finishedAt", ends(SAME), ends(WHOLE))
    assert in_order("/finishedAt", ends(WHOLE), ends(SAME))


def test_a_time_between_two_that_were_recorded_is_later_than_one_of_them() -> None:
    assert not in_order("/finishedAt", ends(LATE), ends(EARLY), ends(LATER))


def test_a_task_ends_no_earlier_than_it_was_ordered_and_is_ordered_at_a_known_time() -> None:
    assert not in_order("/finishedAt", ends(EARLY, submitted=None), ends(LATE))
    assert not in_order("/finishedAt", ends(WHOLE, submitted=HALF), ends(LATE))
    assert in_order("/finishedAt", ends(WHOLE, submitted=SAME), ends(LATE))


def test_a_video_may_expire_earlier_than_it_was_known_to() -> None:
    late, later = (replace(take(), expires_at=at) for at in (LATE, LATER))
    assert in_order("/expiresAt", late, later)
    assert not in_order("/expiresAt", later, late)
