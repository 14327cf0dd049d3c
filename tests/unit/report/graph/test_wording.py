from dataclasses import replace

import pytest
from unit.plan.chains import ALLEY
from unit.report.graph.graphs import link, order

from ltxspec.lock.verdicts import Verdict
from ltxspec.plan.actions import Action, Reason
from ltxspec.plan.graph import Node
from ltxspec.report.graph.wording import link_phrase, name_of, state_of
from ltxspec.report.wording import frame_of

GATED = replace(ALLEY, gate=True)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (Node(order(Action.CREATE, ALLEY)), "to render, $0.36"),
        (Node(order(Action.CREATE, ALLEY, None)), "to render, price unknown"),
        (Node(order(Action.CREATE, GATED)), "to render, $0.36, needs an approval"),
        (Node(order(Action.NO_OP, GATED), Verdict.NEEDS_WORK), "bought, needs work"),
        (Node(order(Action.MOVE, ALLEY)), "bought"),
        (Node(order(Action.RESUME, ALLEY)), "in progress, $0.36"),
        (Node(order(Action.BLOCKED, ALLEY)), "failed"),
        (
            Node(replace(order(Action.CREATE, ALLEY), reasons=(Reason.LAST_ATTEMPT_FAILED,))),
            "failed, to render again, $0.36",
        ),
    ],
)
def test_the_state_of_a_shot_in_words(node: Node, words: str) -> None:
    assert state_of(node) == words


def test_a_link_in_words() -> None:
    assert link_phrase(link("alley", "a")) == "begins with the last frame of night.alley"
    assert link_phrase(link("alley", "a", at=None, ends=None)) == "uses the video of night.alley"
    pinned = link("alley", "a", at=1.0, take=2, result=3, ends="last")
    assert link_phrase(pinned) == "ends with the frame at 1 s of night.alley (take 2, result 3)"
    assert frame_of(pinned.reference) == "frame at 1 s, take 2, result 3"
    assert name_of(Node(order(Action.CREATE, ALLEY))) == "night.alley"
