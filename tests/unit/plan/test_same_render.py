"""A render that several shots request is not bought several times without a warning."""

from builders import change, request

from ltxspec.plan.actions import Action, Change, Reason
from ltxspec.plan.same_render import same_renders

RETAKE = (Reason.RETAKE_REQUESTED,)


def new(name: str, prompt: str = "a", *, spec: str = "night", reasons: tuple[Reason, ...] = (Reason.NEW,)) -> Change:
    return change(Action.CREATE, request(name, prompt, spec=spec), reasons=reasons)


def messages(*changes: Change) -> list[str]:
    found = same_renders(changes, changes)
    assert {item.code for item in found} <= {"same-render-twice"}
    return [item.message for item in found]


def test_two_orders_of_one_render_are_named_across_specs_and_within_one() -> None:
    assert messages(new("alley"), new("gate", spec="day")) == [
        "`night.alley` and `day.gate` request the same render: it would be bought twice"
    ]
    assert messages(new("alley"), new("gate")) == [
        "`night.alley` and `night.gate` request the same render: it would be bought twice"
    ]


def test_different_renders_and_single_orders_are_no_matter() -> None:
    assert messages(new("alley"), new("gate", "b")) == []


def test_many_orders_of_one_render_are_one_warning() -> None:
    (message,) = messages(*(new(f"alley[{number}]") for number in range(5)))
    names = "`night.alley[0]`, `night.alley[1]`, `night.alley[2]` and 2 more"
    assert message == f"{names} request the same render: it would be bought 5 times"


def test_an_order_of_what_another_shot_of_the_spec_has_is_named() -> None:
    has = change(Action.NO_OP, request("alley"))
    assert messages(has, new("gate")) == [
        "`night.gate` requests the same render as `night.alley`, which has it: it would be bought again"
    ]
    assert same_renders([has, new("gate")], [has]) == []  # it is not selected


def test_a_retake_is_asked_for() -> None:
    has = change(Action.NO_OP, request("alley"))
    assert messages(has, new("gate", reasons=RETAKE)) == []
    assert messages(new("alley", reasons=RETAKE), new("gate", reasons=RETAKE)) == []
    (message,) = messages(new("alley", reasons=RETAKE), new("gate"))
    assert "`night.gate` requests the same render as `night.alley`, which already orders it" in message


def test_what_another_spec_has_is_said_elsewhere() -> None:
    assert (
        messages(change(Action.NO_OP, request("alley", spec="day")), new("gate", reasons=(Reason.OWNED_ELSEWHERE,)))
        == []
    )
