from typing import Any

from builders import change, request

from ltxspec.errors import Diagnostic, Invalid, Location, LtxspecError
from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.edits import Broken, Planned, edit_between
from ltxspec.report.terminal import Style, width_of
from ltxspec.report.watch.text import broken_text, difference, edit_line, files_text, planned_text
from ltxspec.values import Usd


def shot(instance: str, action: Action = Action.CREATE, prompt: str = "a", **more: Any) -> Change:
    return change(action, request(instance, prompt, **more))


def seen(before: list[Change], after: list[Change], *files: str, mended: bool = False) -> Planned:
    plan = Plan("runware", after)
    edit = edit_between(Plan("runware", before), plan)
    return Planned(files or ("specs/night.yaml",), plan, edit, is_mended=mended)


def test_the_first_plan_is_its_last_line() -> None:
    text = planned_text(Planned((), Plan("runware", [shot("alley")])), Style())
    assert text == "Plan: 1 to render (1 create). Estimated $0.48.\n"


def test_an_edit_shows_its_shots_their_cost_and_the_whole() -> None:
    text = planned_text(seen([shot("alley"), shot("door")], [shot("alley"), shot("roof", prompt="Rain")]), Style())
    first, row, *_, settled, last = text.splitlines()
    assert first == "specs/night.yaml"
    assert row.startswith("    + night.roof ")
    assert row.endswith("$0.48")
    assert settled == "      night.door needs nothing any more"
    assert last == "This edit: 2 shots, same cost. Plan: 2 to render (2 create). Estimated $0.96."
    assert "night.alley" not in text


def test_an_edit_without_effect_says_so_in_two_lines() -> None:
    assert planned_text(seen([shot("alley")], [shot("alley")]), Style()) == "specs/night.yaml\nNo shot changes.\n"
    assert edit_line(seen([], [], mended=True)) == "No errors any more. No shot changes."


def test_the_difference_has_a_sign_and_unknown_prices_are_counted() -> None:
    cheaper, unknown = seen([shot("alley")], []), seen([], [shot("alley", estimate=None)])
    dearer = seen([], [shot("alley")])
    found = [difference(each.edit) for each in (cheaper, unknown, dearer) if each.edit is not None]
    assert found == ["-$0.48", "+1 unknown", "+$0.48"]


def test_many_files_and_shots_are_counted_and_nothing_is_wider_than_the_terminal() -> None:
    assert files_text(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert files_text(["specs/\x1b[31m.yaml"]) == r"specs/\x1b[31m.yaml"
    after = [shot(f"雨の夜-{number}-" + "x" * 40, prompt="雨 " * 60) for number in range(40)]
    before = [shot(f"gone-{number}") for number in range(9)]
    lines = planned_text(seen(before, after, "specs/" + "y" * 120 + ".yaml"), Style(width=60)).splitlines()
    assert max(map(width_of, lines)) <= 60
    assert "      … and 4 shots more" in lines


def test_an_error_is_one_message_however_many_there_are() -> None:
    where = Location("specs/night.yaml", 7, 3, "  prompt: [")
    errors = [Diagnostic("error", "yaml", f"wrong {number}", where) for number in range(3)]
    warning = Diagnostic("warning", "unused-variable", "unused")
    text = broken_text(Broken(["specs/night.yaml"], Invalid([warning, *errors])), Style())
    assert text.startswith("error[yaml]: wrong 0\n  --> specs/night.yaml:7:3\n")
    assert text.endswith("… and 2 more errors; `ltxspec validate` lists them\n")
    alone = broken_text(Broken([], LtxspecError("odd", hint="mend it")), Style())
    assert alone == "error[error]: odd\nhint: mend it\n"


def test_nothing_is_a_sum() -> None:
    edit = seen([], [shot("alley", estimate="0.00")]).edit
    assert edit is not None
    assert (edit.usd, difference(edit)) == (Usd(0), "same cost")
