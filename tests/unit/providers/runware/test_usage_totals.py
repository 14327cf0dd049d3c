"""Whether the parts of a report agree; whole reports are in `test_usage.py`."""

from decimal import Decimal

import pytest

from ltxspec.providers.runware.usage_totals import differences, figures, figures_in

ONE = Decimal("0.48")


@pytest.mark.parametrize(
    ("rows", "others", "count"),
    [
        ([(1, ONE)], [(1, ONE)], 0),
        ([(1, ONE)], [(1, ONE + Decimal("0.01"))], 0),  # rounding
        ([(1, ONE)], [(2, 2 * ONE)], 2),
        ([(2, 2 * ONE)], [(1, ONE)], 2),
        ([(1, None)], [(1, ONE)], 0),  # not told
        ([(1, ONE), (None, None)], [(3, 3 * ONE)], 0),
        ([(3, 3 * ONE), (None, None)], [(2, ONE)], 2),  # at least three
        ([(None, None)], [(None, None)], 0),
    ],
)
def test_parts_differ_if_they_cannot_be_the_same(
    rows: list[tuple[int | None, Decimal | None]], others: list[tuple[int | None, Decimal | None]], count: int
) -> None:
    assert len([*differences("these", figures(rows), "those", figures(others))]) == count


def test_a_part_that_cannot_be_read_tells_nothing() -> None:
    assert figures_in("no block") == {}
    assert figures_in({"data": [], "meta": None}) == {}
    (told,) = figures_in({"data": [7, {"count": -1, "spend": "much"}]}).values()
    assert (told.all_requests, told.all_usd, told.requests, told.usd) == (False, False, 0, Decimal(0))
