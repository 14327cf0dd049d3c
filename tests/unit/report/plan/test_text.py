import re
from dataclasses import replace
from decimal import Decimal

import builders
import pytest
from builders import record, request, take
from unit.report.plans import EDITED_PROCESSION, PROCESSION, body, change, golden, rich_plan

from ltxspec.lock.models import Take
from ltxspec.plan.actions import Action, Change, FieldChange, Plan, Reason
from ltxspec.report.plan.rows import Detail
from ltxspec.report.plan.text import MOST_PROMPTS, MOST_ROWS, explain, format_change, plan_text
from ltxspec.report.terminal import Style, width_of
from ltxspec.values import ShotAddress

PLAIN = Style()
PROMPT = FieldChange("/positivePrompt", PROCESSION, EDITED_PROCESSION)
_SGR = re.compile("\x1b\\[[0-9;]*m")


def edited(number: int) -> Plan:
    """A plan in which `number` prompts changed."""
    one = change("shot", Action.REPLACE, Reason.REQUEST_CHANGED, changes=(PROMPT,))
    return Plan("runware", [replace(one, address=ShotAddress("many", f"shot-{i:05d}")) for i in range(number)])


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_rich_plan_reads_as_agreed(width: int) -> None:
    text = plan_text(rich_plan(), Style(width=width))
    assert text == golden(f"plan-{width}.txt", text)


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_lines_fit_the_terminal_except_the_last_which_is_for_grep(width: int) -> None:
    lines = plan_text(rich_plan(), Style(width=width)).splitlines()
    assert [line for line in lines[:-1] if width_of(line) > width] == []


def test_colour_adds_nothing_but_colour() -> None:
    plan = replace(rich_plan(), changes=[c for c in rich_plan().changes if c.address.instance != "procession"])
    assert _SGR.sub("", plan_text(plan, Style(color=True))) == plan_text(plan, PLAIN)


def test_with_colour_words_are_struck_instead_of_bracketed() -> None:
    text = plan_text(rich_plan(), Style(color=True))
    assert "\x1b[31;9msaffron-robed\x1b[0m \x1b[32;4mcrimson-robed\x1b[0m" in text
    assert "[-" not in _SGR.sub("", text)


def test_the_last_line_stands_alone_for_grep() -> None:
    assert plan_text(rich_plan(), PLAIN).splitlines()[-1].startswith("Plan: 3 to render (1 create, 2 replace), ")


def test_without_changes_one_line_says_so() -> None:
    plan = Plan("runware", [change("a", Action.NO_OP)] * 4, spent={"night-scenes": (Decimal("4.80"), 0)})
    assert plan_text(plan, PLAIN) == "No changes. 4 shots up to date; $4.80 spent.\n"


def test_the_legend_explains_only_signs_that_occur() -> None:
    text = plan_text(Plan("runware", [change("a", Action.RETIRE, Reason.NOT_IN_SPEC)]), PLAIN)
    assert "    - no longer in the spec; costs nothing, its takes are kept\n" in text
    assert "render for the first time" not in text


def test_a_blocked_shot_shows_what_the_provider_said_and_the_cure() -> None:
    shot = change("fog", Action.BLOCKED, Reason.FAILED_FOR_GOOD, note="contentFlagged: refused")
    text = plan_text(Plan("runware", [shot]), PLAIN)
    assert "          contentFlagged: refused\n          edit the shot or `--retry night-scenes.fog`\n" in text


def test_several_quiet_specs_share_one_line() -> None:
    quiet = [change("a", Action.NO_OP, spec=f"quiet-{number}") for number in range(3)]
    text = plan_text(Plan("runware", [change("new", Action.CREATE, Reason.NEW), *quiet]), PLAIN)
    assert "3 other specs: 3 up to date\n" in text


def test_user_text_cannot_control_the_terminal() -> None:
    evil = body("\x1b[2J\x1b[31mred\u202e")
    fields = (FieldChange("/\x1b[1m", "\x1b]0;x\x07", "\u2028"),)
    shots = [
        change("a[\x1b[0m]", Action.CREATE, Reason.NEW, body=evil, file="specs/\x1b[5m.yaml"),
        change("b", Action.REPLACE, Reason.REQUEST_CHANGED, changes=fields, note="\x9b31m"),
        change("c", Action.MOVE, Reason.MOVED_BY_SPEC, origin="\x1b[7m"),
    ]
    text = plan_text(Plan("run\x1bware", shots), PLAIN)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text)


def test_a_prompt_that_was_only_reflowed_is_said_to_be() -> None:
    field = FieldChange("/positivePrompt", "one two", "one\ntwo")
    assert format_change(change("a", Action.REPLACE, changes=(field,)), PLAIN) == (
        "          prompt  only white space changed\n"
    )


