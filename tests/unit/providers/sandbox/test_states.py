from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandboxes import order

from ltxspec.providers.sandbox.scenario import Behaviour
from ltxspec.providers.sandbox.states import checks_content, extension, look_at, render_seconds, reported_cost
from ltxspec.providers.sandbox.tasks import Fate, Task


def task(results: int = 1, seconds: float = 20.0, **fate: Any) -> Task:
    body = order(numberResults=results)
    return Task(body["taskUUID"], body, "http://s", "label", 1000.0, seconds, Decimal("0.48"), Fate(**fate))


@given(results=st.integers(1, 4), failing=st.integers(0, 4), times=st.lists(st.floats(1000, 1100), min_size=2))
def test_what_is_done_stays_done_and_progress_never_falls(results: int, failing: int, times: list[float]) -> None:
    job = task(results, failing=min(results, failing), code="taskFailed", form="item")
    done: set[str] = set()
    best = -1
    for now in sorted(times):
        items = look_at(job, now, Behaviour()).items
        assert len(items) == results
        finished = {item["videoUUID"] for item in items if item["status"] == "success"}
        assert done <= finished
        done = finished
        progress = items[0].get("progress", 100)
        assert best <= progress <= 100
        best = progress


def test_a_render_without_length_is_done_at_once() -> None:
    assert look_at(task(seconds=0.0), 1000.0, Behaviour()).items[0]["status"] == "success"


def test_one_error_tells_of_all_failed_results() -> None:
    look = look_at(task(3, failing=3, code="taskFailed"), 2000.0, Behaviour())
    assert (look.items, [problem.code for problem in look.problems]) == ([], ["taskFailed"])


@pytest.mark.parametrize(
    ("how", "told"), [("listed", "0.48"), ("missing", None), ("zero", "0"), ("higher", "1.2"), ("negative", "-0.48")]
)
def test_cost_is_told_in_five_ways(how: Any, told: str | None) -> None:
    assert reported_cost(Decimal("0.48"), how) == (None if told is None else Decimal(told))
    assert reported_cost(None, how) is None


@pytest.mark.parametrize(
    ("safety", "checked"),
    [
        ({"mode": "fast"}, True),
        ({"checkContent": True, "mode": "none"}, False),
        ({"checkContent": True}, True),
        (1, False),
    ],
)
def test_the_mode_of_a_content_check_wins(safety: Any, checked: bool) -> None:
    assert checks_content({"safety": safety}) is checked


def test_the_extension_follows_the_format() -> None:
    assert [extension({}), extension({"outputFormat": "WEBM"})] == ["mp4", "webm"]


def test_more_pixels_take_longer() -> None:
    assert render_seconds(1920 * 1080, 8, 25) < render_seconds(3840 * 2160, 8, 25) < render_seconds(3840 * 2160, 8, 50)
