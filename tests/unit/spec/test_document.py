import json
import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.document import Document, Lines, SourceText, read_document
from ltxspec.spec.scalars import WORDS
from ltxspec.values import Json

# What a YAML file may contain as it is; the rest needs escapes or is refused.
PRINTABLE = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")
TEXTS = st.text(PRINTABLE, max_size=12)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
WORDS_AND_SIGNS = st.sampled_from(["yes", "no", "12:30:45", "<<", "~", "a: b", "-", "a b", "two\nlines"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | WORDS_AND_SIGNS
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda part: st.lists(part, max_size=4) | st.dictionaries(TEXTS, part, max_size=4), max_leaves=20
)
MAPPINGS = st.dictionaries(TEXTS | WORDS_AND_SIGNS, VALUES, min_size=1, max_size=5)


def read(text: str) -> Document:
    return read_document(text, "specs/a.yaml")


def refusal(text: str) -> Diagnostic:
    with pytest.raises(Invalid) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def as_json(value: Json) -> str:
    """Text to compare by: `1`, `1.0` and `true` are equal in Python, and different in a spec."""
    return json.dumps(value, sort_keys=True)


def line_of(text: str, where: Location) -> str:
    return text.split("\n")[where.line - 1][where.column - 1 :]


# --- values ---------------------------------------------------------------------------------------


def test_unquoted_words_mean_what_yaml_1_2_says() -> None:
    text = (
        "a: yes\nb: no\nc: on\nd: off\ne: true\nf: ~\ng:\nh: 2026-11-22\ni: 12:30:45\nj: 0o10\nk: 010\nl: '1'\nm: 1.0\n"
    )
    expected = {
        "a": "yes",
        "b": "no",
        "c": "on",
        "d": "off",
        "e": True,
        "f": None,
        "g": None,
        "h": "2026-11-22",
        "i": "12:30:45",
        "j": 8,
        "k": 10,
        "l": "1",
        "m": 1.0,
    }
    assert as_json(expected) == as_json(read(text).root)


def test_scalar_keys_are_taken_as_their_text() -> None:
    assert read("1: a\ntrue: b\n'null': c\n1.50: d").root == {"1": "a", "true": "b", "null": "c", "1.50": "d"}


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    document = read("\ufeffa: |\r\n  x\r\n  y\r\nb: 1\r\n")
    assert document.root == {"a": "x\ny\n", "b": 1}
    assert Location("specs/a.yaml", 4, 1, "b: 1") == document.locate(["b"])


@given(value=MAPPINGS, indent=st.sampled_from([None, 1, 4]), sort=st.booleans())
def test_json_reads_as_json_does(*, value: Json, indent: int | None, sort: bool) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent, sort_keys=sort)
    assert as_json(value) == as_json(read(text).root)


@given(st.data(), MAPPINGS)
@settings(max_examples=200)
def test_restyled_yaml_reads_as_the_same(data: st.DataObject, value: Json) -> None:
    text = Stylist(data).document(value)
    assert as_json(value) == as_json(read(text).root), text


def test_the_pure_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &x [1, {b: 'c'}]\nd: *x\ne: |\n  text\n  more\nf: {<<: {g: 1}, h: yes}\n"
    quick = read(text)
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)  # as where PyYAML was built without libyaml
    slow = read(text)
    assert as_json(quick.root) == as_json(slow.root)
    for path in paths_of(quick.root):
        assert quick.locate(path, value=True) == slow.locate(path, value=True)


# --- places ---------------------------------------------------------------------------------------


def paths_of(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in steps:
        yield from paths_of(part, (*path, step))


def at(root: Json, path: tuple[str | int, ...]) -> Json:
    for step in path:
        root = root[step]
    return root


@given(MAPPINGS, st.sampled_from([None, 2]))
def test_places_point_at_the_right_text(value: Json, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    document = read(text)
    for path in paths_of(value):
        part = at(value, path)
        there = line_of(text, document.locate(path, value=True))
        if isinstance(part, dict | list):
            assert there[0] == ("{" if isinstance(part, dict) else "[")
        else:
            assert there.startswith(json.dumps(part, ensure_ascii=False))
        if path and isinstance(path[-1], str):
            assert line_of(text, document.locate(path)).startswith(json.dumps(path[-1], ensure_ascii=False) + ":")


def test_what_is_not_there_is_located_at_its_nearest_ancestor() -> None:
    document = read("a:\n  b:\n    - c\n    - d: 1\n")
    assert place(document, ["a", "b", 7, "x"]) == (2, 3)
    assert place(document, ["a", "b", "x"]) == (2, 3)
    assert place(document, ["a", "b", 1, "x"]) == (4, 7)
    assert place(document, ["z"]) == (1, 1)
    assert place(document, ["a", "b", 0, "deeper"]) == (3, 7)


def place(document: Document, path: list[str | int]) -> tuple[int, int]:
    where = document.locate(path)
    return where.line, where.column


def test_a_value_through_an_alias_is_where_it_was_written() -> None:
    document = read("a: &x {k: 1}\nb: *x\n")
    assert place(document, ["b"]) == (2, 1)
    assert Location("specs/a.yaml", 1, 4, "a: &x {k: 1}") == document.locate(["b"], value=True)
    assert place(document, ["b", "k"]) == (1, 8)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("p: one line", 1),
        ("p: 'quoted\n  text'", 1),
        ("p: |\n  first", 2),
        ("# c\np: >-  # comment\n\n  first", 3),
        ("p: &a |2+\n   first", 2),
        ("p:\n  |\n  first", 3),
        ("q: &a |\n  first\np: *a", 2),
    ],
)
def test_the_first_line_of_a_text_is_known(text: str, line: int) -> None:
    assert line == read(text).block_text_line(["p"])


