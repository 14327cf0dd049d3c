import json
from typing import Any

import pytest
from builders import take, task
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from replacing import replace

from ltxspec.lock.verdict_merge import merge_verdicts
from ltxspec.lock.verdicts import (
    Note,
    Remark,
    Verdict,
    VerdictError,
    VerdictFile,
    decode_verdicts,
    encode_verdicts,
    no_verdicts,
    said_in,
    verdict_schema,
    withdrawn_in,
)
from ltxspec.lock.withdrawals import Withdrawal
from ltxspec.values import TaskId

NOON, LATER = "2026-11-28T12:00:00.000Z", "2026-11-28T12:00:00.001Z"
EMPTY = no_verdicts("runware", "night")


def remark(verdict: Verdict = Verdict.APPROVED, time: str = NOON, **fields: Any) -> Remark:
    return Remark(verdict, **{"note": None, "at": None, "by": "Ann", "time": time, **fields})


remarks = st.builds(
    Remark,
    st.sampled_from(Verdict),
    st.none() | st.text(alphabet=st.characters(codec="utf-8"), max_size=5),
    st.none() | st.floats(0, 9),
    st.none() | st.sampled_from(["Ann", "Bo"]),
    st.sampled_from([NOON, LATER]),
)
fractions = st.sampled_from([0.0, 0.1, 0.25, 0.5])
places: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.builds(lambda x, y: {"at": 1.5, "point": (x, y)}, fractions, fractions),
    st.builds(lambda x, y: {"at": 1.5, "until": 2.0, "box": (x, y, 0.5, 0.5)}, fractions, fractions),
)
placed = st.builds(lambda said, place: replace(said, **place), remarks, places)
notes = st.builds(
    lambda text, time, by, place: Note(text, **{"at": None, "by": by, "time": time, **place}),
    st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=5),
    st.sampled_from([NOON, LATER]),
    st.none() | st.sampled_from(["Ann", "Bo"]),
    places,
)
takes = st.integers(1, 4).map(task)
withdrawals = st.builds(
    lambda who, when, by: Withdrawal(who, when, by, LATER),
    st.none() | st.sampled_from(["Ann", "Bo"]),
    st.sampled_from([NOON, LATER]),
    st.none() | st.sampled_from(["Ann", "Bo"]),
)
files = st.builds(
    lambda verdicts, said, gone: decode_verdicts(
        encode_verdicts(
            VerdictFile(1, "runware", "night", _tuples(verdicts), _tuples(said) or None, _tuples(gone) or None)
        ),
        "f",
    ),
    st.dictionaries(takes, st.lists(placed, min_size=1, max_size=3), max_size=3),
    st.dictionaries(takes, st.lists(notes, min_size=1, max_size=3), max_size=2),
    st.dictionaries(takes, st.lists(withdrawals, min_size=1, max_size=2), max_size=2),
)


def _tuples(said: dict[TaskId, list[Any]]) -> dict[TaskId, tuple[Any, ...]]:
    return {name: tuple(items) for name, items in said.items()}


def test_the_latest_remark_decides_and_all_are_kept() -> None:
    file = EMPTY.with_remark(task(1), remark(Verdict.REJECTED, LATER)).with_remark(task(1), remark())
    assert file.of(take()) == remark(Verdict.REJECTED, LATER)
    assert len(file.verdicts[task(1)]) == 2
    assert file.of(take(number=2)) is None


def test_of_one_moment_the_more_cautious_counts() -> None:
    file = EMPTY
    for verdict in (Verdict.NEEDS_WORK, Verdict.REJECTED, Verdict.APPROVED):
        file = file.with_remark(task(1), remark(verdict))
    decided = file.of(take())
    assert decided is not None
    assert decided.verdict is Verdict.REJECTED


@given(files)
def test_a_file_comes_back_as_it_was_and_fits_its_schema(file: VerdictFile) -> None:
    data = encode_verdicts(file)
    assert decode_verdicts(data, "f") == file
    assert encode_verdicts(decode_verdicts(data, "f")) == data
    Draft202012Validator(verdict_schema()).validate(json.loads(data))


@given(files, files, files)
def test_merging_keeps_every_remark_in_any_order(one: VerdictFile, two: VerdictFile, three: VerdictFile) -> None:
    both = merge_verdicts(one, two)
    assert both == merge_verdicts(two, one)
    assert merge_verdicts(both, three) == merge_verdicts(one, merge_verdicts(two, three))
    assert merge_verdicts(one, one) == one
    for side in (one, two):
        for name, given_ in side.verdicts.items():
            assert set(given_) <= set(both.verdicts[name])
        for name, said in side.noted.items():
            gone = {(item.note_by, item.note_time) for item in both.gone.get(name, ())}
            assert {item for item in said if (item.by, item.time) not in gone} <= set(both.noted.get(name, ()))
            assert not {(item.by, item.time) for item in both.noted.get(name, ())} & gone
            assert len(both.noted.get(name, ())) == len(set(both.noted.get(name, ())))


EARLIER = """\
{
  "provider": "runware",
  "reviewVersion": 1,
  "spec": "night",
  "verdicts": {
    "%s": [
      {
        "at": 2.5,
        "by": "Ann",
        "note": "too dark",
        "time": "2026-11-28T12:00:00.000Z",
        "verdict": "approved"
      }
    ]
  }
}
"""


