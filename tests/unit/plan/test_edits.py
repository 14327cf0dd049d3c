from decimal import Decimal
from typing import Any

from builders import change, request
from hypothesis import given
from hypothesis import strategies as st
from replacing import replace

from ltxspec.plan.actions import Action, Change, Plan
from ltxspec.plan.edits import edit_between
from ltxspec.values import ShotAddress


def plan(*changes: Change) -> Plan:
    return Plan("runware", changes)


def shot(instance: str, action: Action = Action.CREATE, prompt: str = "a", **more: Any) -> Change:
    return change(action, request(instance, prompt, **more))


def test_a_shot_is_dirty_if_something_else_is_to_be_done_with_it() -> None:
    before = plan(shot("alley", Action.NO_OP), shot("street"), shot("door", Action.NO_OP))
    after = plan(shot("alley", Action.REPLACE, "b"), shot("street"), shot("door", Action.NO_OP), shot("roof"))
    edit = edit_between(before, after)
    assert [str(dirty.address) for dirty in edit.dirty] == ["night.alley", "night.roof"]
    assert (edit.settled, edit.usd, edit.unknown) == ([], Decimal("0.96"), 0)


def test_another_prompt_of_a_shot_that_is_to_be_rendered_makes_it_dirty_at_the_same_cost() -> None:
    edit = edit_between(plan(shot("alley")), plan(shot("alley", prompt="b")))
    assert ([dirty.address.instance for dirty in edit.dirty], edit.usd) == (["alley"], Decimal(0))


def test_the_line_of_a_shot_does_not_matter() -> None:
    moved = shot("alley")
    assert moved.request is not None
    moved = replace(moved, source=("specs/night.yaml", 99, 1), request=replace(moved.request, line=99))
    assert edit_between(plan(shot("alley")), plan(moved)).is_empty


def test_what_is_up_to_date_again_or_gone_is_settled() -> None:
    edit = edit_between(plan(shot("alley"), shot("street")), plan(shot("alley", Action.NO_OP)))
    assert edit.settled == [ShotAddress("night", "alley"), ShotAddress("night", "street")]
    assert (edit.dirty, edit.usd) == ([], Decimal("-0.96"))


def test_an_unknown_price_is_counted_and_never_a_sum() -> None:
    edit = edit_between(plan(shot("alley")), plan(shot("alley", prompt="b", estimate=None)))
    assert (edit.usd, edit.unknown) == (Decimal("-0.48"), 1)


SHOTS = st.dictionaries(
    st.sampled_from("abcde"),
    st.builds(
        lambda action, prompt: (action, prompt),
        st.sampled_from([Action.NO_OP, Action.CREATE, Action.REPLACE, Action.HELD, Action.RETIRE]),
        st.sampled_from("xy"),
    ),
)


def planned(shots: dict[str, tuple[Action, str]]) -> Plan:
    return plan(*(shot(name, *what) for name, what in shots.items()))


@given(SHOTS, SHOTS, SHOTS)
def test_edits_add_up_and_the_same_plan_is_none(first: Any, second: Any, third: Any) -> None:
    one, two, three = map(planned, (first, second, third))
    assert edit_between(one, planned(first)).is_empty
    assert edit_between(one, two).usd + edit_between(two, three).usd == edit_between(one, three).usd
    dirty = {dirty.address for dirty in edit_between(one, two).dirty}
    assert dirty <= {change.address for change in two.pending}
    assert dirty.isdisjoint(edit_between(one, two).settled)
