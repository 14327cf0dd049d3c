import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.report.review.marker import CommentMarker, read_marker, write_marker

BASE, HEAD, PLAN = "b" * 40, "a" * 64, "sha256:" + "c" * 64
FULL = CommentMarker("films/night", BASE, HEAD, PLAN)


@pytest.mark.parametrize(
    "marker", [FULL, CommentMarker(), CommentMarker(head="a" * 40), CommentMarker(plan=PLAN), CommentMarker(base=BASE)]
)
def test_a_marker_comes_back_as_it_was_written(marker: CommentMarker) -> None:
    assert read_marker(f"{write_marker(marker)}\n\n**3 shots**") == marker


def test_it_is_one_line_that_no_forge_shows() -> None:
    assert write_marker(FULL) == f"<!-- ltxspec:review key=films/night base={BASE} head={HEAD} plan={PLAN} -->"


@given(st.text(), st.text(), st.text())
def test_nothing_odd_gets_into_it(base: str, head: str, plan: str) -> None:
    line = write_marker(CommentMarker("ltxspec", base, head, plan))
    assert line.startswith("<!-- ltxspec:review key=ltxspec")
    assert line.index("-->") == len(line) - 3
    assert "\n" not in line


@pytest.mark.parametrize("key", ["", " x", "a b", "-->", "a" * 81, "-x"])
def test_a_key_that_could_end_it_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="cannot be the key"):
        write_marker(CommentMarker(key))


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "a comment by somebody",
        f"> {write_marker(FULL)}",
        f"look at this:\n{write_marker(FULL)}",
        "<!-- ltxspec:review key=a b -->",
        "<!-- ltxspec:review key=x plan=sha256:abc -->",
        "<!-- ltxspec:comment key=x -->",
    ],
)
def test_what_does_not_begin_with_one_has_none(comment: str) -> None:
    assert read_marker(comment) is None


def test_white_space_that_a_forge_adds_does_not_hide_it() -> None:
    assert read_marker(f"\r\n {write_marker(FULL)}\r\n") == FULL
