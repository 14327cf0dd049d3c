import pytest

from ltxspec.errors import Invalid
from ltxspec.spec.document import read_document


def refused(text: str) -> tuple[str, str, int, int]:
    with pytest.raises(Invalid) as caught:
        read_document(text, "s.yaml")
    (found,) = caught.value.diagnostics
    assert found.code == "cut-text"
    assert found.severity == "error"
    assert found.hint is not None
    assert found.where is not None
    return found.message, found.hint, found.where.line, found.where.column


def test_a_comma_that_cuts_a_text_is_an_error_that_names_the_text_and_wants_quotes() -> None:
    message, hint, *place = refused("shots:\n  a: {prompt: A boat at sea, storm., width: 1920}\n")
    assert message == "`prompt` is cut at a comma: it is only `A boat at sea`, and what follows is a key"
    assert hint.startswith("put the whole text of `prompt` in quotes")
    assert place == [2, 30]


@pytest.mark.parametrize(
    "text",
    [
        "{prompt: A boat, 'storm'}",
        "{prompt: A boat, the\n storm}",
        "{prompt: A boat, seed, title, width: 3}",
        "{width: 3, prompt: A boat at sea, seed}",
        "- {name: Rain, heavy, seconds: 3}",
        "vars: {city: Paris, France}",
        "shots: {a: {prompt: A boat, storm # a comment\n}}",
        "shots:\n- labels: {campaign: autumn, winter}",
    ],
)
def test_it_is_one_wherever_it_is_and_however_the_rest_is_named(text: str) -> None:
    refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "{prompt: A boat, }",
        "{prompt: A boat, seed: , width: 3}",
        "{prompt: A boat, seed: null, width: ~}",
        "{prompt: 'A boat, storm', width: }",
        "{prompt: 'A boat', seed}",
        "{width: 3, seed}",
        "{fast, slow}",
        "[A boat, storm]",
        "{a: {prompt: A boat}, b: }",
        '{"a": "b", "c": null}',
        "prompt: A boat, storm\nseed:\n",
    ],
)
def test_other_values_that_are_null_are_read(text: str) -> None:
    read_document(text, "s.yaml")
