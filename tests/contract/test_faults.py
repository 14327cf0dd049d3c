"""Every fault of `faults.py` against the real engine, client and sandbox: paid once, recorded, never guessed."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from contract.faults import GROUPS, UNDECIDABLE, Row, table
from crash.bench import Checkout, Clock, Outcome, Service
from crash.death import subject
from replacing import replace

from ltxspec.apply.events import ShotOutcome
from ltxspec.lock.codec import decode_lockfile
from ltxspec.lock.models import Take
from ltxspec.plan.document import PlanOptions
from ltxspec.providers.sandbox.scenario import parse_scenario

ROOT = Path(__file__).parents[2]
MOST_APPLIES = 4
EVERY_ROW = [row for rows in GROUPS.values() for row in rows]


def checkout_for(row: Row, folder: Path) -> Checkout:
    scenario = parse_scenario({"behaviour": row.behaviour, "faults": list(row.faults)})
    results = "" if row.results == 1 else f", numberResults: {row.results}"
    service = Service(folder / "service", Clock(), scenario)
    return Checkout(folder / "checkout", service, f"  alley: {{prompt: Rain{results}}}\n").write()


def apply_until_done(checkout: Checkout) -> list[str]:
    """How the shot ended in each apply, until there is nothing left to do."""
    words: list[str] = []
    while len(words) < MOST_APPLIES:
        word = word_for(checkout.apply())
        if word is None:
            break
        words.append(word)
        if word == "blocked" or words[-3:] in (["unresolved"] * 3, ["not archived"] * 3):
            break
    return words


def word_for(outcome: Outcome) -> str | None:
    """The shot's end in the words of the table; None when there was nothing to do."""
    if outcome.error is not None:
        return "held back"  # the run ended before anything was ordered
    if outcome.summary is None:
        raise AssertionError("killed")
    if not outcome.summary.outcomes:
        return "blocked" if outcome.blocked else None
    end: ShotOutcome = outcome.summary.outcomes[0]
    return end.outcome.value.replace("-", " ") if end.archived else "not archived"


def takes(checkout: Checkout) -> Sequence[Take]:
    return decode_lockfile(checkout.lockfile_text() or b"", "lockfile").shots["alley"].takes


@pytest.mark.parametrize("row", EVERY_ROW, ids=[row.name for row in EVERY_ROW])
def test_a_fault_is_survived_and_paid_once(row: Row, tmp_path: Path) -> None:
    checkout = checkout_for(row, tmp_path)
    assert ", ".join(apply_until_done(checkout)) == row.outcomes
    charges = checkout.service.charges()
    assert sum(charges.values()) == row.charges
    assert max(charges.values(), default=1) == 1, "an id was paid twice"
    assert checkout.blind_orders == []
    if "rendered" in row.outcomes or "collected" in row.outcomes or "failed" in row.outcomes:
        assert takes(checkout)[-1].cost == (None if row.cost is None else Decimal(row.cost))


@pytest.mark.parametrize("row", UNDECIDABLE, ids=[row.name for row in UNDECIDABLE])
def test_where_no_look_can_tell_it_is_paid_twice_and_still_recorded(row: Row, tmp_path: Path) -> None:
    """Written down so that nobody believes otherwise; with a service that refuses used ids the same costs nothing."""
    checkout = checkout_for(row, tmp_path / "taken-again")
    assert ", ".join(apply_until_done(checkout)) == row.outcomes
    assert list(checkout.service.charges().values()) == [row.charges]
    honest = checkout_for(replace(row, behaviour={**row.behaviour, "conflict": "forever"}), tmp_path / "refused")
    apply_until_done(honest)
    assert (honest.settled(), list(honest.service.charges().values())) == (None, [1])


class TooLate(httpx.AsyncBaseTransport):
    """The first order's reply comes later than the client waits."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self._orders = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        reply = await self._inner.handle_async_request(request)
        self._orders += subject(request) == "order"
        if subject(request) == "order" and self._orders == 1:
            raise httpx.ReadTimeout("too late", request=request)
        return reply

    async def aclose(self) -> None:
        await self._inner.aclose()


def test_a_reply_that_comes_later_than_the_client_waits_is_looked_for(tmp_path: Path) -> None:
    checkout = replace(checkout_for(EVERY_ROW[0], tmp_path), on_the_way=TooLate)
    assert apply_until_done(checkout) == ["rendered"]
    assert list(checkout.service.charges().values()) == [1]


def test_three_of_four_results_are_kept_with_their_videos(tmp_path: Path) -> None:
    row = next(row for row in EVERY_ROW if row.results == 4)
    checkout = checkout_for(row, tmp_path)
    apply_until_done(checkout)
    (take,) = takes(checkout)
    assert (take.status, len(take.outputs)) == ("succeeded", 3)
    assert checkout.missing_videos() == []


def test_every_attempt_after_a_failure_has_an_id_of_its_own(tmp_path: Path) -> None:
    row = next(row for row in EVERY_ROW if row.name == "it fails every time")
    checkout = checkout_for(row, tmp_path)
    apply_until_done(checkout)
    assert [take.attempt for take in takes(checkout)] == [1, 2, 3]
    assert len({take.task_id for take in takes(checkout)}) == 3


def test_a_refusal_blocks_until_a_person_asks_again_and_then_has_a_new_id(tmp_path: Path) -> None:
    row = next(row for row in EVERY_ROW if row.name == "moderation stops the render")
    checkout = checkout_for(row, tmp_path)
    assert apply_until_done(checkout) == ["failed", "blocked"]
    assert word_for(checkout.apply(asked=PlanOptions(retries=("night.alley",)))) == "rendered"
    assert [(take.attempt, take.status) for take in takes(checkout)] == [(1, "failed"), (2, "succeeded")]
    assert list(checkout.service.charges().values()) == [1, 1]


def test_a_refusal_blocks_until_the_shot_is_edited(tmp_path: Path) -> None:
    row = next(row for row in EVERY_ROW if row.name == "moderation refuses the order")
    checkout = checkout_for(row, tmp_path)
    assert apply_until_done(checkout) == ["failed", "blocked"]
    edited = replace(checkout, shots="  alley: {prompt: Sun}\n").write()
    assert apply_until_done(edited) == ["rendered"]
    assert list(checkout.service.charges().values()) == [1]


def test_the_documented_table_is_this_one() -> None:
    text = (ROOT / "docs/reliability.md").read_text("utf-8")
    wanted = [f"### {title}\n\n" + "\n".join(table(rows)) for title, rows in GROUPS.items()]
    wanted.append("\n".join(table(UNDECIDABLE)))
    assert [part for part in wanted if part not in text] == []
