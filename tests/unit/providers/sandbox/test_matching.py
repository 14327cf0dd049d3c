from pathlib import Path

import pytest
from sandboxes import order, poll

from ltxspec.providers.sandbox.matching import matching, subject
from ltxspec.providers.sandbox.scenario import CALL_FAULTS, Scenario, ScenarioFault
from ltxspec.providers.sandbox.tasks import Fate, Task, TaskStore

SUBJECT = ("videoInference", "u", "rain")


def hits(store: TaskStore, fault: ScenarioFault, calls: int) -> list[int]:
    """The numbers, from 1, of the calls that a fault hits."""
    scenario = Scenario(faults=(fault,))
    return [number for number in range(1, calls + 1) if matching(scenario, store, [SUBJECT], CALL_FAULTS)]


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ScenarioFault("drop"), [1]),
        (ScenarioFault("drop", times=2), [1, 2]),
        (ScenarioFault("drop", nth=3), [3]),
        (ScenarioFault("drop", nth=2, times=None), [2, 3, 4]),
        (ScenarioFault("drop", prompt="sun"), []),
        (ScenarioFault("fail"), []),
    ],
)
def test_a_fault_hits_the_matches_it_names(tmp_path: Path, fault: ScenarioFault, expected: list[int]) -> None:
    assert hits(TaskStore(tmp_path), fault, 4) == expected


def test_once_means_once_for_a_folder(tmp_path: Path) -> None:
    assert hits(TaskStore(tmp_path), ScenarioFault("drop"), 1) == [1]
    assert hits(TaskStore(tmp_path), ScenarioFault("drop"), 3) == []
    store = TaskStore(tmp_path)
    store.forget_matches()
    assert hits(store, ScenarioFault("drop"), 1) == [1]


def test_a_call_with_many_tasks_counts_once(tmp_path: Path) -> None:
    store, scenario = TaskStore(tmp_path), Scenario(faults=(ScenarioFault("drop", nth=2),))
    assert matching(scenario, store, [SUBJECT] * 3, CALL_FAULTS) == ()
    assert len(matching(scenario, store, [SUBJECT] * 3, CALL_FAULTS)) == 1


def test_a_look_up_goes_by_the_prompt_of_its_task(tmp_path: Path) -> None:
    store = TaskStore(tmp_path)
    body = order(positivePrompt="Rain")
    store.accept(Task(body["taskUUID"], body, "http://s", "l", 0.0, 1.0, None, Fate()), again=False)
    assert subject(poll(), store) == ("getResponse", body["taskUUID"], "Rain")
    assert subject(poll(2), store) == ("getResponse", poll(2)["taskUUID"], "")
