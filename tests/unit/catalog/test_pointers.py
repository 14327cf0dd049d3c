import pytest

from ltxspec.catalog.pointers import MISSING, parse_pointer, property_at, resolve, texts_in, value_at, with_value


def test_escapes_stand_for_slash_and_tilde() -> None:
    assert parse_pointer("/a~1b/c~0d") == ("a/b", "c~d")
    assert parse_pointer("/~01") == ("~1",)


def test_a_pointer_starts_with_a_slash() -> None:
    with pytest.raises(ValueError, match="`width` is not a JSON Pointer"):
        parse_pointer("width")


def test_null_is_not_missing() -> None:
    assert value_at({"a": {"b": None}}, ("a", "b")) is None
    assert value_at({"a": {"b": None}}, ("a", "c")) is MISSING
    assert value_at({"a": 1}, ("a", "b")) is MISSING


def test_setting_a_value_leaves_the_original_alone_and_shares_the_rest() -> None:
    before = {"a": {"b": 1}, "c": {"d": 2}}
    after = with_value(before, ("a", "e"), 3)
    assert after == {"a": {"b": 1, "e": 3}, "c": {"d": 2}}
    assert before == {"a": {"b": 1}, "c": {"d": 2}}
    assert after["c"] is before["c"]


def test_nothing_is_set_below_what_is_no_mapping() -> None:
    assert with_value({"a": [1]}, ("a", "b"), 2) == {"a": [1]}
    assert with_value({}, ("a", "b"), 2) == {"a": {"b": 2}}


def test_references_are_followed_but_not_in_circles() -> None:
    root = {"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"type": "string"}, "c": {"$ref": "#/$defs/c"}}}
    assert resolve(root, {"$ref": "#/$defs/a"}) == {"type": "string"}
    assert resolve(root, {"$ref": "#/$defs/c"}) == {}
    assert resolve(root, {"$ref": "https://example.com/elsewhere"}) == {}


def test_properties_are_found_through_lists_and_references() -> None:
    root = {
        "$defs": {"item": {"properties": {"x": {"default": 1}}}},
        "properties": {"list": {"items": {"$ref": "#/$defs/item"}}},
    }
    assert property_at(root, ("list", "*", "x")) == {"default": 1}
    assert property_at(root, ("list", "x")) is None
    assert property_at(root, ("nope", "*")) is None


def test_every_text_has_its_path() -> None:
    value = {"a": "x", "b": [{"c": "y"}, 1, "z"], "d": None}
    assert list(texts_in(value)) == [(("a",), "x"), (("b", 0, "c"), "y"), (("b", 2), "z")]
