from pathlib import Path
from typing import Any

import pytest
from builders import change, lockfile, own_intent, record, request, take
from unit.project.projects import project

from ltxspec.errors import Refused
from ltxspec.plan.actions import Action
from ltxspec.project.lookup import recorded_state
from ltxspec.project.unclaimed import moved_in_progress, refuse_moves_in_progress, unclaimed
from ltxspec.storage.journal import JournalFile


def test_a_lockfile_that_no_spec_claims_says_what_it_records_and_no_invented_cost(tmp_path: Path) -> None:
    def said(*costs: str | None) -> str:
        held = lockfile(alley=record(*(take(number=n, cost=cost) for n, cost in enumerate(costs, 1))))
        (warning,) = unclaimed(project(tmp_path, held), [], [])
        return warning.message.partition("; it records ")[2]

    assert said("0.48") == "1 take for $0.48"
    assert said(None) == "1 take of unknown cost"
    assert said(None, None) == "2 takes of unknown cost"
    assert said("0.48", None, None) == "3 takes for $0.48, 2 of them of unknown cost"


def test_moves_wait_for_orders_and_records_are_read_once_for_each_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, reads = project(tmp_path), list[str]()
    order = own_intent(spec="old", provider="runware")
    JournalFile(opened.paths_of("old").journal).append(order)

    def counted(*arguments: Any) -> Any:
        reads.append(arguments[1])
        return recorded_state(*arguments)

    monkeypatch.setattr("ltxspec.project.unclaimed.recorded_state", counted)
    moves = [change(Action.MOVE, request(key), origin=f"old.{key}") for key in (order.instance, "b", "c")]
    found = moved_in_progress(opened, moves)
    assert [item.message for item in found] == [
        f"an order for `old.{order.instance}` is in progress, and its takes would be moved to `night.{order.instance}`"
    ]
    assert reads == ["old"]
    with pytest.raises(Refused, match="in progress"):
        refuse_moves_in_progress(found)
    refuse_moves_in_progress([])
