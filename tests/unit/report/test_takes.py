from typing import Any

import builders
import pytest
from builders import record, take, task
from msgspec import structs
from replacing import replace

from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Output
from ltxspec.report.takes import cost_text, facts_text, place_of, record_text, unmet_text
from ltxspec.report.terminal import Style, width_of

HOME = {builders.output(1).sha256 or "": "renders/night/alley.mp4"}
BAD = take(number=3, status="failed", cost=None, at="2026-11-22T11:00:00Z")


def test_a_shot_is_shown_with_its_takes_and_the_current_one_marked() -> None:
    shot = record(take(number=1), take(number=2), BAD, current=2)
    assert record_text("night.alley", shot, HOME, Style()) == (
        "night.alley\n"
        f"    take 1  succeeded  $0.48  2026-11-22T10:00:00Z  {task(1)}\n"
        "      renders/night/alley.mp4\n"
        f"  * take 2  succeeded  $0.48  2026-11-22T10:00:00Z  {task(2)}  current\n"
        "      https://videos.example/2.mp4\n"
        f"    take 3  failed  cost unknown  2026-11-22T11:00:00Z  {task(3)}\n"
        "      providerError: it broke\n"
    )


def test_a_retired_shot_and_an_imported_take_say_so() -> None:
    text = record_text("night.alley", record(replace(take(), submitted_at=None)), {}, Style(), retired=True)
    assert text.startswith("night.alley  (retired: gone from the spec)\n")
    assert "  imported  " in text


def test_a_video_is_played_from_home_else_from_its_address() -> None:
    assert place_of(builders.output(1), HOME) == "renders/night/alley.mp4"
    assert place_of(builders.output(2), HOME) == "https://videos.example/2.mp4"
    assert place_of(Output(video_uuid=None, video_url=None), HOME) == "no address"
    assert place_of(Output(video_uuid=None, video_url="https://x/\x1b[2J"), {}) == "no address"


def test_a_pick_is_shown_with_the_result_that_was_chosen() -> None:
    several = replace(take(), outputs=(builders.output(1), builders.output(2)))
    shot = record(several, take(number=2)).with_pick(task(1), 2)
    lines = record_text("night.alley", shot, HOME, Style(width=120)).splitlines()
    assert [line.split()[-1] == "picked" for line in lines[1:]] == [True, False, True, False, False]
    assert [line.split()[:2] for line in lines[2:4]] == [["result", "1:"], ["result", "2:"]]


def test_the_current_take_is_marked_in_colour_by_no_more_than_the_mark() -> None:
    text = record_text("night.alley", record(take()), HOME, Style(color=True))
    assert "\n  \x1b[32m*\x1b[0m take 1  succeeded" in text
    assert "\\x1b" not in text


def test_takes_fit_a_terminal_and_what_is_kept_has_one_line_for_each() -> None:
    shot = record(take(number=1), take(number=2))
    lines = record_text("night.alley", shot, {}, Style(width=80)).splitlines()
    assert max(map(len, lines)) <= 80
    assert f"      {task(1)}" in lines
    kept = record_text("night.alley", shot, {}, Style(width=80, whole=True)).splitlines()
    assert sum("take " in line and task(1)[:8] in line for line in kept) == 1


def test_costs_fit_a_terminal_also_with_long_and_wide_names() -> None:
    rows = [("night.weather[雨の夜の交差点,古い橋]" * 3, [take(number=1)]), ("x" * 90, [take(number=2)])]
    lines = cost_text(rows, Style(width=60)).splitlines()
    assert max(map(width_of, lines)) <= 60
    assert {line.index("$") for line in lines if "$" in line and line.isascii()} == {lines[-1].index("$")}
    assert len(cost_text(rows, Style(width=60, whole=True)).splitlines()) == 3


def test_takes_that_several_shots_share_count_once_in_the_total() -> None:
    rows = [("a", [take(number=1), take(number=2)]), ("b", [take(number=1)])]
    assert (
        cost_text(rows, Style()) == "a        2 takes    $0.96\nb         1 take    $0.48\ntotal    2 takes    $0.96\n"
    )


def test_what_is_unknown_is_counted_beside_the_sum() -> None:
    assert cost_text([("a", [take(), BAD]), ("b", [BAD])], Style()) == (
        "a        2 takes  ≥ $0.48 + 1 unknown\nb         1 take    1 unknown\ntotal    2 takes  ≥ $0.48 + 1 unknown\n"
    )


def test_play_money_is_called_so_in_the_total() -> None:
    text = cost_text([("a", [take()])], Style(), "sandbox")
    assert text.splitlines()[-1] == "total     1 take    $0.48 (sandbox: nothing is charged)"


FACTS = VideoFacts(
    width=1920, height=1080, fps=25.0, seconds=8.0, audio=True, black_seconds=0.0, frozen_seconds=0.0, loudness=-23.1
)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "1920x1080, 25 fps, 8 s, -23.1 LUFS"),
        ({"loudness": None}, "1920x1080, 25 fps, 8 s, audio"),
        ({"audio": False, "loudness": None}, "1920x1080, 25 fps, 8 s, no audio"),
        (
            {"black_seconds": 1.5, "silent_seconds": 2.0},
            "1920x1080, 25 fps, 8 s, -23.1 LUFS; black for 1.5 s, silent for 2 s",
        ),
    ],
)
def test_facts_are_one_line(change: dict[str, Any], text: str) -> None:
    assert facts_text(structs.replace(FACTS, **change)) == text


def test_what_was_unmet_is_named() -> None:
    assert unmet_text(["fps", "audio"]) == "not as expected: fps, audio"
