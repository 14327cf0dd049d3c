from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.report.plans import EDITED_PROCESSION, PROCESSION, body, change, golden, rich_plan
from unit.report.rendering import Page

from ltxspec.errors import Diagnostic, Location
from ltxspec.plan.actions import Action, Change, FieldChange, Plan, Reason
from ltxspec.report.plan.markdown import MOST_DETAILS, MOST_ROWS, plan_markdown
from ltxspec.report.plan.rows import Detail
from ltxspec.values import ShotAddress

FIELDS = (FieldChange("/positivePrompt", PROCESSION, EDITED_PROCESSION), FieldChange("/fps", 25, 50))


def edited(number: int) -> Plan:
    one = change("shot", Action.REPLACE, Reason.REQUEST_CHANGED, changes=FIELDS)
    return Plan("runware", [replace(one, address=ShotAddress("many", f"shot-{i:04d}")) for i in range(number)])


def test_the_rich_plan_reads_as_agreed() -> None:
    text = plan_markdown(rich_plan())
    assert text == golden("plan.md", text)


def test_the_rich_plan_renders_as_a_table_and_folded_details() -> None:
    page = Page(plan_markdown(rich_plan()))
    assert page.balanced
    assert page.tags.count("tr") == 1 + len(rich_plan().pending)
    assert page.tags.count("details") == 5
    assert "specs/night-scenes.yaml#L24" in page.links


def test_without_changes_one_sentence_says_so() -> None:
    plan = Plan("runware", [change("a", Action.NO_OP)], spent={"night-scenes": (Decimal("0.48"), 0)})
    assert plan_markdown(plan) == "**No changes.** 1 shot up to date; $0.48 spent.\n"


@pytest.mark.parametrize(
    ("shot", "command"),
    [
        (change("a", Action.CREATE, Reason.NEW), "ltxspec apply --max-cost 0.48"),
        (change("a", Action.CREATE, estimate=None), "ltxspec apply  # a price is unknown: needs --allow-unknown-cost"),
        (change("a", Action.MOVE, origin="b"), "ltxspec apply"),
        (change("a[x]", Action.BLOCKED, note="no"), "ltxspec plan --retry 'night-scenes.a[x]'  # or edit the shot"),
    ],
)
def test_the_next_command_is_ready_to_paste(shot: Change, command: str) -> None:
    assert plan_markdown(Plan("runware", [shot])).endswith(f"```sh\n{command}\n```\n")


EVIL = "</details> @team ![x](http://evil.example/p.png) | ` ``` \n\n/close $1 <!--"


@given(st.one_of(st.just(EVIL), st.text(), st.text(st.sampled_from("<>/details`|\n[]()!@#*_&;- "))))
def test_user_text_never_becomes_markup(text: str) -> None:
    fields = (FieldChange("/positivePrompt", "one two", text), FieldChange(f"/{text}", text, [text]))
    plan = Plan(
        "runware",
        [
            change(f"a[{text}]", Action.REPLACE, Reason.REQUEST_CHANGED, changes=fields),
            change("b", Action.CREATE, Reason.NEW, body=body(f"x{text}")),
            change(f"c[{text}]", Action.BLOCKED, Reason.FAILED_FOR_GOOD, note=text or "x"),
        ],
        [Diagnostic("warning", "code", text, Location(f"specs/{text or 'x'}.yaml", 3, 1), text)],
    )
    page = Page(plan_markdown(plan))
    assert page.balanced
    assert page.tags.count("details") == 2
    assert page.tags.count("td") == 15
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert all(link.startswith("specs/") for link in page.links)


def test_a_very_long_plan_lists_a_part_and_counts_the_rest() -> None:
    text = plan_markdown(edited(MOST_ROWS + 100))
    assert text.count("`-/+` replace") == MOST_ROWS
    assert "… and 100 more changed shots" in text
    assert text.count("<details>") == MOST_DETAILS


def test_the_limit_that_is_proposed_is_what_limits_reckon_with() -> None:
    cheap = replace(change("shot", Action.CREATE, Reason.NEW), estimate=Decimal("0.24"), limit_price=Decimal("1.44"))
    assert "ltxspec apply --max-cost 1.44\n" in plan_markdown(Plan("runware", [cheap]))


def test_a_held_shot_has_its_size_and_what_it_would_cost() -> None:
    held = change("a", Action.HELD, Reason.NEW, Reason.NOT_APPROVED, estimate=Decimal("0.48"))
    page = plan_markdown(Plan("runware", [held]))
    assert "| new, waits for an approval | 1920×1080, 8 s, 25 fps, audio | later: $0.48 |" in page
    assert "| later: $0.48 |" in plan_markdown(Plan("runware", [held]), Detail.SUMMARY)
