import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.catalog.signatures import without_signature

PLAIN = "https://media.example/a%20b/hero.jpg"


@pytest.mark.parametrize(
    ("signed", "left"),
    [
        ("?X-Amz-Signature=00&X-Amz-Date=1", ""),
        ("?x-amz-signature=00&x-amz-expires=1&versionId=3", "?versionId=3"),
        ("?w=100&X%2DAmz%2DSignature=00&h=%20", "?w=100&h=%20"),
        ("?X-Goog-Signature=00&generation=17#top", "?generation=17#top"),
        ("?Signature=a&Expires=1&AWSAccessKeyId=b", ""),
        ("?Signature=a&Expires=1&Key-Pair-Id=b&w=2", "?w=2"),
        ("?sig=a&sv=b&se=c&sp=r&snapshot=2026", "?snapshot=2026"),
        ("?sig=a&sv=b&si=policy&sr=b", ""),
        ("?sv=1&sig=2&sr=cat&st=7", "?sv=1&sig=2&sr=cat&st=7"),
        ("?sig=a", "?sig=a"),  # of no known scheme
        ("?Signature=a&Expires=1", "?Signature=a&Expires=1"),
        ("?X-Amz-Date=1", "?X-Amz-Date=1"),  # not signed
        ("?Expires=1&sv=2", "?Expires=1&sv=2"),
        ("?", "?"),
        ("", ""),
        ("#X-Amz-Signature=00", "#X-Amz-Signature=00"),
    ],
)
def test_only_the_parameters_of_a_known_signature_are_left_out(signed: str, left: str) -> None:
    assert without_signature(PLAIN + signed) == PLAIN + left


@pytest.mark.parametrize(
    "text", ["a.jpg?X-Amz-Signature=00", "data:image/png;base64,?X-Amz-Signature=0", "?sig=1&sv=2"]
)
def test_text_that_is_no_address_is_returned_as_it_is(text: str) -> None:
    assert without_signature(text) == text


@given(st.text(alphabet="abX-AmzSigntur&=?#%2D/:", max_size=60))
def test_leaving_the_signature_out_twice_changes_nothing_more(text: str) -> None:
    once = without_signature(f"https://{text}")
    assert without_signature(once) == once
    assert once == f"https://{text}" or len(once) < len(f"https://{text}")
