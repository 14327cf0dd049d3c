from builders import change, request

from ltxspec.plan.actions import Action, FieldChange
from ltxspec.report.picks import undoing_text


def test_a_pick_that_would_be_undone_says_what_makes_it_last() -> None:
    fields = [FieldChange("/positivePrompt", "a", "b"), FieldChange("/fps", 24, 25)]
    assert undoing_text(1, change(Action.RESTORE, request("alley")), fields) == (
        "warning: the spec asks for something else than take 1 shows: the next apply will make another take current "
        "again\n"
        "hint: to keep take 1, edit prompt, fps in the spec back to what the take was made with "
        "(`ltxspec why night.alley` shows the difference)\n"
    )
    assert "will order a new render for $0.48\n" in undoing_text(1, change(Action.REPLACE), fields)
