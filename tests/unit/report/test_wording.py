from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from unit.report.plans import body, change, rich_plan

from ltxspec.plan.actions import Action, FieldChange, Plan
from ltxspec.report import wording as phrases


def test_every_action_has_words() -> None:
    assert set(phrases.MEANINGS) == set(Action)


def test_money_spent_says_when_it_covers_more_than_the_plan_shows() -> None:
    plan = Plan("runware", [], spent={"night": (Decimal("4.80"), 0)}, is_part=True)
    assert phrases.headline(plan) == "No changes. 0 shots up to date; $4.80 spent with the shots left out."


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "1920×1080, 8 s, 25 fps, audio"),
        ({"providerSettings": {}, "duration": 6.5}, "1920×1080, 6.5 s, 25 fps"),
        (
            {"numberResults": 3, "inputs": {"frameImages": ["a.jpg"]}},
            "1920×1080, 8 s, 25 fps, audio, 1 image, 3 videos",
        ),
        ({"settings": {"audio": True}, "duration": "auto"}, "1920×1080, 25 fps, audio"),
    ],
)
def test_size_is_told_as_far_as_the_request_says(parameters: dict[str, Any], words: str) -> None:
    assert phrases.size(change("a", Action.CREATE, body=body(**parameters))) == words


def test_a_shot_without_a_request_has_no_size() -> None:
    assert phrases.size(change("a", Action.RETIRE, request=None)) == ""


@pytest.mark.parametrize(
    ("action", "estimate", "words"),
    [
        (Action.CREATE, Decimal("0.480"), "$0.48"),
        (Action.RESUME, Decimal("1.92"), "$1.92"),
        (Action.REPLACE, None, "price unknown"),
        (Action.RESUME, None, "price unknown"),
        (Action.MOVE, None, "no cost"),
        (Action.BLOCKED, None, "no cost"),
    ],
)
def test_cost_never_shows_an_unknown_price_as_nothing(action: Action, estimate: Decimal | None, words: str) -> None:
    assert phrases.cost(change("a", action, estimate=estimate)) == words


@pytest.mark.parametrize(
    ("known", "unknown", "words"),
    [("1.92", 0, "$1.92"), ("0", 0, "$0.00"), ("1.92", 2, "≥ $1.92 + 2 unknown"), ("0", 1, "1 unknown")],
)
def test_a_sum_says_what_it_does_not_know(known: str, unknown: int, words: str) -> None:
    assert phrases.amount(Decimal(known), unknown) == words


@pytest.mark.parametrize(
    ("actions", "line"),
    [
        ([Action.CREATE, Action.NO_OP], "Plan: 1 to render (1 create), 1 unchanged. Estimated $0.48."),
        ([Action.MOVE], "Plan: 0 to render, 1 moved. Estimated $0.00."),
        (
            [Action.REPLACE, Action.RESUME],
            "Plan: 1 to render (1 replace), 1 to resume. Estimated $0.96, of which $0.48 already committed.",
        ),
        ([Action.NO_OP], "No changes. 1 shot up to date."),
        ([], "No changes. 0 shots up to date."),
    ],
)
def test_the_last_line_counts_and_adds_up(actions: list[Action], line: str) -> None:
    plan = Plan("runware", [change(f"s{number}", action) for number, action in enumerate(actions)])
    assert phrases.headline(plan) == line


def test_the_last_line_without_changes_tells_what_was_spent() -> None:
    plan = Plan("runware", [change("a", Action.NO_OP)] * 4, spent={"night-scenes": (Decimal("4.8"), 0)})
    assert phrases.headline(plan) == "No changes. 4 shots up to date; $4.80 spent."
    unsure = replace(plan, spent={"night-scenes": (Decimal("4.8"), 1), "other": (Decimal(1), 0)})
    assert phrases.headline(unsure) == "No changes. 4 shots up to date; ≥ $5.80 + 1 unknown spent."


def test_the_money_of_the_sandbox_is_called_play_money() -> None:
    plan = Plan("sandbox", [change("a", Action.CREATE)])
    assert phrases.headline(plan) == "Plan: 1 to render (1 create). Estimated $0.48 (sandbox: nothing is charged)."
    recorded = Plan("sandbox", [change("a", Action.NO_OP)])
    assert phrases.headline(recorded) == "No changes. 1 shot up to date (sandbox: nothing is charged)."


