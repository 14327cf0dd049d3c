"""The quick reader says what the thorough one says, or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.spec.building import Tree, build
from ltxspec.spec.document import read_document
from ltxspec.spec.plain_yaml import read_plainly
from ltxspec.values import Json

SPEC = """\
---
# A film in two shots
apiVersion: ltxspec/v1
metadata: {name: night}

shots:
  # the first
  alley:
    prompt: >-
      Rain in an alley: neon,
      # and steam "everywhere".
    duration: 8
    seed: -1
    model: acme:2@0
    settings: {sound: {on: true}}
    vars:

  temple:
    prompt: |
      Fog: thick.
      Slow dolly in
    title: "A temple: at # dawn"
    moved: 'shrine'
    fps: 25.0
    note: an old one,
      told on (at least)
        three lines
    other: "in quotes,
      on two lines"
"""

# Documents are put together from these: what is plain, and more rarely what is not or only looks so.
GOOD_KEYS = [*"abcdefghijkl", "1", "1.0", "true", "x-y", "k_", "9z", "a.b"]
ODD_KEYS = ["a b", "'q'", "<<", "é", "-a"]
GOOD_VALUES = ["1", "-5", "1.5", "a b", "x:y", "true", "~", "{a: 1}", "[1, 2]", '"a: b"', "é, (b)", "'a '", "{}", "./x"]
ODD_NUMBERS = [
    "08",
    "0x1F",
    "0o17",
    ".5",
    "-.5",
    "+5",
    "1e3",
    "1_000",
    "null",
    "yes",
    ".inf",
    "1e999",
    "12:30",
    "-",
    "--",
]
ODD_TEXTS = [
    "a  b",
    "a ",
    "a: b",
    "a::b",
    "a:",
    "a #b",
    "a#b",
    "# c",
    "a\tb",
    "a\x0bb",
    "a\xa0b",
    "=",
    "(x)",
    "- a",
    "? a",
]
ODD_QUOTES = [
    '"a',
    "'a",
    '"a\\n"',
    "'it''s'",
    '"a" b',
    '"a: b # c"',
    '""',
    "!t a",
    "|2",
    ">+",
    "> ",
    "%x",
    "---",
    "...",
]
ODD_BRACES = ["{a: {b: [1, x]}}", "{a: 1", "[a]: b", "{a: 1} # c", "{a: 1, a: 2}", "{a: *x}", "&x 1", "*x", "}"]
GOOD_LINES = ["text", "more text", "(paren", "a, b", "é", "1"]
ODD_LINES = ["text ", "# x", "x #y", "- a", "a: b", "it's", '"q"', "", "---"]


def mostly(good: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*good * (20 * len(odd) // len(good) + 1), *odd])


KEYS = mostly(GOOD_KEYS, ODD_KEYS)
VALUES = mostly(GOOD_VALUES, [*ODD_NUMBERS, *ODD_TEXTS, *ODD_QUOTES, *ODD_BRACES])
TEXT_LINES = mostly(GOOD_LINES, ODD_LINES)
TEXTS = st.lists(TEXT_LINES, min_size=1, max_size=4)
INDENTS = st.sampled_from([*[2] * 16, 1, 3, 4, 0])
GAPS = mostly(["", "# c", "#"], ["  ", "  # c", "      # c", "\t"])
KINDS = st.sampled_from([*["value", "mapping", "block", "folded", "gap"] * 5, "odd"])


@st.composite
def mappings(draw: st.DrawFn, indent: int = 0, depth: int = 0) -> list[str]:
    """The lines of a mapping, most of them sound."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 3))):
        key = " " * indent + draw(KEYS) + ":"
        kind = draw(KINDS)
        inner = indent + draw(INDENTS)
        if kind == "value":
            lines.append(f"{key} {draw(VALUES)}")
        elif kind == "mapping" and depth < 3:
            lines += [key, *draw(mappings(inner, depth + 1))]
        elif kind == "block":
            lines.append(f"{key} {draw(st.sampled_from(['>', '>-', '|', '|-']))}")
            lines += [" " * (inner + draw(st.sampled_from([*[0] * 15, 1]))) + text for text in draw(TEXTS)]
        elif kind == "folded":
            quote = draw(st.sampled_from(["", "", "'", '"']))
            first, *more = draw(TEXTS)
            lines += [f"{key} {quote}{first}", *(" " * inner + text for text in more)]
            lines[-1] += quote
        else:
            lines.append(draw(GAPS) if kind == "gap" else " " * inner + draw(TEXT_LINES))
    return lines