def test_lines_end_as_in_the_file_whatever_they_end_with() -> None:
    lines = Lines(SourceText("a", "one\r\ntwo\rthree\nfour"))
    assert [(lines.locate(index).line, lines.locate(index).column) for index in (0, 5, 13, 99)] == [
        (1, 1),
        (2, 1),
        (3, 5),
        (4, 5),
    ]
    assert [lines.locate_line(number).excerpt for number in (1, 2, 3, 4)] == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    "text",
    [
        "shots:\n  a: 1\n\n  # c\n  b: {c: 2}\n",
        "shots: {a: 1, b: {c: 2}}",
        "shots:\r\n  a: 1\r  b: [2]\r\n",
        "x: &x {a: 1, b: 2}\nshots:\n  c: 1\n  <<: *x\n  b: 3\nlast: 1\n",
        "shots:\n  a: [1]\n  b: 'two\n\n    lines'\n  c: 1",
    ],
)
def test_all_keys_of_a_mapping_are_placed_at_once_as_one_by_one(text: str) -> None:
    document = read(text)
    places = {key: document.locate(("shots", key)) for key in document.root["shots"]}
    expected = {key: (where.line, where.column) for key, where in places.items()}
    assert document.key_positions(("shots",)) == expected == read(text).key_positions(("shots",))


def test_an_excerpt_of_an_endless_line_is_cut_or_left_out() -> None:
    document = read(f"{{a: 1, b: '{'x' * 5000}', c: 2}}")
    assert document.locate(["a"]).excerpt.endswith("x…")
    assert document.locate(["c"]).excerpt == ""


def test_an_excerpt_holds_nothing_a_terminal_would_obey() -> None:
    assert refusal("a: \x1b[31m\tx").where.excerpt == "a: \ufffd[31m\tx"  # type: ignore[union-attr]  # it has a place


def test_ten_thousand_shots_are_located_quickly_enough_to_ask_for_each() -> None:
    document = read("shots:\n" + "".join(f"  s{n}: {{prompt: x}}\n" for n in range(10_000)))
    found = [document.locate(["shots", name]).line for name in document.root["shots"]]
    assert list(range(2, 10_002)) == found


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3", "duplicate-key", 3, 1),
        ("x: {k: 1, k: 2}", "duplicate-key", 1, 11),
        ("1: a\n'1': b", "duplicate-key", 2, 1),
        ("a: &a {x: 1}\n<<: *a\n<<: *a", "duplicate-key", 3, 1),
        ("a: !!str 1", "tag", 1, 4),
        ("a: !!int '1'", "tag", 1, 4),
        ("a: !secret x", "tag", 1, 4),
        ("a: ! x", "tag", 1, 4),
        ("!k a: x", "tag", 1, 1),
        ("a: !!map {b: 1}", "tag", 1, 4),
        ("- a\n- *b", "alias", 2, 3),
        ("a: &x [1, *x]", "alias", 1, 11),
        ("a: &x {b: &x [*x]}", "alias", 1, 15),
        ("? [a, b]\n: c", "key", 1, 3),
        ("a: &x b\n*x : c", "key", 2, 1),
        ("? \n: 1", "key", 1, 2),
        ("a: {{ b }}", "key", 1, 5),
        ("<<: 3", "merge", 1, 5),
        ("<<: [{a: 1}, 2]", "merge", 1, 5),
        ("a: 1\n---\nb: 2", "several-documents", 2, 1),
        ("a: .inf", "number", 1, 4),
        ("a: [1e999]", "number", 1, 5),
        ("", "empty", 1, 1),
        ("# only\n\n", "empty", 1, 1),
        ("---\n...\n", "empty", 1, 1),
        ("~", "empty", 1, 1),
        ("a: x\u2028y", "yaml", 1, 5),
        ("a: x\x85y", "yaml", 1, 5),
        ("a: x\ud800y", "yaml", 1, 5),
        ("a: x\x00y", "yaml", 1, 5),
    ],
)
def test_what_is_refused_is_refused_at_its_place(text: str, code: str, line: int, column: int) -> None:
    found = refusal(text)
    assert (code, line, column) == (found.code, found.where and found.where.line, found.where and found.where.column)


