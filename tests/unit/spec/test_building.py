import pytest

from ltxspec.errors import Diagnostic, Invalid, Location
from ltxspec.spec.building import MAX_DEPTH
from ltxspec.spec.document import Document, read_document


def read(text: str) -> Document:
    return read_document(text, "specs/a.yaml")


def refusal(text: str) -> Diagnostic:
    with pytest.raises(Invalid) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def line_of(text: str, where: Location) -> str:
    return text.split("\n")[where.line - 1][where.column - 1 :]


# --- anchors and merges ---------------------------------------------------------------------------


def test_aliases_stand_for_the_value_they_name() -> None:
    document = read("a: &x {k: 1}\nb: *x\nc: &y 12\nd: [*y, *y]\n&z e: *z\n")
    assert document.root == {"a": {"k": 1}, "b": {"k": 1}, "c": 12, "d": [12, 12], "e": "e"}


def test_an_anchor_may_be_given_again() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").root == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_a_merge_fills_in_what_is_not_written() -> None:
    document = read(
        "base: &b {w: 1, h: 2}\nother: &o {h: 3, f: 4}\none: {<<: *b, h: 9}\ntwo: {h: 9, <<: [*b, *o], z: 0}\n"
    )
    assert document.root["one"] == {"w": 1, "h": 9}
    assert list(document.root["two"].items()) == [("h", 9), ("w", 1), ("f", 4), ("z", 0)]


def test_places_of_merged_keys_are_where_they_were_written() -> None:
    text = "b: &b\n  w: 1\n  h: 2\none:\n  <<: *b\n  h: 9\n"
    document = read(text)
    assert line_of(text, document.locate(["one", "w"])) == "w: 1"
    assert (document.locate(["one", "h"]).line, document.locate(["one", "h"]).column) == (6, 3)
    assert line_of(text, document.locate(["one", "h"], value=True)) == "9"


def test_merged_mappings_that_vanish_confuse_nothing() -> None:
    inline = "\n".join(f"k{n}: {{<<: [{{<<: {{a: {n}}}, b: 1}}], c: {{a: 2}}, a: {n}}}" for n in range(50))
    assert [{"a": n, "b": 1, "c": {"a": 2}} for n in range(50)] == list(read(inline).root.values())


def test_a_quoted_merge_sign_is_an_ordinary_key() -> None:
    assert read("'<<': 1\na: 2").root == {"<<": 1, "a": 2}


# --- bombs ----------------------------------------------------------------------------------------


def test_a_billion_laughs_are_not_laughed() -> None:
    layers = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert refusal("\n".join(layers)).code == "alias-bomb"


def test_a_bomb_of_merges_is_refused() -> None:
    wide = "a: &a {" + ", ".join(f"k{n}: 1" for n in range(1000)) + "}\n"
    assert refusal(wide + "".join(f"b{n}: {{<<: *a}}\n" for n in range(1000))).code == "alias-bomb"


def test_overriding_everything_that_was_merged_takes_no_longer_than_writing_it() -> None:
    pairs = "".join(f"  k{n}: {n}\n" for n in range(50_000))
    document = read(f"a: &a\n{pairs}b:\n  <<: *a\n{pairs}")
    assert document.root["b"] == document.root["a"]
    assert document.locate(["b", "k49999"]).line == 100_003


def test_honest_aliases_in_a_large_file_are_within_the_allowance() -> None:
    common = "common: &c {a: 1, b: [1, 2, 3], c: {d: 1, e: 2}}\n"
    document = read(common + "".join(f"shot-{n:05d}: {{inputs: *c}}\n" for n in range(10_000)))
    assert document.root["shot-09999"]["inputs"] is document.root["common"]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000, "? " * 100_000, "[[{k: " * 50_000])
def test_endless_nesting_is_refused(text: str) -> None:
    assert refusal(text).code in {"too-deep", "key"}


def test_nesting_through_aliases_counts_as_nesting() -> None:
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 200))
    assert refusal(text).code == "too-deep"


def test_the_deepest_allowed_value_is_read() -> None:
    read("[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)).code == "too-deep"
