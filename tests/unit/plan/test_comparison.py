from builders import request, take
from replacing import replace

from ltxspec.plan.actions import FieldChange, Reason
from ltxspec.plan.comparison import recorded_changes, request_changes, why


def test_without_a_take_the_shot_is_new() -> None:
    assert why(None, request(), ()) == (Reason.NEW,)
    assert request_changes(None, request()) == ()


def test_each_kind_of_change_is_a_reason_of_its_own() -> None:
    wanted = request(prompt="b", inputs={"a.jpg": "sha256:2"})
    before = replace(take("a"), model="other:1@0", inputs={"a.jpg": "sha256:1"})
    changes = request_changes(before, wanted)
    assert {item.path for item in changes} == {"/positivePrompt", "/files/a.jpg"}
    assert why(before, wanted, changes) == (Reason.MODEL_CHANGED, Reason.INPUT_CHANGED, Reason.REQUEST_CHANGED)


def test_a_reason_is_given_even_when_no_field_differs() -> None:
    assert why(take("a"), request(), ()) == (Reason.REQUEST_CHANGED,)


def test_only_recorded_fields_and_file_names_count_as_recorded() -> None:
    wanted = request(safety={"mode": "full"}, outputQuality=80, inputs={"b.jpg": "sha256:1"})
    before = replace(take(safety={"mode": "fast"}), inputs={"a.jpg": "sha256:1"})
    assert recorded_changes(before, wanted) == (
        FieldChange("/safety/mode", "fast", "full"),
        FieldChange("/inputs", ["a.jpg"], ["b.jpg"]),
    )
    assert recorded_changes(take(), request(outputQuality=80)) == ()
