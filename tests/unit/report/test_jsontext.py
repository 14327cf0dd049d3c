import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.jsontext import as_text, encode

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters()), inner, max_size=4),
    max_leaves=20,
)


@given(value=values, indent=st.booleans())
def test_every_json_value_survives(value: object, *, indent: bool) -> None:
    assert json.loads(encode(value, indent=indent)) == value


@pytest.mark.parametrize("value", ["lone \ud800 surrogate", 2**70])
def test_what_the_fast_encoder_refuses_is_written_all_the_same(value: object) -> None:
    assert json.loads(as_text({"a": [value]})) == {"a": [value]}
