"""A disk that is full, broken or read-only: nothing is ordered whose intent is not on it, and nothing is paid twice."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash.bench import ALLEY, PAIR, Checkout, Clock, Service
from crash.death import Fate

from ltxspec.apply.events import EventKind

SHOTS = ALLEY + PAIR
ERRORS = {"a full disk": errno.ENOSPC, "a broken disk": errno.EIO, "a read-only disk": errno.EROFS}


@pytest.fixture
def checkouts(tmp_path: Path) -> Iterator[Checkout]:
    """One new checkout after the other, each with a service of its own."""

    def fresh() -> Iterator[Checkout]:
        number = 0
        while True:
            number += 1
            service = Service(tmp_path / f"service-{number}", Clock())
            yield Checkout(tmp_path / f"checkout-{number}", service, SHOTS).write()

    return fresh()


@pytest.mark.parametrize("for_good", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("error", ERRORS.values(), ids=ERRORS)
def test_a_disk_that_fails_at_any_call_costs_nothing_twice(
    checkouts: Iterator[Checkout], error: int, *, for_good: bool
) -> None:
    points = len(next(checkouts).apply(Fate(at=10**9, error=error)).points)
    for point in range(1 + error % 11, points + 1, 11):
        checkout = next(checkouts)
        broken = checkout.apply(Fate(point, error, for_good=for_good))
        left = checkout.settled()
        said = any(event.kind is EventKind.SHOT_REMARK and event.address is None for event in broken.events)
        is_reported = broken.error or said or (broken.summary and broken.summary.incomplete) or left is None
        assert is_reported, f"point {point} ({broken.struck}): the run does not report that {left}"
        assert checkout.blind_orders == []
        checkout.apply()
        assert checkout.settled() is None, f"point {point} ({broken.struck})"
        assert checkout.missing_videos() == []
        assert sorted(checkout.service.charges().values()) == [1, 1], f"point {point} ({broken.struck})"


def test_with_a_full_disk_from_the_start_nothing_is_ordered(checkouts: Iterator[Checkout]) -> None:
    checkout = next(checkouts)
    outcome = checkout.apply(Fate(1, errno.ENOSPC, for_good=True))
    assert checkout.service.charges() == {}
    assert outcome.summary is None or outcome.summary.incomplete
