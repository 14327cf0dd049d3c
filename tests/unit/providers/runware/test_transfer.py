import pytest
from fakes import MemorySink
from hypothesis import given
from hypothesis import strategies as st

from ltxspec.providers.runware.transfer import ContentRange, NotAVideo, NotYet, Transfer, content_length

FILM = b"\x00\x00\x00\x18ftypisom"


def holding(content: bytes = b"") -> Transfer:
    sink = MemorySink()
    sink.data = content
    return Transfer(sink)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("bytes 5-9/10", ContentRange(5, 10, 10)),
        ("5-9/10", ContentRange(5, 10, 10)),
        (" bytes 5-9/* ", ContentRange(5, 10, None)),
        ("bytes */10", ContentRange(None, None, 10)),
        ("bytes */*", ContentRange(None, None, None)),
        *[(told, None) for told in ("", "bytes 9-5/10", "bytes 5-10/10", "bytes 5-/10", "lines 5-9/10", "bytes -5/10")],
        ("bytes \u0665-\u0669/10", None),
        (f"bytes 5-{'9' * 5000}/*", None),
    ],
)
def test_a_range_is_read_or_as_good_as_none(told: str, read: ContentRange | None) -> None:
    assert ContentRange.of({"Content-Range": told}) == read


@given(st.text())
def test_no_range_or_length_is_too_odd_to_be_read(told: str) -> None:
    part = ContentRange.of({"Content-Range": told})
    assert part is None or part.start is None or part.end is None or part.start < part.end
    length = content_length({"Content-Length": told})
    assert length is None or length == int(told)


@pytest.mark.parametrize(
    ("told", "length"), [("7", 7), ("0", 0), ("", None), ("-7", None), ("\u0667", None), ("9" * 5000, None)]
)
def test_a_length_is_a_number(told: str, length: int | None) -> None:
    assert content_length({"Content-Length": told}) == length


def test_nothing_held_asks_for_all_of_it() -> None:
    assert holding().wanted() == {}


def test_a_known_length_is_not_forgotten_for_a_part_that_does_not_tell_it() -> None:
    transfer = holding()
    transfer.begin({"Content-Length": "100"}, FILM)
    transfer.sink.write(FILM)
    transfer.go_on({"Content-Range": f"bytes {len(FILM)}-49/*"})
    assert transfer.total == 100


def test_a_part_of_unknown_length_ends_where_it_says() -> None:
    transfer = holding(FILM)
    transfer.go_on({"Content-Range": f"bytes {len(FILM)}-49/*"})
    assert transfer.total == 50


def test_what_is_discarded_is_asked_for_from_its_start() -> None:
    transfer = holding(FILM)
    transfer.validator = '"v1"'
    assert transfer.wanted() == {"Range": f"bytes={len(FILM)}-", "If-Range": '"v1"'}
    assert transfer.discard("changed").reason == "changed"
    assert transfer.wanted() == {}


def test_other_messages_than_json_are_given_up_sooner() -> None:
    transfer = holding(FILM)
    for _ in range(10):
        with pytest.raises(NotYet, match="JSON"):
            transfer.begin({}, b'{"error": 1}')
    with pytest.raises(NotAVideo, match="holds a web page or XML, not a video"):
        transfer.begin({}, b"<html>")
    assert transfer.sink.size == len(FILM)
