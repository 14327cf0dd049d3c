import json

import pytest

from ltxspec.errors import Invalid
from ltxspec.spec.document import read_document
from ltxspec.spec.surrogates import Rewritten

SMILE = "\\ud83d\\ude00"


def root(text: str) -> object:
    return read_document(text, "a.json").root


@pytest.mark.parametrize(
    "value",
    [
        {"a": "😀"},
        {"a": "x 😀 y 🌧", "😀": ["🎬", {"b": "\\ud83d\\ude00"}]},
        {"a": "\\😀", "b": '"😀"', "c": "é\u2028"},
    ],
)
def test_json_with_escaped_pairs_is_read_as_json_reads_it(value: dict[str, object]) -> None:
    assert root(json.dumps(value)) == value
    assert root(json.dumps(value, indent=2)) == value


def test_pairs_in_quotes_of_yaml_are_read_too_and_other_texts_stay() -> None:
    text = f'a: "x {SMILE}"\nb: {SMILE}\nc: \'{SMILE}\'\nd: |\n  "{SMILE}"\n'
    text += f'e: "{SMILE}{SMILE}"\nf: "\\\\ud83d\\\\ude00"\n'
    assert root(text) == {"a": "x 😀", "b": SMILE, "c": SMILE, "d": f'"{SMILE}"\n', "e": "😀😀", "f": SMILE}


def test_places_are_those_of_the_file_as_written() -> None:
    text = f'{{"a": "{SMILE}{SMILE}", "b": ["{SMILE}", 8], "c": 1}}'
    document = read_document(text, "a.json")
    assert document.locate(("b",)).column == text.index('"b"') + 1
    assert document.locate(("b", 1)).column == text.index(", 8") + 3
    assert document.locate(("c",), value=True).column == text.index(": 1") + 3
    assert document.locate(("a",), value=True).excerpt == text


@pytest.mark.parametrize("after", ['"c": 1, "c": 2', '"c": 1}', '"c": "\\ud83d"'])
def test_problems_after_a_pair_are_placed_as_written(after: str) -> None:
    text = f'{{"a": "{SMILE}", {after}}}'
    with pytest.raises(Invalid) as caught:
        root(text)
    where = caught.value.diagnostics[0].where
    assert where is not None
    assert where.excerpt == text
    assert text[where.column - 1 :].startswith(('"c": 2', "}", "d83d"))


@pytest.mark.parametrize("half", ["\\ud83d", "\\ude00", "\\ude00\\ud83d", "\\ud83d x \\ude00", "\\ud83d\\u0041"])
def test_half_a_pair_is_an_error_that_says_so(half: str) -> None:
    for text in (f'{{"a": "{half}"}}', f'a: "{SMILE} {half}"'):
        with pytest.raises(Invalid) as caught:
            root(text)
        (problem,) = caught.value.diagnostics
        assert problem.message == "half of a surrogate pair is not a character"
        assert problem.hint == "write the character itself, or both halves: `\\ud83d\\ude00`"


def test_only_so_many_texts_are_rewritten_one_by_one() -> None:
    text = "".join(f'a{number}: "{SMILE}"\n' for number in range(101))
    with pytest.raises(Invalid):
        root(text)


def test_a_text_without_pairs_is_left_as_it_is() -> None:
    source = Rewritten('a: "\\u0041"')
    assert not source.mend(3)
    assert not source.mend(0)
    assert (source.text, source.before(5)) == ('a: "\\u0041"', 5)
