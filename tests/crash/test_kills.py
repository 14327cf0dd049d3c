"""The real command, killed with a real SIGKILL; `make crash` does it more often."""

from pathlib import Path

import pytest
from crash.commands import Blow, Service
from crash.kills import Kill, Whole, draw_kills, live_through_kill, uninterrupted

WHOLE: list[Whole] = []


@pytest.fixture
def whole(service: Service, tmp_path: Path) -> Whole:
    """An uninterrupted run, once a process."""
    if not WHOLE:
        WHOLE.append(uninterrupted(service, tmp_path))
    return WHOLE[0]


def test_an_uninterrupted_run_passes_many_points(whole: Whole) -> None:
    assert whole.calls > 200
    assert whole.requests >= 10


@pytest.mark.parametrize(
    "kill",
    [
        Kill("kept", blow=Blow(6, "handled, before the reply")),
        Kill("bare clone", blow=Blow(7, "within the reply")),
    ],
    ids=["kept", "git clone"],
)
def test_a_command_killed_while_it_orders_pays_once(kill: Kill, service: Service, tmp_path: Path, whole: Whole) -> None:
    verdict = live_through_kill(kill, service, tmp_path, whole)
    assert verdict.struck == [kill.kind]
    assert verdict.sound, verdict


@pytest.mark.parametrize("number", range(4))
def test_a_command_killed_anywhere_is_finished_by_the_next_one(
    service: Service, tmp_path: Path, whole: Whole, number: int
) -> None:
    *_, kill = draw_kills(number + 1, 1, whole)
    verdict = live_through_kill(kill, service, tmp_path, whole)
    assert verdict.sound, (kill, verdict)
