from pathlib import Path

import pytest

from ltxspec.errors import Invalid
from ltxspec.spec.document import read_document
from ltxspec.spec.formatting import format_spec

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
