from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.sized import FORGE_LIMITS, Room, length

PARTS = st.lists(st.text(max_size=30), max_size=20)


def test_the_limits_are_those_of_the_forges() -> None:
    assert FORGE_LIMITS == {"github": 65_536, "gitlab": 1_000_000, "bitbucket-server": 32_768, "azure": 150_000}


def test_length_counts_as_java_and_javascript_do() -> None:
    assert (length("abc"), length("é…"), length("🎬"), length("\ud800")) == (3, 2, 2, 1)


@given(PARTS, st.integers(0, 300), st.integers(0, 20), st.floats(0, 1))
def test_what_is_taken_fits_is_in_order_and_is_whole(parts: list[str], limit: int, most: int, share: float) -> None:
    room = Room(limit)
    taken = room.fill(parts, most, share)
    assert taken == parts[: len(taken)]
    assert len(taken) <= most
    used = sum(length(part) + 2 for part in taken)
    assert used <= limit * share
    assert room.left == limit - used


@given(PARTS)
def test_without_a_limit_there_is_always_room(parts: list[str]) -> None:
    room = Room(None)
    room.reserve("x" * 1_000_000)
    assert room.fill(parts, len(parts)) == parts
    assert room.fits("x" * 1_000_000)


def test_a_part_that_does_not_fit_takes_nothing() -> None:
    room = Room(10)
    assert not room.fits("123456789")
    assert room.fits("12345678")
    assert room.left == 0


def test_parts_are_made_only_while_they_fit() -> None:
    made = []

    def make() -> object:
        for number in range(1000):
            made.append(number)
            yield "x" * 8

    assert len(Room(35).fill(make(), 100)) == 3  # type: ignore[arg-type]  # a generator of texts
    assert len(made) == 4
