from builders import task

from ltxspec.lock.verdicts import Note
from ltxspec.lock.withdrawals import Withdrawal, joined_withdrawals, left

NOON, LATER = "2026-11-28T12:00:00.000Z", "2026-11-28T12:00:00.001Z"
LAMP, RAIN = Note("the lamp is off", None, "Ann", NOON), Note("rain", None, "Bo", NOON)
GONE, LATE = Withdrawal("Ann", NOON, "Bo", LATER), Withdrawal("Ann", NOON, "Cy", "2026-11-29T12:00:00Z")


def test_a_note_is_meant_by_its_author_and_its_time() -> None:
    assert left([LAMP, RAIN], [GONE]) == (RAIN,)
    assert left([LAMP], [Withdrawal(None, NOON, None, LATER), Withdrawal("Ann", LATER, None, LATER)]) == (LAMP,)
    assert left([LAMP], []) == (LAMP,)


def test_of_several_withdrawals_of_a_note_the_first_is_kept() -> None:
    other = Withdrawal("Bo", LATER, "Bo", LATER)
    one, two = {task(1): (LATE, other)}, {task(1): (GONE,), task(2): (LATE,)}
    expected = {task(1): (GONE, other), task(2): (LATE,)}
    assert joined_withdrawals([one, two]) == joined_withdrawals([two, one]) == expected
    assert joined_withdrawals([expected, expected]) == expected
