from builders import change, request, take
from replacing import replace

from ltxspec.catalog.models import load_catalog
from ltxspec.plan.actions import Action, FieldChange, Reason
from ltxspec.plan.differences import changes_of, field_changes, recorded_changes, request_changes, why
from ltxspec.storage.packaged import read_model_documents


def test_leaves_are_compared_one_by_one() -> None:
    before = {"a": 1, "b": {"c": 1, "d": 2}, "e": [1, {"f": 2}], "gone": "g"}
    after = {"a": 1, "b": {"c": 3, "d": 2}, "e": [1, {"f": 4}], "new": None}
    assert field_changes(before, after) == (
        FieldChange("/b/c", 1, 3),
        FieldChange("/e/1/f", 2, 4),
        FieldChange("/new", None, None),
        FieldChange("/gone", "g", None),
    )


def test_lists_of_another_length_change_as_a_whole() -> None:
    assert field_changes({"a": [1]}, {"a": [1, 2]}) == (FieldChange("/a", [1], [1, 2]),)


def test_whole_numbers_are_equal_however_they_are_written_but_true_is_not_one() -> None:
    assert field_changes({"a": 8, "b": 1}, {"a": 8.0, "b": True}) == (FieldChange(path="/b", before=1, after=True),)


def test_names_are_escaped_as_json_pointers_want_it() -> None:
    assert field_changes({}, {"a/b": {"c~d": 1}}) == (FieldChange("/a~1b/c~0d", None, 1),)


def test_a_file_with_other_bytes_is_a_change_although_its_name_stayed() -> None:
    same = {"image": "a.jpg"}
    changed = field_changes(same, same, {"a.jpg": "sha256:1", "b.jpg": "sha256:2"}, {"a.jpg": "sha256:3"})
    assert changed == (FieldChange("/files/a.jpg", "sha256:1", "sha256:3"),)


def test_of_a_new_shot_every_leaf_is_new() -> None:
    fields = {item.path: item.after for item in changes_of(change(Action.CREATE, request(inputs={}, size={"w": 1})))}
    assert fields == {
        "/taskType": "videoInference", "/model": "maker:1@0", "/positivePrompt": "a", "/duration": 8, "/size/w": 1
    }  # fmt: skip


def test_secrets_are_left_out_and_a_change_of_nothing_else_is_still_told() -> None:
    before = {"image": "https://h.example/a.jpg", "mask": "https://h.example/b.png?w=1"}
    after = {"image": "https://h.example/a.jpg?X-Amz-Signature=canary", "mask": "https://me:pw@h.example/c.png?w=2"}
    assert field_changes(before, after) == (
        FieldChange("/image", "https://h.example/a.jpg", "https://h.example/a.jpg [redacted]"),
        FieldChange("/mask", "https://h.example/b.png?w=1", "https://h.example/c.png?w=2"),
    )


def test_a_field_named_like_a_credential_is_left_out_of_a_change_as_well() -> None:
    after = {"hook": {"password": "canary", "keys": [{"apiKey": ["canary"], "name": "a"}]}}
    assert field_changes({"hook": {}}, after) == (
        FieldChange("/hook/password", None, "[redacted]"),
        FieldChange("/hook/keys", None, [{"apiKey": "[redacted]", "name": "a"}]),
    )
    assert field_changes({"tokens": {"secret": ["a"]}}, {"tokens": {"secret": ["b"]}}) == (
        FieldChange("/tokens/secret/0", "[redacted]", "[redacted] [redacted]"),
    )


def test_of_fields_that_the_model_does_not_know_no_new_value_is_told() -> None:
    known = frozenset({"settings", "audio"})
    found = field_changes({"settings": {"audio": 1}}, {"settings": {"audio": 2, "sesame": "abc"}}, known=known)
    assert [(item.path, item.after) for item in found] == [("/settings/audio", 2), ("/settings/sesame", "[redacted]")]


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


def test_a_renamed_file_is_one_change_in_its_place() -> None:
    model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
    images = [{"frameImages": ["a.jpg"]}, {"frameImages": [{"image": "b.jpg", "frame": "first"}]}]
    before = replace(take(inputs=images[0]), inputs={"a.jpg": "sha256:1"})
    wanted = replace(request(), body={**request().body, "inputs": images[1]}, inputs={"b.jpg": "sha256:1"})
    assert recorded_changes(before, wanted, model) == (FieldChange("/inputs/frameImages/0/image", "a.jpg", "b.jpg"),)


def test_a_default_that_one_side_has_written_out_is_no_cause_of_a_new_render() -> None:
    model = load_catalog(read_model_documents(None)).find("lightricks:2@0")
    assert model is not None
    written = take("a", numberResults=1, outputFormat="MP4", providerSettings={"lightricks": {"generateAudio": False}})
    base = replace(written, model=model.air, request={**written.request, "model": model.air})
    wanted = request(prompt="b", model=model.air)
    assert [change.path for change in request_changes(base, wanted, model)] == ["/positivePrompt"]
    lower = replace(base, request={**base.request, "outputFormat": "mp4"})
    assert [change.path for change in request_changes(lower, wanted, model)] == ["/positivePrompt", "/outputFormat"]
    same = request(prompt="a", model=model.air)
    assert len(request_changes(base, same, model)) > 1  # a reason is shown although nothing is known to differ
