import io
import re
from decimal import Decimal

from unit.report.runs import ALLEY, DONE, EVENTS, FAILED, PRICE, TASK, summary

from ltxspec.apply.events import ApplyEvent, EventKind
from ltxspec.report.apply.live import LiveView
from ltxspec.report.apply.progress import Expected
from ltxspec.report.apply.views import ViewSettings, view_for
from ltxspec.report.terminal import Style
from ltxspec.values import ShotAddress

_CONTROL = re.compile("\x1b\\[[0-9;?]*[a-zA-Z]")


def plain(text: str) -> str:
    return _CONTROL.sub("", text)


def test_finished_shots_scroll_by_and_the_result_goes_to_standard_output() -> None:
    out, err = io.StringIO(), io.StringIO()
    with view_for("text", out, err, ViewSettings(Style(color=True, width=120), live=True)) as view:
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
    view = LiveView(io.StringIO(), io.StringIO(), Style(width=120), Expected(2, PRICE * 2))
    view.emit(ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", ALLEY, TASK, PRICE))
    assert "0/2 done, $0.00 of $0.96, 1 in progress" in drawing(view)
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ALLEY, TASK, cost=PRICE))
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ShotAddress("a", "b"), TASK, cost=None))
    assert "2/2 done, ≥ $0.48 + 1 unknown of $0.96, 0 in progress" in drawing(view)


def test_of_very_many_renders_only_some_are_drawn() -> None:
    view = LiveView(io.StringIO(), io.StringIO(), Style(width=120))
    for number in range(100):
        address = ShotAddress("many", f"shot-{number}")
        view.emit(ApplyEvent(EventKind.SHOT_SUBMITTED, "ordered", address, TASK, Decimal("0.48")))
    assert drawing(view).count("many.shot-") == 12
    view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ShotAddress("many", "shot-0"), TASK, cost=PRICE))
    assert "many.shot-12 " in drawing(view)


def scrolled(number: int) -> str:
    """What scrolled by when so many shots ended well."""
    err = io.StringIO()
    with view_for("text", io.StringIO(), err, ViewSettings(Style(), live=True, expected=Expected(number))) as view:
        for shot in range(number):
            view.emit(ApplyEvent(EventKind.SHOT_COMMITTED, "recorded", ShotAddress("many", f"shot-{shot}"), TASK))
    return plain(err.getvalue())


def test_finished_shots_of_a_long_run_are_only_counted() -> None:
    assert scrolled(3).count(": recorded") == 3
    assert scrolled(1000).count(": recorded") == 0
