import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.errors import Diagnostic, Invalid
from ltxspec.spec.json_text import read_json
from ltxspec.values import Json

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(), part, max_size=3),
    max_leaves=10,
)


def refusal(text: str) -> Diagnostic:
    with pytest.raises(Invalid) as caught:
        read_json(text, "a.json")
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


@given(value=VALUES, escaped=st.booleans())
def test_all_json_is_read(*, value: Json, escaped: bool) -> None:
    text = json.dumps(value, ensure_ascii=escaped)
    assert json.dumps(read_json(text, "a.json")) == json.dumps(value)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"a": 1,}', "json", 1, 9),
        ("", "json", 1, 1),
        ("[1,\n 2", "json", 2, 3),
        ('{"a": 1,\n "a": 2}', "duplicate-key", 2, 2),
        ('["\\ud800"]', "json", 1, 1),
        ("[NaN]", "number", 1, 1),
        ("[1e999]", "number", 1, 2),
        ("[" + "9" * 5000 + "]", "number", 1, 2),
        ("[" * 100_000, "too-deep", 1, 65),
    ],
)
def test_what_is_not_json_is_refused_at_its_place(text: str, code: str, line: int, column: int) -> None:
    found = refusal(text)
    assert found.where is not None
    assert (found.code, found.where.line, found.where.column) == (code, line, column)


def test_a_duplicate_key_is_named_even_where_its_place_is_not_known() -> None:
    found = refusal('["\x7f", {"a": 1, "a": 2}]')  # YAML allows no such character
    assert (found.code, found.message) == ("duplicate-key", "duplicate key `a`")
