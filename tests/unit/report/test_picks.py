from dataclasses import replace

from builders import change, request

from ltxspec.plan.actions import Action, FieldChange
from ltxspec.report.picks import following_text, undoing_text


def test_a_pick_that_would_be_undone_says_what_makes_it_last() -> None:
    fields = [FieldChange("/positivePrompt", "a", "b"), FieldChange("/fps", 24, 25)]
    assert undoing_text(1, change(Action.RESTORE, request("alley")), fields) == (
        "warning: the spec asks for something else than take 1 shows: the next apply will make another take current "
        "again\n"
        "hint: to keep take 1, edit prompt, fps in the spec back to what the take was made with "
        "(`ltxspec why night.alley` shows the difference)\n"
    )
    assert "will order a new render for $0.48\n" in undoing_text(1, change(Action.REPLACE), fields)


def test_what_follows_from_the_take_is_named_with_its_price() -> None:
    assert following_text("night.alley", [change(Action.REPLACE)]) == (
        "warning: the next apply will render 1 shot that follows from it anew, for $0.48\n"
        "hint: `ltxspec plan --target night.alley+` shows them; pick the take they follow from now to keep them\n"
    )
    unknown = replace(change(Action.REPLACE), estimate=None)
    assert "2 shots that follow from it anew, for $0.48 and more: some prices are unknown\n" in following_text(
        "night.alley", [change(Action.REPLACE), unknown]
    )


def test_what_is_rendered_later_is_named_apart_with_its_price() -> None:
    order, held = change(Action.REPLACE), change(Action.HELD)
    held = replace(held, estimate=order.estimate)
    assert following_text("night.alley", [order], [held]).startswith(
        "warning: the next apply will render 1 shot that follows from it anew, for $0.48; "
        "1 more shot that follows from it waits to be rendered anew later, for $0.48\n"
    )
    assert following_text("night.alley", [], [held, held]).startswith(
        "warning: 2 shots that follow from it wait to be rendered anew later, for $0.96\n"
    )
