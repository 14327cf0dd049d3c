from dataclasses import replace
from typing import Any

import pytest
from builders import change
from unit.plan.chains import ALLEY, DOOR, FIRST, STREET, remark

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.graph import End, Link, ShotGraph, shot_graph
from ltxspec.plan.status import ShotState
from ltxspec.render.references import Reference
from ltxspec.values import ShotAddress

LONE = replace(ALLEY, address=ShotAddress("night", "lone"))


def graph(*changes: Change, whole: bool = False) -> ShotGraph:
    verdicts = {FIRST.task_id: remark(Verdict.APPROVED)}
    return shot_graph(Plan("runware", changes), verdicts, whole=whole)


def names(found: ShotGraph) -> list[str]:
    return [node.address.instance for node in found.nodes]


def test_shots_without_links_are_left_out_unless_all_are_wanted() -> None:
    changes = [change(Action.CREATE, wanted) for wanted in (DOOR, LONE, ALLEY, STREET)]
    gone = replace(change(Action.RETIRE, LONE), request=None)
    assert names(graph(*changes, gone)) == ["door", "alley", "street"]
    assert names(graph(*changes, gone, whole=True)) == ["door", "lone", "alley", "street"]
    links = [(str(link.source), str(link.shot)) for link in graph(*changes).links]
    assert links == [("night.street", "night.door"), ("night.alley", "night.street")]


def test_a_shot_has_its_state_its_gate_and_the_verdict_about_the_take_that_it_keeps() -> None:
    gated = replace(ALLEY, gate=True)
    kept = replace(change(Action.NO_OP, gated), task_id=FIRST.task_id)
    (node,) = graph(kept, whole=True).nodes
    assert (node.state, node.gate, node.verdict) == (ShotState.UP_TO_DATE, True, Verdict.APPROVED)
    (node,) = graph(replace(kept, action=Action.REPLACE), whole=True).nodes
    assert (node.state, node.verdict) == (ShotState.TO_BUY, None)


@pytest.mark.parametrize(
    ("inputs", "path", "end"),
    [
        ({"frameImages": [{"image": "shot:a", "frame": "first"}]}, ("frameImages", 0, "image"), "first"),
        ({"frameImages": [{"image": "b"}, {"image": "shot:a", "frame": "last"}]}, ("frameImages", 1, "image"), "last"),
        ({"frameImages": ["shot:a"]}, ("frameImages", 0), "first"),
        ({"frameImages": ["b", "shot:a"]}, ("frameImages", 1), None),
        ({"referenceImages": ["shot:a"]}, ("referenceImages", 0), None),
        ({"frameImages": [{"image": "shot:a", "frame": 7}]}, ("frameImages", 0, "image"), None),
        ({"video": "shot:a"}, ("video",), None),
    ],
)
def test_a_link_knows_which_end_of_the_video_the_frame_becomes(inputs: Any, path: Any, end: End) -> None:
    reference = Reference(ALLEY.address, "last", path=("inputs", *path))
    shot = replace(STREET, body={"inputs": inputs}, references=(reference,))
    assert graph(change(Action.CREATE, ALLEY), change(Action.CREATE, shot)).links == [
        Link(STREET.address, reference, end)
    ]
