"""What a comment says, as against what it shows."""

import pytest

from ltxspec.forges.spoken import said


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\r\n\r\ntwo  \r\rthree", ["one", "two  ", "three"]),
        ("two\nlines\n\none", ["one"]),
        ("# heading\n\nunderlined\n---\n\none", ["one"]),
        ("> quoted\nlazily\n\none", ["one"]),
        ("- item\n\n  more\n\none", ["one"]),
        ("|cell|\n|-|\n|cell|\n\none", ["one"]),
        ("```\ncode\n``` no end\ncode\n```\none", ["one"]),
        ("<!-- nothing\n\n -->\none", ["one"]),
        ("a < b and <https://example.com>\n\none", ["a < b and <https://example.com>", "one"]),
        ("one\n\n<div>\n\nshown\n\n</div>\n\nshown", ["one"]),
        ("one\n\ntext <div>\n\nshown", ["one"]),
        ("one\n\n> <div>\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <div>\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <div> -->\n\nshown", ["one"]),
        ("one\n\n<!--> <div> -->\n\nshown", ["one"]),
        ("one\n\n<!-- a --> <!-- b\n\nshown", ["one"]),
    ],
)
def test_only_paragraphs_of_one_line_are_said(text: str, lines: list[str]) -> None:
    assert list(said(text)) == lines
