from decimal import Decimal

import pytest
from builders import change, request
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.plan.actions import Action
from ltxspec.plan.shares import Before, Need, Sharing, need_of, shares

MONEY = st.decimals("0", "9999", places=4)
NEEDS = st.lists(st.builds(Need, MONEY, st.integers(0, 5)), min_size=1, max_size=8)


@given(st.decimals("0", "99999", places=4), NEEDS, st.none() | MONEY)
def test_the_shares_never_sum_to_more_than_the_limit(
    limit: Decimal, needs: list[Need], assumed: Decimal | None
) -> None:
    found = shares(limit, needs, assumed)
    assert len(found) == len(needs)
    assert sum(found) <= limit
    assert all(share >= 0 for share in found)


@given(NEEDS, MONEY, st.none() | MONEY)
def test_a_shard_whose_own_orders_fit_is_not_refused(
    needs: list[Need], spare: Decimal, assumed: Decimal | None
) -> None:
    asked = [need.known + (assumed or 0) * need.unknown for need in needs]
    found = shares(sum(asked, spare), needs, assumed)
    assert all(share >= one for share, one in zip(found, asked, strict=True))


@pytest.mark.parametrize(
    ("limit", "needs", "assumed", "expected"),
    [
        ("9", [("2", 0), ("1", 0)], None, ["6", "3"]),
        ("3", [("2", 0), ("1", 0)], None, ["2", "1"]),
        ("9", [("2", 0), ("0", 0)], None, ["9", "0"]),
        ("9", [("0", 0), ("0", 0)], None, ["0", "0"]),
        ("9", [("2", 1), ("1", 2)], None, ["4", "5"]),  # what is left is for those of unknown price
        ("9", [("2", 1), ("1", 2)], "1", ["4.5", "4.5"]),
        ("1", [("2", 0), ("2", 0)], None, ["0.5", "0.5"]),  # refused as a whole, and divided all the same
        ("-1", [("2", 0)], None, ["0"]),
        ("10", [("1", 0), ("1", 0), ("1", 0)], None, ["3.333333", "3.333333", "3.333333"]),
    ],
)
def test_a_share_is_what_is_planned_and_a_part_of_the_rest(
    limit: str, needs: list[tuple[str, int]], assumed: str | None, expected: list[str]
) -> None:
    listed = [Need(Decimal(known), unknown) for known, unknown in needs]
    found = shares(Decimal(limit), listed, Decimal(assumed) if assumed else None)
    assert found == list(map(Decimal, expected))


def test_what_is_under_way_is_needed_and_what_is_free_is_not() -> None:
    unknown = request("b", estimate=None)
    changes = [
        change(Action.CREATE, request("a")),
        change(Action.RESUME, request("c")),
        change(Action.REPLACE, unknown),
        change(Action.NO_OP, request("d")),
        change(Action.RETIRE, request("e")),
    ]
    assert need_of(changes) == Need(Decimal("0.96"), 1)


def test_a_limit_of_some_changes_is_divided_by_these_alone() -> None:
    night, day = change(Action.CREATE, request("a")), change(Action.CREATE, request("b", spec="day"))
    sharing = [Sharing([[night, day], [night]], number) for number in (1, 2)]
    assert [one.of(Decimal("2.88")) for one in sharing] == [Decimal("1.92"), Decimal("0.96")]
    assert [one.of(Decimal(4), lambda one: one.address.spec == "day") for one in sharing] == [Decimal(4), Decimal(0)]


def test_a_shard_that_is_run_again_has_what_is_left_of_the_part_that_it_had() -> None:
    """The whole limit is $4.80, half of it for each. The other shard cannot know what this one has spent."""
    first, second, other = (change(Action.CREATE, request(name)) for name in "abc")
    done = change(Action.NO_OP, request("a"))
    whole = Sharing([[first, second], [other, other]], 1)
    assert whole.left_of(Decimal("4.80")) == whole.of(Decimal("4.80")) == Decimal("2.40")
    dearer = Sharing([[done, second], [other, other]], 1, before=[Before(done, Decimal("1.50"), Decimal("0.48"))])
    assert dearer.left_of(Decimal("3.30")) == Decimal("0.90")
    failed = Sharing([[first, second], [other, other]], 1, before=[Before(first, Decimal("2.10"), Decimal(0))])
    assert failed.left_of(Decimal("2.70")) == Decimal("0.30")
    assert failed.left_of(Decimal("2.70"), lambda one: one is second) == Decimal("2.70")
    spent = Sharing([[first, second], [other, other]], 1, before=[Before(first, Decimal("2.60"), Decimal(0))])
    assert spent.left_of(Decimal("2.20")) == 0
