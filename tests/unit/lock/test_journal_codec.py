"""The journal's lines: exact, checksummed, and safe to cut anywhere."""

import json

import orjson
import pytest
from builders import intent, output, task
from hypothesis import given
from hypothesis import strategies as st
from lockfile_strategies import events
from replacing import replace

from ltxspec.errors import Location, LockfileError, LockfileTooNew
from ltxspec.lock.journal import Abandoned, Accepted, Committed, Event, Failed, Finished, Repeated
from ltxspec.lock.journal_codec import decode_events, encode_event, intact_length
from ltxspec.lock.models import Failure

AT = "2026-11-22T10:00:00Z"
NAME = ".ltxspec/journal/night.jsonl"
STORY: list[Event] = [
    intent("Rain over Neo-Kyoto — ein Straßenmusiker 🌂"),
    Repeated(task(1), "2026-11-22T10:00:00Z"),
    Accepted(task(1), "2026-11-22T10:00:01Z"),
    Finished(task(1), (output(1, home=False),), None, "2026-11-22T10:01:12Z"),
    Failed(task(2), **Failure("contentSafety", "no", permanent=True).recorded, cost=None, at="2026-11-22T10:01:13Z"),
    Committed(task(1), "2026-11-22T10:01:15Z"),
    Abandoned(task(2), "", "2026-11-22T10:01:16Z"),
]


def written(story: list[Event]) -> bytes:
    return b"".join(map(encode_event, story))


def sealed(entry: object) -> bytes:
    """A line with a right checksum around any entry, as a later version might write it."""
    from ltxspec.canonical import sha256_hex

    raw = orjson.dumps(entry)
    return b'{"check":"' + sha256_hex(raw)[:16].encode() + b'","entry":' + raw + b"}\n"


@given(st.lists(events, max_size=6))
def test_a_journal_reads_back_as_written(story: list[Event]) -> None:
    assert decode_events(written(story), NAME) == story


def test_every_event_is_one_line_of_json() -> None:
    lines = written(STORY).splitlines()
    assert [json.loads(line)["entry"]["event"] for line in lines] == [
        "intent", "repeated", "accepted", "finished", "failed", "committed", "abandoned",
    ]  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"a", b"\n", b"\n\0\n", b"\0\n", b"\n\n\0\n", b"a\n\0\nb"])
def test_a_last_line_with_bytes_that_were_never_written_is_torn(data: bytes) -> None:
    whole = data[: data.rfind(b"\n") + 1]
    lines = whole.splitlines(keepends=True)
    torn = len(lines[-1]) if lines and b"\0" in lines[-1] else 0
    assert intact_length(data) == len(whole) - torn


def test_an_order_reads_back_byte_for_byte() -> None:
    order = {"z": 1, "a": 25.0, "é": [1e16, 0.1], "nested": {"y": None, "b": True}, "text": "a\nb\u2028\u0000"}
    (read,) = decode_events(encode_event(replace(intent(), order=order)), NAME)
    assert orjson.dumps(getattr(read, "order")) == orjson.dumps(order)  # noqa: B009  # any event, and this one has it


def test_a_line_cut_off_anywhere_is_ignored_and_what_stands_before_it_is_kept() -> None:
    before, last = written(STORY[:-1]), encode_event(STORY[0])
    for length in range(len(last)):
        data = before + last[:length]
        assert decode_events(data, NAME) == STORY[:-1]
        assert intact_length(data) == len(before)


@pytest.mark.parametrize("tail", [b"\0" * 40, b"\0" * 40 + b"\n", b'{"check":"0123' + b"\0" * 600 + b"}\n"])
def test_blocks_that_were_never_written_before_the_machine_went_down_are_ignored(tail: bytes) -> None:
    before = written(STORY)
    assert decode_events(before + tail, NAME) == STORY
    assert intact_length(before + tail) == len(before)


@given(st.data())
def test_damage_to_a_finished_line_is_never_ignored(data: st.DataObject) -> None:
    journal = bytearray(written(STORY))
    place = data.draw(st.integers(0, len(journal) - 2))
    value = data.draw(st.integers(1, 255).filter(lambda byte: byte != journal[place]))
    journal[place] = value
    with pytest.raises(LockfileError, match=r"damaged at line \d"):
        decode_events(bytes(journal), NAME)


@pytest.mark.parametrize("number", range(len(STORY)))
def test_the_damaged_line_is_named(number: int) -> None:
    lines = written(STORY).splitlines(keepends=True)
    lines[number] = lines[number].replace(b'"at"', b'"ta"')
    with pytest.raises(LockfileError) as caught:
        decode_events(b"".join(lines), NAME)
    assert caught.value.summary == f"journal `{NAME}` is damaged at line {number + 1}"
    assert str(caught.value.where) == f"{NAME}:{number + 1}:1"
    assert caught.value.hint


@pytest.mark.parametrize("junk", [b"\n", b"{}\n", b"[]\n", b"\xff\n", b"<<<<<<< HEAD\n"])
def test_a_foreign_line_is_damage(junk: bytes) -> None:
    with pytest.raises(LockfileError, match="line 2"):
        decode_events(encode_event(STORY[0]) + junk + encode_event(STORY[1]), NAME)


def test_two_lines_glued_together_by_a_torn_write_are_damage() -> None:
    torn = encode_event(STORY[0])[:-20]
    with pytest.raises(LockfileError, match="line 1"):
        decode_events(torn + encode_event(STORY[1]), NAME)


@pytest.mark.parametrize(
    "entry",
    [
        {"event": "refunded", "taskUUID": "x", "at": "now"},
        {"event": "accepted", "taskUUID": "x", "at": "now", "queue": 7},
        {"event": "finished", "taskUUID": "x", "at": "now", "outputs": "many", "cost": None},
        {"event": "accepted", "taskUUID": 7, "at": "now"},
        {"event": 7},
        [],
    ],
)
def test_a_sound_line_that_is_not_understood_comes_from_a_later_version(entry: object) -> None:
    with pytest.raises(LockfileTooNew, match="line 2") as caught:
        decode_events(encode_event(STORY[0]) + sealed(entry), NAME)
    assert (caught.value.where, caught.value.hint) == (Location(NAME, 2, 1), "upgrade ltxspec")


def test_an_empty_journal_has_no_events() -> None:
    assert decode_events(b"", NAME) == []
    assert intact_length(b"") == 0


def test_an_order_that_json_cannot_hold_is_refused_before_it_is_sent() -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode_event(replace(intent(), order={"seed": 2**70}))


def test_a_providers_odd_message_does_not_lose_the_event() -> None:
    odd = Failed(task(1), **Failure("x", "\ud83d", permanent=False).recorded, cost=None, at="2026-11-22T10:00:00Z")
    (read,) = decode_events(encode_event(odd), NAME)
    assert isinstance(read, Failed)
    assert read.failure.message == "?"
