from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import Invalid
from ltxspec.spec.document import read_document
from ltxspec.spec.layout import format_spec, house_layout


def laid_out(text: str) -> str:
    """The house layout, which must mean the same and be its own layout."""
    found = house_layout(text)
    assert yaml.safe_load(found) == yaml.safe_load(text)
    assert house_layout(found) == found
    return found


@pytest.mark.parametrize(
    ("untidy", "tidy"),
    [
        ("a:   1\nb:\n     c: 2\n     d: 3\n", "a: 1\nb:\n  c: 2\n  d: 3\n"),
        ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n-   b: 1\n    c: 2\n", "a:\n  - b: 1\n    c: 2\n"),
        ("a:\n  -\n     b: 1\n", "a:\n  -\n    b: 1\n"),
        ("-  -   x\n   -   y\n", "- - x\n  - y\n"),
        ("a:\n      text below\n", "a:\n  text below\n"),
        ("a: 1   \n\n\n   \n", "a: 1\n"),
        ("a: 1", "a: 1\n"),
        ("a: &x\n     b: 1\nc: *x\n", "a: &x\n  b: 1\nc: *x\n"),
        ('"a":    {x: 1,y: 2}\n', '"a": {x: 1,y: 2}\n'),
    ],
)
def test_levels_are_two_columns_apart_and_values_one_blank_away(untidy: str, tidy: str) -> None:
    assert laid_out(untidy) == tidy


@pytest.mark.parametrize(
    ("untidy", "tidy"),
    [
        (
            "a:\n    b: |\n           one\n             two\n\n           three\n",
            "a:\n  b: |\n    one\n      two\n\n    three\n",
        ),
        ("a: >-\n   one\n   two\n", "a: >-\n  one\n  two\n"),
        ("a: |2\n    one\n   two\n", "a: |2\n    one\n   two\n"),
        ("a:\n    b: |2\n          one\n", "a:\n  b: |2\n        one\n"),
        ("a: |\n  one  \n  \n  two\n", "a: |\n  one  \n\n  two\n"),
        ("a: |+\n    one\n\n\nb: 1\n", "a: |+\n  one\n\n\nb: 1\n"),
        ("- |\n    # no comment\n", "- |\n  # no comment\n"),
    ],
)
def test_texts_in_block_style_move_as_a_whole(untidy: str, tidy: str) -> None:
    assert laid_out(untidy) == tidy


@pytest.mark.parametrize(
    ("untidy", "tidy"),
    [
        ("a:\n    b: [1,\n        2]\n", "a:\n  b: [1,\n      2]\n"),
        ("a:\n    b: one\n      two\n", "a:\n  b: one\n    two\n"),
        ("a:\n    b: 'one\n\n         two'\n", "a:\n  b: 'one\n\n       two'\n"),
        ("{\n  a: [\n    1\n  ]\n}\n", "{\n  a: [\n    1\n  ]\n}\n"),
    ],
)
def test_what_goes_over_several_lines_moves_along(untidy: str, tidy: str) -> None:
    assert laid_out(untidy) == tidy


@pytest.mark.parametrize(
    ("untidy", "tidy"),
    [
        ("a: 1 # one\nb: 2      # two\n", "a: 1 # one\nb: 2  # two\n"),
        ("a:\n    # about b\n    b: 1\n", "a:\n  # about b\n  b: 1\n"),
        ("a:\n    b: 1\n    # the end of a\nc: 2\n", "a:\n  b: 1\n  # the end of a\nc: 2\n"),
        ("a:\n    b: 1\n# about c\nc: 2\n", "a:\n  b: 1\n# about c\nc: 2\n"),
        ("a: | # a text\n    x # no comment\n", "a: | # a text\n  x # no comment\n"),
        ("a: 'x # no comment'\n", "a: 'x # no comment'\n"),
        ("# first\n\na: 1\n# last\n", "# first\n\na: 1\n# last\n"),
    ],
)
def test_comments_stay_with_what_they_are_about(untidy: str, tidy: str) -> None:
    assert laid_out(untidy) == tidy


def test_the_house_layout_is_left_as_it_is() -> None:
    text = "a: 1\nb:\n  c:\n    - d: |\n        text\n      e: {f: 1}\n"
    assert laid_out(text) == text


words = st.text("abc :#-'\"\n|>{}[],&*!%@`xyz0189\t", max_size=12) | st.sampled_from(["yes", "~", "1.0", "- a", "a: b"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(words, values, min_size=1, max_size=4),
    st.integers(2, 9),
    st.sampled_from(["|", ">", "'", '"', None]),
    st.booleans(),
)
def test_nothing_changes_its_meaning_however_it_was_written(
    document: dict[str, Any], indent: int, style: str | None, flow: bool
) -> None:
    text = yaml.safe_dump(
        document, indent=indent, default_style=style, default_flow_style=None if flow else False, width=20
    )
    assert yaml.safe_load(house_layout(text)) == yaml.safe_load(text)


EXAMPLES = Path(__file__).parents[2] / "acceptance"


@pytest.mark.parametrize("path", sorted((EXAMPLES / "valid").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_valid_example_means_the_same_and_is_formatted_once(path: Path) -> None:
    text = path.read_text("utf-8-sig")
    formatted = format_spec(text, path.name)
    assert read_document(formatted, path.name).root == read_document(text, path.name).root
    assert format_spec(formatted, path.name) == formatted


def test_line_ends_are_those_of_unix() -> None:
    assert format_spec("a:\r\n    b: 1\r\n", "x") == "a:\n  b: 1\n"
    assert format_spec("a: 1\rb: 2", "x") == "a: 1\nb: 2\n"


def test_blanks_that_are_part_of_a_text_are_kept() -> None:
    text = "a: |\n  one  \n  two\n"
    assert format_spec(text, "x") == text


def test_what_cannot_be_read_is_refused_with_its_place() -> None:
    with pytest.raises(Invalid) as caught:
        format_spec("a: [\n", "specs/a.yaml")
    assert str(caught.value.where).startswith("specs/a.yaml:")