DOCUMENTS = st.builds(
    lambda head, lines, end: head + "\n".join(lines) + end,
    st.sampled_from(["", "", "", "", "---\n", "# top\n", "%YAML 1.2\n---\n"]),
    mappings(),
    st.sampled_from(["\n", "\n", "\n", "\n", "\n\n", "\n# end\n", "", "\n---\n"]),
)


def typed(value: Json) -> object:
    """Something that differs where values do: `1`, `1.0` and `true` are equal in Python, and keys have an order."""
    if isinstance(value, dict):
        return [(key, typed(item)) for key, item in value.items()]
    return [typed(item) for item in value] if isinstance(value, list) else (type(value), repr(value))


def assert_no_contradiction(text: str) -> None:
    plain = read_plainly(text)
    if plain is None:
        return
    thorough: Tree = build(text)
    assert typed(plain.root) == typed(thorough.root)
    for key, starts in plain.starts.items():
        assert list(starts) == list(thorough.places[id(thorough.root[key])][1::2])


@given(DOCUMENTS)
def test_what_is_read_quickly_is_what_is_read_thoroughly(text: str) -> None:
    assert_no_contradiction(text)


@given(st.lists(st.sampled_from([*SPEC.splitlines(), "", "  # c", "      # c", "      more"]), max_size=12))
def test_lines_in_any_order_are_read_alike_or_not_at_all(lines: list[str]) -> None:
    assert_no_contradiction("\n".join([*lines, ""]))


@given(
    st.integers(0, len(SPEC)), st.sampled_from([" ", "  ", "\n", ":", "#", '"', "'", "-", "\t", "{", "&", "\\", "a"])
)
def test_one_wrong_character_is_never_read_wrongly(place: int, character: str) -> None:
    assert_no_contradiction(SPEC[:place] + character + SPEC[place:])
    assert_no_contradiction(SPEC[:place] + SPEC[place + 1 :])


def test_a_plainly_written_spec_is_read_with_the_places_of_its_shots() -> None:
    assert_no_contradiction(SPEC)
    plain = read_plainly(SPEC)
    assert plain is not None
    assert plain.root["shots"]["alley"]["prompt"] == 'Rain in an alley: neon, # and steam "everywhere".'
    assert plain.root["shots"]["temple"]["note"] == "an old one, told on (at least) three lines"
    assert [SPEC[start:].partition(":")[0] for start in plain.starts["shots"]] == ["alley", "temple"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "a: 1",
        "a: 1\na: 2\n",
        "- a\n",
        "a: &x 1\n",
        "a: >-\n  text\n    # deeper\n",
        "a: >-\n  text\n\n  # text too\n",
        "a: >\n  one\n\n  two\n",
        "a: |\n  text\n   deeper\n",
        "a: text\n  # comment\n  more\n",
        "a: 1e999\n",
        "a: {b: 1, b: 2}\n",
        "a: [&x 1, *x]\n",
        "a:\n    b: 1\n  c: 2\n",
        'a: "\\u0041"\n',
        "a: b\r\n",
        "a: b\x1b\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(20)),
    ],
)
def test_anything_else_is_left_to_the_thorough_reader(text: str) -> None:
    assert read_plainly(text) is None


def test_values_in_braces_are_read_quickly_only_while_there_are_few() -> None:
    few, many = ("".join(f"a{number}: {{b: {number}}}\n" for number in range(size)) for size in (10, 600))
    assert (read_plainly(few) is None, read_plainly(many) is None) == (False, True)


@pytest.mark.parametrize("path", [("shots",), ("shots", "temple"), ("shots", "temple", "note"), ("nothing",), ()])
def test_a_document_read_quickly_knows_every_place(path: tuple[str, ...]) -> None:
    quick, thorough = read_document(SPEC, "a.yaml"), read_document(SPEC + "_: &x 1\n", "a.yaml")
    assert read_plainly(thorough.source.text) is None
    for value in (False, True):
        assert quick.locate(path, value=value) == thorough.locate(path, value=value)
    assert quick.block_text_line(path) == thorough.block_text_line(path)
