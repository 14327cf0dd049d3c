from typing import Any

import pytest

from ltxspec.catalog.wording import alternatives, counted, described, joined, name_of, shown


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ((), "the request"),
        (("positivePrompt",), "the prompt"),
        (("width",), "`width`"),
        (("inputs", "frameImages", 0, "image"), "`inputs.frameImages[0].image`"),
        (("settings", "positivePrompt"), "`settings.positivePrompt`"),
        (("a\x1b[31mb",), r"`a\x1b[31mb`"),
        (("x" * 99,), f"`{'x' * 60}…`"),
    ],
)
def test_a_parameter_is_named_as_it_is_written(path: tuple[str | int, ...], name: str) -> None:
    assert name_of(path) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8, "8"),
        (8.0, "8"),
        (0.5, "0.5"),
        (True, "true"),
        (None, "null"),
        ("8", '"8"'),
        ([1], "a list"),
        ({}, "a mapping"),
        ("https://example.com/a.mp4?X-Signature=secret", '"https://example.com/a.mp4?…"'),
        ("why? because", '"why? because"'),
        ("x" * 61, f'"{"x" * 60}…"'),
        ("a\u202eb\n", r'"a\u202eb\n"'),
    ],
)
def test_a_value_is_shown_short_and_without_secrets(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [("8", 'the text "8"'), (8, "`8`"), (None, "`null`"), ([], "a list"), ({}, "a mapping")]
)
def test_a_value_after_not_tells_its_kind_where_that_is_the_trouble(value: Any, text: str) -> None:
    assert described(value) == text


def test_words_are_listed_as_in_a_sentence() -> None:
    assert joined([], "or") == ""
    assert joined(["a"], "or") == "a"
    assert joined(["a", "b"], "and") == "a and b"
    assert joined(["a", "b", "c"], "or") == "a, b or c"
    assert alternatives([6, 8.0, "auto", True]) == "`6`, `8`, `auto` or `true`"


def test_things_are_counted_with_their_noun() -> None:
    assert [counted(number, "item", "items") for number in (0, 1, 2)] == ["0 items", "1 item", "2 items"]


def test_a_password_that_is_cut_does_not_show() -> None:
    assert "pass" not in shown("https://ann:" + "password" * 20 + "@host.example/x")