def test_the_last_line_of_the_rich_plan_names_all_nine_actions() -> None:
    assert phrases.headline(rich_plan()) == (
        "Plan: 3 to render (1 create, 2 replace), 1 to resume, 1 updated, 1 restored, 1 moved, 1 retired, 1 blocked, "
        "5 unchanged. Estimated ≥ $2.88 + 1 unknown, of which $0.48 already committed."
    )


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/positivePrompt", "prompt"),
        ("/fps", "fps"),
        ("/inputs/frameImages/0/image", "inputs.frameImages[0].image"),
        ("/providerSettings/somebody/generateAudio", "generateAudio"),
        ("/providerSettings/somebody", "providerSettings.somebody"),
        ("/files/assets~1a~0b.jpg", "content of assets/a~b.jpg"),
        ("", "request"),
    ],
)
def test_pointers_become_names(pointer: str, name: str) -> None:
    assert phrases.field_name(pointer) == name


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "unset"),
        (True, "true"),
        ("MP4", "MP4"),
        ("", '""'),
        ("true", '"true"'),
        ("25", '"25"'),
        (8.5, "8.5"),
        ([{"image": "a.jpg"}], '[{"image":"a.jpg"}]'),
        ("sha256:" + "1a2b3c4d" * 8, "1a2b3c4d…"),
        ("https://host/x.jpg?X-Amz-Signature=abc", "https://host/x.jpg?…"),
        (["https://host/x.jpg?key=abc"], '["https://host/x.jpg?…"]'),
        ("data:image/png;base64," + "A" * 500, "data:image/png;base64,…"),
        ("\x1b[2J", "\\x1b[2J"),
        ("x" * 100, "x" * 59 + "…"),
    ],
)
def test_values_are_short_and_hold_no_secret(value: object, words: str) -> None:
    assert phrases.value(value) == words


@pytest.mark.parametrize(
    ("path", "before", "after", "prose"),
    [
        ("/positivePrompt", "a", "b", True),
        ("/positivePrompt", None, "b", False),
        ("/negativePrompt", "no text, no logos, no watermark, no people", "no text", True),
        ("/outputFormat", "MP4", "WEBM", False),
    ],
)
def test_only_prose_is_compared_word_by_word(path: str, before: object, after: object, *, prose: bool) -> None:
    assert phrases.is_text(FieldChange(path, before, after)) is prose


def test_a_plan_without_any_known_price_says_so_in_whole_words() -> None:
    plan = Plan("runware", [change(name, Action.CREATE, estimate=None) for name in "abcd"])
    assert phrases.headline(plan) == "Plan: 4 to render (4 create). Estimated cost unknown for 4 shots."
    waiting = replace(plan, changes=[*plan.changes, change("e", Action.RESUME, estimate=None)])
    assert phrases.headline(waiting).endswith("Estimated cost unknown for 5 shots, of which 1 already committed.")


@pytest.mark.parametrize("width", [8, 20, 60])
def test_two_values_that_begin_alike_are_cut_where_they_are_alike(width: int) -> None:
    before, after = phrases.values("a" * 100 + "1" + "b" * 100, "a" * 100 + "2" + "b" * 100, width)
    assert "1" in before
    assert "2" in after
    assert max(len(before), len(after)) <= width
    assert phrases.values("one", "two", width) == ("one", "two")


def test_what_shots_cost_together_is_later_for_those_that_are_held_and_nothing_for_a_move() -> None:
    def together(action: Action, *prices: Decimal | None) -> str:
        return phrases.cost_together([change("a", action, estimate=price) for price in prices])

    half = Decimal("0.50")
    assert together(Action.CREATE, half, half) == "$1.00"
    assert together(Action.HELD, half, None) == "later: ≥ $0.50 + 1 unknown"
    assert together(Action.MOVE, half) == "no cost"
    assert [phrases.is_sized(change("a", action)) for action in (Action.HELD, Action.RESUME, Action.MOVE)] == [
        True, True, False,
    ]  # fmt: skip
