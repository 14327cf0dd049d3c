import pytest
from unit.report.runs import ALLEY

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.report.apply.lines import event_line
from ltxspec.report.terminal import Style


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ApplyEvent(EventKind.SHOT_RUNNING, "rendering", ALLEY, percent=40), "night-scenes.alley: rendering, 40 %"),
        (ApplyEvent(EventKind.SHOT_RUNNING, "rendering", ALLEY), "night-scenes.alley: rendering"),
        (ApplyEvent(EventKind.WAITING_FOR_LOCK, "another apply is at work"), "another apply is at work"),
    ],
)
def test_an_event_is_one_line(event: ApplyEvent, line: str) -> None:
    assert event_line(event, Style()) == line