def test_a_file_without_places_and_notes_is_written_as_before() -> None:
    data = (EARLIER % task(1)).encode()
    assert encode_verdicts(decode_verdicts(data, "f")) == data
    assert encode_verdicts(EMPTY.with_remark(task(1), remark(note="too dark", at=2.5))) == data


def test_a_note_that_was_withdrawn_does_not_come_back() -> None:
    note, other = Note("nice light", 1.0, "Ann", NOON), Note("rain", None, "Bo", NOON)
    before = EMPTY.with_note(task(1), note).with_note(task(1), other)
    after = before.without_note(task(1), Withdrawal("Ann", NOON, "Bo", LATER))
    assert after.noted == {task(1): (other,)}
    for merged in (merge_verdicts(before, after), merge_verdicts(after, before), after.with_note(task(1), note)):
        assert merged == after
    assert b"nice light" not in encode_verdicts(after)
    assert decode_verdicts(encode_verdicts(after), "f") == after
    moved = replace(EMPTY, spec="day").with_note(task(1), note)
    assert said_in([moved, after])[1] == said_in([after, moved])[1] == {task(1): (other,)}
    assert withdrawn_in([moved, after]) == after.gone


def test_a_withdrawal_at_no_time_is_refused() -> None:
    file = EMPTY.without_note(task(1), Withdrawal("Ann", "2026-13-28T12:00:00.000Z", None, LATER))
    with pytest.raises(VerdictError, match="which is no time"):
        decode_verdicts(encode_verdicts(file), "f")


def test_a_note_decides_nothing_and_is_kept_once() -> None:
    note = Note("nice light", 1.0, "Ann", NOON, point=(0.5, 0.5))
    file = EMPTY.with_note(task(1), note).with_note(task(1), note)
    assert file.of(take()) is None
    assert file.noted == {task(1): (note,)}


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ({"until": 1.0}, "`until` needs `at`"),
        ({"at": 1.0, "until": 1.0}, "is not after"),
        ({"at": 1.0, "box": [0.5, 0.5, 0.6, 0.1]}, "beyond the frame"),
        ({"at": 1.0, "box": [0.5, 0.5, 0, 0.1]}, "has no size"),
        ({"at": 1.0, "box": [0, 0, 1, 1], "point": [0, 0]}, "both given"),
        ({"at": 1.0, "point": [0, 2]}, "`verdicts.…[0].point"),
        ({"at": 1.0, "box": [0, 0, 1]}, "`verdicts.…[0].box"),
    ],
)
def test_a_place_that_no_frame_has_is_refused(place: dict[str, Any], words: str) -> None:
    said = {"verdict": "rejected", "note": None, "at": None, "by": None, "time": NOON, **place}
    with pytest.raises(VerdictError) as caught:
        decode_verdicts(_document(verdicts={task(1): [said]}), "f")
    assert words in caught.value.summary


def test_one_field_is_one_line() -> None:
    lines = encode_verdicts(EMPTY.with_remark(task(1), remark(note="too dark", at=2.5))).decode().splitlines()
    assert '        "at": 2.5,' in lines
    assert '        "verdict": "approved"' in lines


def _document(**changes: Any) -> bytes:
    return json.dumps({"reviewVersion": 1, "provider": "runware", "spec": "night", "verdicts": {}, **changes}).encode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<<<<<<< ours\n{}", "is not JSON"),
        (b"[]", "is not a file of verdicts"),
        (_document(reviewVersion=2), "`reviewVersion`"),
        (_document(more=1), "`more` is not a field of this version"),
        (_document(verdicts={"x": [{"verdict": "maybe"}]}), "is not a file of verdicts"),
    ],
)
def test_what_is_no_file_of_verdicts_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(VerdictError, match=words):
        decode_verdicts(data, "f")


@pytest.mark.parametrize(
    "time", ["zzz", "2026-11-28T12:00:00+05:00", "2026-11-28 12:00:00Z", "2026-13-40T12:00:00Z", "9999-12-31T23:59:59Z"]
)
def test_what_is_no_time_is_refused(time: str) -> None:
    data = encode_verdicts(EMPTY.with_remark(task(1), remark())).replace(NOON.encode(), time.encode())
    with pytest.raises(VerdictError):
        decode_verdicts(data, "f")


def test_times_of_other_precision_are_compared_as_times() -> None:
    early, late = remark(time="2026-11-28T12:00:00Z"), remark(Verdict.REJECTED, "2026-11-28T12:00:00.5Z")
    file = EMPTY.with_remark(task(1), late).with_remark(task(1), early)
    assert file.of(take()) == late


def test_a_take_that_is_listed_twice_is_refused() -> None:
    data = encode_verdicts(EMPTY.with_remark(task(1), remark()))
    start = data.index(b'    "' + task(1).encode())
    block = data[start : data.index(b"]", start) + 1]
    twice = data.replace(block, block + b",\n" + block.replace(b"approved", b"rejected"))
    with pytest.raises(VerdictError, match="appears twice"):
        decode_verdicts(twice, "f")
