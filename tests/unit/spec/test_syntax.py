import pytest

from ltxspec.errors import Diagnostic, Invalid
from ltxspec.spec.document import read_document


def complaint(text: str) -> Diagnostic:
    with pytest.raises(Invalid) as caught:
        read_document(text, "a.yaml")
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: b: c", 1, 5, "a `:` is not allowed here"),
        ("a: {b: c: d}", 1, 9, "a `:` is not allowed here"),
        ("a: {b: c: d, e: f}", 1, 9, "a `:` is not allowed here"),
        ("a: {b: c: d", 1, 9, "a `:` is not allowed here"),
        ("a: 1\nb\nc: 2", 2, 1, "expected `:` after this key"),
        ("a: 1\nb", 2, 1, "expected `:` after this key"),
        ("a:\n  b: 1\n c: 2", 3, 2, "expected a key here"),
        ("a: |\n  x\n y", 3, 2, "expected a key here"),
        ("- a\nb: 1", 2, 1, "expected `- ` like the items above"),
        ("a: [1, 2\nb: 3", 1, 4, "this list is not closed"),
        ("a: {b: 1\nc: 2", 1, 4, "this mapping is not closed"),
        ("a: {b: wx[rain]}", 1, 4, "this mapping is not closed"),
        ("a: 'it\nb: 1", 1, 4, "this quoted text never ends"),
        ('a: "it\n---\nb: 1', 1, 4, "this quoted text never ends"),
        ('a: "C:\\dir"', 1, 7, "unknown escape in double quotes"),
        ('a: "\\u12"', 1, 7, "this escape is incomplete"),
        ('a: "\\ud83d"', 1, 7, "half of a surrogate pair is not a character"),
        ("a: **bold**", 1, 4, "a name is missing after `*` or `&`"),
        ("a: - b", 1, 4, "a list cannot begin here"),
        ("a: ]", 1, 4, "a value is missing here"),
        ("a: !x!y 1", 1, 4, "tags are not allowed"),
        ("a: !<x", 1, 4, "tags are not allowed"),
        ("a: | text\n  b", 1, 6, "unexpected text after `|` or `>`"),
        ("a: |0\n b", 1, 5, "the number after `|` or `>` is from 1 to 9"),
        ("%a: 1", 1, 1, "a line that begins with `%` is a directive"),
        ("%TAG ! x\n%TAG ! y\n---\na", 2, 1, "a line that begins with `%` is a directive"),
        ("%YAML 2.0\n---\na", 1, 1, "a line that begins with `%` is a directive"),
        ("a: 1\n...\nb: 2", 3, 1, "nothing may follow the end of the document"),
        ("a:\n\tb: 1", 2, 1, "a tab indents this line"),
        ("a: >\n\tb", 2, 1, "a tab indents this line"),
        ("a: @b", 1, 4, "a value cannot begin with `@`"),
        ("a: `b`", 1, 4, "a value cannot begin with a backtick"),
        ("a: %b", 1, 4, "a value cannot begin with `%`"),
        (
            "a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> side\n",
            2,
            1,
            "this file has the conflict markers of an unfinished merge",
        ),
        (
            "a: |\n  x\n<<<<<<< HEAD\n  y\n=======\n  z\n>>>>>>> side\n",
            3,
            1,
            "this file has the conflict markers of an unfinished merge",
        ),
        ("a: b\x07", 1, 5, "the control character U+0007 is not allowed"),
    ],
)
def test_a_slip_is_explained_where_it_was_made(text: str, line: int, column: int, message: str) -> None:
    found = complaint(text)
    assert found.where is not None
    assert (found.code, found.where.line, found.where.column, found.message) == ("yaml", line, column, message)
    assert found.hint


@pytest.mark.parametrize("text", ["a: 'it's'", 'a: "x" y', "a: {b: 1}}"])
def test_text_after_a_closing_quote_or_bracket_gets_its_own_hint(text: str) -> None:
    assert complaint(text).hint == "the text in quotes or brackets ends before this; quote the whole value"


@pytest.mark.parametrize("text", ["a: {{ b }", "- {{ b }", "a: [{{ b }"])
def test_a_template_without_quotes_is_the_likelier_cause(text: str) -> None:
    assert complaint(text).hint == 'quote a value that begins with `{{`: "{{ … }}"'


@pytest.mark.parametrize(("value", "sign"), [("% of rain", "%"), ("{% if x %}a{% endif %}", "{%")])
def test_a_value_that_begins_as_a_statement_of_a_template_is_to_be_quoted(value: str, sign: str) -> None:
    assert f"quote a value that begins with `{sign}`" in (complaint(f"a:\n  prompt: {value}\n").hint or "")


@pytest.mark.parametrize("more", ["in rain", "in rain: 1"])
def test_a_text_that_a_comment_has_cut_is_the_likelier_cause(more: str) -> None:
    hint = complaint(f"a:\n  b: A racer\n    with number #7 on\n    {more}\n  c: 1\n").hint or ""
    assert hint.startswith("a comment (`#` after a blank) ends the text of the line above: quote the text")


@pytest.mark.parametrize("text", ["a: {b: wx[rain], c: 1}", "a: [wx[rain]]", "a: {b: beat{c}}"])
def test_brackets_in_a_text_are_to_be_quoted(text: str) -> None:
    assert complaint(text).hint == 'quote a text that contains brackets or braces: `"weather[rain]"`'
    assert complaint("a: {b: 1\nc: [").hint == "add `}`, or `,` between pairs"
