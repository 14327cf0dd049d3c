"""Markers say again what was written into them, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.forges.marker import Marker

HEAD = "0123456789abcdef" * 2 + "01234567"
DIGEST = "sha256:" + "5" * 64


@given(
    run=st.tuples(st.integers(0, 10**17), st.integers(0, 10**6)),
    digest=st.sampled_from(["", DIGEST]),
    key=st.text(max_size=40),
)
def test_what_is_written_is_read_back(run: tuple[int, int], digest: str, key: str) -> None:
    marker = Marker(HEAD, digest, run, key)
    line = marker.line()
    read = Marker.read(f"{line}\nand text")
    assert read is not None
    assert (read.head, read.digest, read.run) == (HEAD, digest, run)
    assert read.same_comment(marker)
    assert line.count("-->") == 1


def test_keys_that_differ_are_different_comments() -> None:
    assert not Marker(HEAD, key="a").same_comment(Marker(HEAD, key="b"))


@pytest.mark.parametrize(
    ("one", "other"), [("фильм", "кино"), ("a b", "a_b"), ("a--b", "a_b"), ("", "_"), ("-->", "_>")]
)
def test_keys_of_other_scripts_are_different_comments_too(one: str, other: str) -> None:
    markers = [Marker.read(f"{Marker(HEAD, key=key).line()}\n") for key in (one, other)]
    assert markers[0] is not None
    assert markers[1] is not None
    assert not markers[0].same_comment(markers[1])
    assert markers[0].same_comment(Marker(HEAD, key=one))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "text",
        f"> {Marker(HEAD).line()}",
        f"\n{Marker(HEAD).line()}",
        Marker(HEAD).line().replace("digest=none", "digest=sha256:1"),
        Marker(HEAD).line().replace("head=", "head=x"),
        Marker(HEAD).line().replace(" -->", ""),
    ],
)
def test_other_texts_are_no_markers(body: str) -> None:
    assert Marker.read(body) is None
