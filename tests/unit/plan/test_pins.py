"""References that mean no take, or another one than before."""

from builders import lockfile, record
from msgspec.structs import replace as with_fields
from unit.plan.chains import ALLEY, FIRST, OWNED, STREET, bought, follows, plan

from ltxspec.lock.models import Lockfile, Take
from ltxspec.plan.pins import pin_warnings
from ltxspec.plan.recorded import RecordedState
from ltxspec.render.models import Request

PINNED = follows("street", "alley", number=2)
OLDER = bought(ALLEY, 5)


def at(take: Take, second: int) -> Take:
    return with_fields(take, submitted_at=f"2026-11-22T10:00:{second:02d}.000Z")


def messages(request: Request, locked: Lockfile) -> list[str]:
    changes = plan(ALLEY, request, locked=locked)
    return [found.message for found in pin_warnings(changes.values(), {"night": RecordedState(locked)})]


def test_a_take_that_there_is_not_is_told() -> None:
    found = messages(follows("street", "alley", number=4), OWNED)
    assert found == ["`night.street` cannot be rendered as it is written: `night.alley` has no take 4"]


def test_a_number_that_means_another_take_after_a_merge_is_told() -> None:
    second = at(bought(ALLEY, 4), 2)
    street = at(bought(PINNED, 6, second), 9)
    mine = lockfile(alley=record(at(FIRST, 1), second), street=record(street))
    assert messages(PINNED, mine) == []
    merged = lockfile(alley=record(at(FIRST, 1), at(OLDER, 2), at(second, 3)), street=record(street))
    assert messages(PINNED, merged) == [
        "take 2 of `night.alley` is not the one that `night.street` was rendered from: that is take 3 now"
    ]
    assert messages(follows("street", "alley", number=3), merged) == []
    again = at(bought(PINNED, 7, OLDER), 10)  # who orders from the other one all the same is left in peace
    known = lockfile(alley=merged.shots["alley"], street=record(street, again))
    assert messages(PINNED, known) == []


def test_shots_without_pins_are_left_in_peace() -> None:
    assert messages(STREET, OWNED) == []
