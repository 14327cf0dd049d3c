import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ltxspec.canonical import canonical_bytes, digest, has_digest, sha256_hex

SAFE = 2**53 - 1
TEXTS = st.text(alphabet=st.characters(codec="utf-8"))
JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-SAFE, SAFE),
        st.floats(allow_nan=False, allow_infinity=False),
        TEXTS,
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=12,
)


@given(JSON)
@example({"\U0001f600": 1, "\ue000": 2})
@example([1e21, 1e-7, 1.5e-6, 5e-324, 1.7976931348623157e308, 1e15, 1e16, -0.0, 0.1])
@example('\u2028\x7f\x00\x1f"\\/é')
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@given(JSON)
def test_canonical_json_reads_back_to_the_same_value(value: Any) -> None:
    assert json.loads(canonical_bytes(value), parse_int=float) == value  # every number is a double, as in JavaScript


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (8.0, "8"),
        ([8, 8.0, -0.0], "[8,8,0]"),
        ((1, 2), "[1,2]"),
        ("é😀", '"é😀"'),
        (1e21, "1e+21"),
        (0.000001, "0.000001"),
        ({}, "{}"),
    ],
)
def test_examples_by_hand(value: Any, text: str) -> None:
    assert canonical_bytes(value) == text.encode("utf-8")


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        [SAFE + 1],
        {"a": -SAFE - 1},
        "\ud800",
        {"\ud800": 1},
        {1: 2},
        pytest.param(object(), id="an object"),
        {"a": {1, 2}},
        b"bytes",
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_bytes(value)


def test_true_is_not_one() -> None:
    assert canonical_bytes([True]) != canonical_bytes([1])


def test_digests_name_their_algorithm() -> None:
    # the SHA-256 of `{}`, computed elsewhere
    empty = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert (digest({}), sha256_hex(b"{}")) == (f"sha256:{empty}", empty)


@given(JSON)
def test_the_order_of_keys_does_not_matter(value: Any) -> None:
    def reversed_keys(item: Any) -> Any:
        if isinstance(item, dict):
            return {key: reversed_keys(item[key]) for key in reversed(item)}
        return [reversed_keys(part) for part in item] if isinstance(item, list) else item

    assert digest(reversed_keys(value)) == digest(value)


@given(JSON)
def test_a_value_has_its_digest_and_no_other(value: Any) -> None:
    assert has_digest(value, digest(value))
    assert not has_digest([value], digest(value))
