import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.review.references import NOTHING, References, references


def names(*found: str) -> References:
    return References(frozenset(found))


@pytest.mark.parametrize("text", ["", "a plain prompt", "{ not a tag }", 8, None, True, [], {}])
def test_what_has_no_tags_mentions_nothing(text: object) -> None:
    assert references(text) == NOTHING


def test_plain_names_are_found() -> None:
    assert references("Rain over {{ city }}, {{look}} and {{ city }}.") == names("city", "look")


def test_names_are_found_wherever_an_expression_has_them() -> None:
    text = "{% if night %}{{ sky | default(cloud) }}{% endif %}{% for x in rows %}{{ x.name ~ moon }}{% endfor %}"
    assert {"night", "sky", "cloud", "rows", "moon"} <= references(text).names


def test_what_a_template_sets_itself_is_not_read_from_outside() -> None:
    assert "mine" not in references("{% set mine = 1 %}").names


def test_all_texts_of_a_value_count() -> None:
    value = {"duration": "{{ seconds }}", "inputs": [{"image": "{{ base }}/a.jpg"}, 3], "fps": 25}
    assert references(value) == names("seconds", "base")


@pytest.mark.parametrize(
    "text",
    [
        "{% include 'a.j2' %}",
        "{% import 'a.j2' as a %}{{ a.x() }}",
        "{% from 'a.j2' import x %}",
        "{% extends 'a.j2' %}",
        "{% include ['a.j2'] ignore missing %}",
    ],
)
def test_files_are_found_in_every_tag_that_names_one(text: str) -> None:
    assert references(text).files == {"a.j2"}


def test_a_computed_file_name_is_not_guessed() -> None:
    assert references("{% include kind ~ '.j2' %}") == names("kind")


@given(st.text(st.sampled_from("{}%#ab '|.[]()~")))
def test_no_text_is_too_broken(text: str) -> None:
    assert references(text).names <= {"a", "b", "ab", "ba", *references(text).names}
