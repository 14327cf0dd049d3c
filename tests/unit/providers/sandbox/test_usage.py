"""The rows of reports; the questions for them are tested in `test_account.py`."""

from datetime import UTC, date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ltxspec.providers.sandbox.usage import Asked, Event, blocks

FIRST = 1_790_000_000.0  # 2026-09-21
EVENTS = st.lists(
    st.builds(
        Event,
        at=st.floats(FIRST, FIRST + 20 * 86_400),
        model=st.sampled_from(["a:1@1", "b:2@2"]),
        name=st.just("A model"),
        requests=st.just(1),
        results=st.integers(1, 4),
        usd=st.decimals("0.001", "9", places=3),
    ),
    max_size=20,
)


def question(*groups: str, crossed: bool = False) -> Asked:
    return Asked(
        operation="getUsageActivity",
        first=date(2026, 9, 21),
        last=date(2026, 10, 20),
        zone=UTC,
        groups=groups,
        models=(),
        key="key",
        shows_key=True,
        crossed=crossed,
    )


@given(EVENTS)
def test_every_grouping_adds_up_to_the_same(events: list[Event]) -> None:
    spent = sum((event.usd for event in events if event.usd is not None), Decimal(0))
    found = [
        *blocks(question("date", "model", "apiKey"), events).values(),
        blocks(question("date", "model", crossed=True), events)["timeseries"],
    ]
    for block in found:
        assert sum(row["count"] for row in block["data"]) == len(events) == block["meta"]["totalRequests"]
        assert round(sum(row["spend"] for row in block["data"]), 3) == float(spent)
        assert block["meta"]["totalSpend"] == float(spent)