def test_texts_that_differ_only_in_their_unicode_form_are_said_to_do_so() -> None:
    prompt = FieldChange("/positivePrompt", "a caf\u00e9", "a cafe\u0301")
    name = FieldChange("/inputs/frameImages/0", "caf\u00e9.png", "cafe\u0301.png")
    assert format_change(change("a", Action.REPLACE, changes=(prompt, name)), PLAIN).splitlines() == [
        "          prompt                 same letters, other Unicode form (NFC → NFD)",
        "          inputs.frameImages[0]  caf\u00e9.png → cafe\u0301.png",
        "                                 same letters, other Unicode form (NFC → NFD)",
    ]


def test_a_long_new_prompt_is_cut_after_two_lines() -> None:
    lines = format_change(change("a", Action.CREATE, body=body(PROCESSION)), PLAIN).splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_a_shot_without_changes_has_no_details() -> None:
    assert format_change(change("a", Action.NO_OP), PLAIN) == ""


def test_a_long_plan_is_grouped_by_cause_with_a_few_examples() -> None:
    text = plan_text(edited(2000), PLAIN)
    assert "  -/+ 2,000 shots: prompt changed " in text
    assert text.count("  -/+ many.shot-") == 3
    assert "… and 1,997 more like these\n      `ltxspec -v plan` and `--format json` list every shot\n" in text
    assert len(text.splitlines()) < 40
    assert text.endswith("Plan: 2,000 to render (2,000 replace). Estimated $960.00.\n")


def test_the_whole_list_of_a_long_plan_is_available() -> None:
    text = plan_text(edited(MOST_ROWS + 1500), PLAIN, Detail.ALL)
    assert text.count("  -/+ many.shot-") == 2000


def test_a_summary_has_one_line_for_each_cause_however_few_shots_it_has() -> None:
    text = plan_text(edited(2), PLAIN, Detail.SUMMARY)
    assert text.splitlines()[1].split() == ["-/+", "2", "shots:", "prompt", "changed", "$0.96"]
    assert "render again" not in text
    assert "many.shot-00000: prompt changed" in plan_text(edited(1), PLAIN, Detail.SUMMARY)


def test_only_so_many_rows_of_many_specs_are_listed() -> None:
    shots = [
        replace(item, address=ShotAddress(f"spec-{number:03}", "shot"))
        for number, item in enumerate(edited(MOST_ROWS + 5).changes)
    ]
    text = plan_text(Plan("runware", shots), PLAIN)
    assert text.count("  -/+ spec-") == MOST_ROWS
    assert text.count("… and 1 more (1 replace); `-v` and `--format json` list all\n") == 5


def test_only_the_first_prompts_are_compared_word_by_word() -> None:
    text = plan_text(edited(MOST_PROMPTS + 3), PLAIN, Detail.ALL)
    assert text.count("[-saffron-robed-]") == MOST_PROMPTS
    assert text.count(f"changed, {len(PROCESSION)} → {len(EDITED_PROCESSION)} characters") == 3


def test_a_spec_that_owns_nothing_says_nothing_about_money_spent() -> None:
    plan = Plan("runware", [change("a", Action.CREATE, Reason.NEW)], spent={"night-scenes": (Decimal(0), 0)})
    assert "spent" not in plan_text(plan, PLAIN)


def told(change: Change, *takes: Take) -> list[str]:
    return explain(change, record(*takes) if takes else None, {}, Style()).splitlines()


def test_a_new_shot_tells_its_price_its_place_and_its_ids() -> None:
    change = replace(builders.change(reasons=(Reason.NEW,)), number=1)
    assert told(change) == [
        "night.alley: create, render for the first time",
        "  because: new",
        "  a",
        "  price: $0.48",
        "  written at: specs/night.yaml:7:3",
        f"  fingerprint: {change.fingerprint}",
        f"  task: {change.task_id} (take 1)",
    ]


def test_an_unknown_price_is_called_unknown() -> None:
    assert "  price: unknown" in told(builders.change(wanted=request(estimate=None)))


def test_changes_are_told_under_the_reason_and_takes_at_the_end() -> None:
    changed = (FieldChange("/fps", 25, 50),)
    lines = told(builders.change(Action.REPLACE, reasons=(Reason.REQUEST_CHANGED,), changes=changed), take())
    assert lines[1:3] == ["  because: fps changed", "  fps  25 → 50"]
    assert lines[-3] == "takes"
    assert lines[-2].startswith("  * take 1  succeeded")


def test_what_costs_nothing_has_no_price() -> None:
    for action in (Action.NO_OP, Action.RESTORE, Action.BLOCKED):
        assert not any("price" in line for line in told(builders.change(action)))


def test_a_note_is_said_once() -> None:
    lines = told(builders.change(Action.BLOCKED, note="flagged: not allowed", reasons=(Reason.FAILED_FOR_GOOD,)))
    assert lines.count("  flagged: not allowed") == 1
    assert "  edit the shot or `--retry night.alley`" in lines


def test_a_shot_that_is_gone_has_neither_place_nor_fingerprint() -> None:
    change = Change(builders.request().address, Action.RETIRE, (Reason.NOT_IN_SPEC,))
    assert told(change)[1:] == ["  because: gone from the spec, takes kept"]
