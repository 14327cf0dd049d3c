import io
import re
from decimal import Decimal

from unit.report.runs import ALLEY, DONE, EVENTS, FAILED, PRICE, TASK, summary

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.report.apply.live import LiveView
from ltxspec.report.apply.views import view_for
from ltxspec.report.terminal import Style
from ltxspec.values import ShotAddress

_CONTROL = re.compile("\x1b\\[[0-9;?]*[a-zA-Z]")


def plain(text: str) -> str:
    return _CONTROL.sub("", text)


def test_finished_shots_scroll_by_and_the_result_goes_to_standard_output() -> None:
    out, err = io.StringIO(), io.StringIO()
    with view_for("text", out, err, Style(color=True, width=120), live=True) as view:
        for event in EVENTS:
            view.emit(event)
        view.finish(summary(DONE, FAILED))
    lines = [line.strip() for line in plain(err.getvalue()).splitlines()]
    assert "night-scenes.alley: archived and recorded" in lines
    assert "night-scenes.weather[rain,dusk]: contentFlagged: \\x1b[2Jrefused (3 s)" in lines
    assert "night-scenes.alley: rendering, 30 %" not in lines
    assert out.getvalue().endswith("Applied: 1 rendered, 1 failed. Spent $0.48.\n")


def drawing(view: LiveView) -> str:
    """What stands on the screen now."""
    console = view._progress.console
    with console.capture() as capture:
        console.print(view._progress.get_renderable())
    return plain(capture.get())


def test_addresses_with_brackets_are_drawn_as_they_are() -> None:
    view = LiveView(io.StringIO(), io.StringIO(), Style(width=120))
    address = ShotAddress("night-scenes", "weather[bold]")
    view.emit(ApplyEvent(EventKind.SHOT_RUNNING, "rendering", address, TASK, percent=40))
    assert "night-scenes.weather[bold]" in drawing(view)


def test_the_sum_says_what_is_done_under_way_and_spent() -> None:
    view = LiveView(io.StringIO(), io.StringIO(), Style(width=120))
    view.emit(ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", ALLEY, TASK, PRICE))
    assert "0 done, 1 under way, $0.00 spent" in drawing(view)
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ALLEY, TASK, cost=PRICE))
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ShotAddress("a", "b"), TASK, cost=None))
    assert "2 done, 0 under way, ≥ $0.48 + 1 unknown spent" in drawing(view)


def test_of_very_many_renders_only_some_are_drawn() -> None:
    view = LiveView(io.StringIO(), io.StringIO(), Style(width=120))
    for number in range(100):
        address = ShotAddress("many", f"shot-{number}")
        view.emit(ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", address, TASK, Decimal("0.48")))
    assert drawing(view).count("many.shot-") == 12
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ShotAddress("many", "shot-0"), TASK, cost=PRICE))
    assert "many.shot-12 " in drawing(view)