def test_a_duplicate_key_names_both_places() -> None:
    found = refusal("shots:\n  a: 1\n  b: 2\n  a: 3\n")
    assert found.message == "duplicate key `a`, first at specs/a.yaml:2:3"
    assert Location("specs/a.yaml", 4, 3, "  a: 3") == found.where


def test_a_merged_key_is_no_duplicate_but_a_second_written_one_is() -> None:
    assert read("{<<: {x: 1}, x: 2}").root == {"x": 2}
    assert refusal("{<<: {x: 1}, x: 2, x: 3}").message == "duplicate key `x`, first at specs/a.yaml:1:14"


def test_an_empty_file_says_what_is_needed() -> None:
    assert "apiVersion: ltxspec/v1" in str(refusal("").hint)


def test_an_unquoted_template_gets_the_right_hint() -> None:
    assert refusal("prompt: {{ name }} turning").hint == 'quote a value that begins with `{{`: "{{ … }}"'


def test_a_huge_file_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.spec.document.MAX_CHARACTERS", 2_000_000)
    assert refusal("a: 1\n" + "#" * 2_000_001).code == "too-large"


PIECES = st.sampled_from(
    [
        *"[]{},:-?&*!|>'\"%@`#~ \n\t\r\x00\x85\u2028\ufeff",
        "<<: ",
        "- ",
        ": ",
        "&a ",
        "*a",
        "!!x ",
        "---\n",
        "a",
        "1",
        "\\u12",
    ]
)


@given(st.text() | st.lists(PIECES).map("".join) | st.text(st.characters()))
@settings(max_examples=400)
def test_no_text_does_anything_but_read_or_be_refused(text: str) -> None:
    try:
        document = read(text)
    except Invalid as invalid:
        (diagnostic,) = invalid.diagnostics
        assert diagnostic.where is not None
        assert diagnostic.message
        assert "\n" not in diagnostic.where.excerpt
        return
    for path in paths_of(document.root):
        document.locate(path, value=True)


# --- a writer with many styles --------------------------------------------------------------------


class Stylist:
    """Writes a value as YAML in a style drawn anew for every part."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.anchors: dict[str, str] = {}  # JSON of a value -> name

    def document(self, value: dict[str, Json]) -> str:
        start = self.either("", "---\n", "# a comment\n", "\ufeff")
        return f"{start}{self.block(value, 0).lstrip(chr(10))}\n{self.either('', '# end', '...')}"

    def either(self, *options: str) -> str:
        return self.data.draw(st.sampled_from(options))

    def coin(self) -> bool:
        return self.data.draw(st.booleans())

    def block(self, value: Json, indent: int) -> str:
        """The value after `key:` or `-`: on the same line, or on lines of its own."""
        anchor = self.anchor(value)
        if anchor.startswith(" *"):
            return anchor
        if isinstance(value, dict | list) and value and self.coin():
            lines = self.lines(value, indent)
            pad = "\n" + " " * indent
            return f"{anchor}{self.either('', '  # why not', chr(10) * 2)}{pad}{pad.join(lines)}"
        if isinstance(value, str) and self.fits_block(value) and self.coin():
            pad = "\n" + " " * (indent + 1)
            return f"{anchor} |{pad.join(['-', *value.split(chr(10))])}"
        return f"{anchor} {self.flow(value)}"

    def lines(self, value: dict[str, Json] | list[Json], indent: int) -> list[str]:
        if isinstance(value, list):
            return [f"-{self.block(part, indent + 2)}" for part in value]
        pairs = self.data.draw(st.permutations(list(value.items())))
        return [f"{self.text(key)}:{self.block(part, indent + 2)}" for key, part in pairs]

    def fits_block(self, text: str) -> bool:
        return bool(text) and all(line and line == line.strip() for line in text.split("\n"))

    def anchor(self, value: Json) -> str:
        known = self.anchors.get(json.dumps(value))
        if known and self.coin():
            return f" *{known}"
        if not known and self.coin():
            name = self.anchors[json.dumps(value)] = f"a{len(self.anchors)}"
            return f" &{name}"
        return ""

    def flow(self, value: Json) -> str:
        gap = self.either("", " ")
        if isinstance(value, dict):
            parts = [f"{self.quoted(key)}: {self.flow(part)}" for key, part in value.items()]
            return "{" + gap + f",{gap}".join(parts) + "}"
        if isinstance(value, list):
            return "[" + gap + f",{gap}".join(self.flow(part) for part in value) + gap + "]"
        if value is None:
            return self.either("null", "~", "Null")
        if isinstance(value, bool):
            return self.either(str(value), str(value).lower(), str(value).upper())
        return self.text(value) if isinstance(value, str) else json.dumps(value)

    def text(self, text: str) -> str:
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9 ]*[A-Za-z0-9]", text) and text not in WORDS and self.coin():
            return text
        return self.quoted(text)

    def quoted(self, text: str) -> str:
        doubled = text.replace("'", "''")
        return json.dumps(text, ensure_ascii=False) if "\n" in text or self.coin() else f"'{doubled}'"
