"""The lockfile's bytes: written one way only, read strictly, never mistaken for an empty one."""

import hashlib
import json
import re
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from builders import lockfile, output, record, take, task
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from lockfile_strategies import lockfiles
from msgspec import structs
from replacing import replace

from ltxspec.canonical import digest
from ltxspec.errors import LockfileError, LockfileTooNew
from ltxspec.lock.codec import (
    Block,
    Encoded,
    LockfileDocument,
    decode_lockfile,
    encode_lockfile,
    encoded_pieces,
    lockfile_schema,
)
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Failure, Lockfile, ShotRecord

NAME = "lockfiles/night.lock.json"
GOLDEN = Path(__file__).parents[2] / "golden" / "lockfiles"


def document(**shots: ShotRecord) -> dict[str, Any]:
    """A lockfile as JSON, to be spoiled by a test."""
    parsed: dict[str, Any] = json.loads(encode_lockfile(replace(lockfile(), shots=shots)))
    return parsed


def block(parsed: dict[str, Any], key: str = "alley") -> dict[str, Any]:
    found: dict[str, Any] = parsed["shots"][key]
    return found


def sealed(parsed: dict[str, Any]) -> bytes:
    """The document with right digests, so that only what the test spoiled is wrong."""
    for section in ("shots", "retired"):
        for key, item in parsed[section].items():
            item["digest"] = digest({**{name: value for name, value in item.items() if name != "digest"}, "shot": key})
    return json.dumps(parsed, indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def refused(data: bytes) -> LockfileError:
    with pytest.raises(LockfileError) as caught:
        decode_lockfile(data, NAME)
    return caught.value


@given(lockfiles)
def test_what_is_written_reads_back_the_same(value: Lockfile) -> None:
    assert decode_lockfile(encode_lockfile(value), NAME) == value


@given(lockfiles)
def test_writing_again_gives_the_same_bytes(value: Lockfile) -> None:
    data = encode_lockfile(value)
    assert encode_lockfile(decode_lockfile(data, NAME)) == data


@given(lockfiles)
def test_the_layout_is_what_any_json_library_writes_with_sorted_keys_and_two_spaces(value: Lockfile) -> None:
    data = encode_lockfile(value)
    parsed = json.loads(data)
    assert list(parsed) == sorted(parsed)
    assert data.endswith(b"}\n")
    assert not re.search(rb"^\t|^(  )* [^ ]", data, re.MULTILINE)


@given(lockfiles)
def test_every_digest_covers_its_block_and_key_without_the_digest_itself(value: Lockfile) -> None:
    parsed = json.loads(encode_lockfile(value))
    for key, item in [*parsed["shots"].items(), *parsed["retired"].items()]:
        assert item.pop("digest") == digest({**item, "shot": key})


def test_a_block_put_under_another_key_does_not_match_its_digest() -> None:
    parsed = document(alley=record(take()), fog=record(take("b", number=2)))
    shots = parsed["shots"]
    shots["alley"], shots["fog"] = shots["fog"], shots["alley"]
    assert "`alley`, `fog` do not match their digests" in refused(json.dumps(parsed).encode()).summary


@given(lockfiles)
def test_digests_of_earlier_versions_that_left_the_key_out_are_read(value: Lockfile) -> None:
    parsed = json.loads(encode_lockfile(value))
    for item in [*parsed["shots"].values(), *parsed["retired"].values()]:
        item["digest"] = digest({name: part for name, part in item.items() if name != "digest"})
    assert decode_lockfile(json.dumps(parsed).encode(), NAME) == value


def test_names_and_nulls_are_those_of_the_format() -> None:
    failed = take("b", number=2, status="failed", cost=None, permanent=False, at="2026-11-22T11:00:00Z")
    parsed = document(alley=record(take(), failed))
    good, bad = block(parsed)["takes"]
    assert sorted(parsed) == ["lockfileVersion", "provider", "retired", "shots", "spec"]
    assert sorted(block(parsed)) == ["current", "digest", "takes"]
    assert good.pop("outputs") == [
        {
            "bytes": 1000,
            "cost": "0.48",
            "sha256": f"{1:064x}",
            "videoURL": "https://videos.example/1.mp4",
            "videoUUID": "video-1",
        }
    ]
    assert good.pop("request")["positivePrompt"] == "a"
    assert good == {
        "attempt": 1,
        "cost": "0.48",
        "expiresAt": None,
        "fingerprint": take().fingerprint,
        "finishedAt": "2026-11-22T10:00:00Z",
        "inputs": {},
        "model": "maker:1@0",
        "retake": 1,
        "status": "succeeded",
        "submittedAt": "2026-11-22T10:00:00Z",
        "taskUUID": task(1),
    }
    assert (bad["cost"], bad["outputs"], bad["status"]) == (None, [], "failed")
    assert (bad["code"], bad["message"], bad["permanent"]) == ("providerError", "it broke", False)


def test_one_changed_take_changes_only_the_lines_of_its_shot() -> None:
    before = encode_lockfile(lockfile(alley=record(take()), fog=record(take("b", number=2))))
    changed = replace(take(), finished_at="2026-11-22T10:09:09Z")
    after = encode_lockfile(lockfile(alley=record(changed), fog=record(take("b", number=2))))
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    assert [old.split(b":")[0].strip() for old, new in lines if old != new] == [b'"digest"', b'"finishedAt"']


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.name)
def test_golden_files_stay_readable_and_are_written_back_unchanged(path: Path) -> None:
    data = path.read_bytes()
    value = decode_lockfile(data, path.name)
    assert encode_lockfile(value) == data
    assert value.shots
    assert value.retired


def test_a_golden_file_with_digests_of_earlier_versions_is_read_as_the_present_one() -> None:
    earlier = (GOLDEN / "earlier" / "digest-without-key.lock.json").read_bytes()
    present = (GOLDEN / "v1.lock.json").read_bytes()
    assert encode_lockfile(decode_lockfile(earlier, NAME)) == present != earlier


def test_a_lockfile_of_whole_seconds_is_read_in_the_order_its_takes_were_bought() -> None:
    """Earlier versions let the id decide within a second; the digest covers the block as it stands in the file."""
    second, first = take(number=1, retake=2), take(number=2)
    parsed = document(alley=record(first, second))
    block(parsed)["takes"].reverse()  # as an earlier version wrote them
    assert decode_lockfile(sealed(parsed), NAME).shots["alley"].takes == (first, second)


def test_a_pick_is_written_only_where_somebody_picked() -> None:
    shot = record(take(), take(number=2, retake=2))
    assert b"picked" not in encode_lockfile(lockfile(alley=shot))
    picked = lockfile(alley=shot.with_pick(task(1)))
    assert [item.get("picked") for item in block(document(alley=picked.shots["alley"]))["takes"]] == ["video-1", None]
    assert decode_lockfile(encode_lockfile(picked), NAME) == picked


@pytest.mark.parametrize(("status", "mark"), [("failed", "video-1"), ("succeeded", ""), ("succeeded", 1)])
def test_a_pick_that_cannot_be_one_is_damage(status: str, mark: object) -> None:
    parsed = document(alley=record(take(status=status)))
    block(parsed)["takes"][0]["picked"] = mark
    assert "`shots.alley.takes[0].picked`" in refused(sealed(parsed)).summary


def test_money_keeps_every_digit_and_unknown_stays_unknown() -> None:
    odd = replace(take(), cost=Decimal("0.1000000000000000055"), outputs=(replace(output(), cost=None),))
    parsed = document(alley=record(odd))
    assert block(parsed)["takes"][0]["cost"] == "0.1000000000000000055"
    assert block(parsed)["takes"][0]["outputs"][0]["cost"] is None


def test_numbers_of_a_request_keep_their_form() -> None:
    data = encode_lockfile(lockfile(alley=record(take(fps=25.0, steps=30, scale=7.5))))
    assert {b'"fps": 25.0', b'"steps": 30', b'"scale": 7.5'} <= {line.strip(b" ,") for line in data.splitlines()}


def test_an_error_message_that_utf8_cannot_hold_does_not_lose_the_take() -> None:
    odd = replace(take(status="failed"), **Failure("bad", "half a \ud83d face", permanent=True).recorded)
    value = decode_lockfile(encode_lockfile(lockfile(alley=record(odd))), NAME)
    failure = value.shots["alley"].takes[0].failure
    assert failure is not None
    assert failure.message == "half a ? face"


@pytest.mark.parametrize(
    "broken", [ShotRecord(task(2), (take(),)), record(take(seed=2**70)), record(take(seed=Decimal(7)))]
)
def test_what_could_not_be_read_back_is_not_written(broken: ShotRecord) -> None:
    with pytest.raises(ValueError, match=r".+"):
        encode_lockfile(lockfile(alley=broken))


@pytest.mark.parametrize("length", range(1, 60))
def test_a_truncated_lockfile_is_an_error_never_an_empty_lockfile(length: int) -> None:
    data = encode_lockfile(lockfile(alley=record(take())))
    error = refused(data[: len(data) * length // 60])
    assert "git checkout" in (error.hint or "")


@pytest.mark.parametrize("data", [b"", b"\n", b" \r\n\t"])
def test_an_empty_file_is_an_error(data: bytes) -> None:
    assert refused(data).summary == f"lockfile `{NAME}` is empty"


@pytest.mark.parametrize("data", [b"\0\0\0", b"\xff\xfe", b"[]", b"null", b"7", b'"x"', b"{}", b"{} {}", b"[" * 5000])
def test_garbage_is_an_error(data: bytes) -> None:
    assert NAME in refused(data).summary


def test_endless_nesting_is_an_error() -> None:
    deep = b'{"lockfileVersion": 1, "provider": "p", "spec": "s", "shots": ' + b'{"a":' * 300 + b"1" + b"}" * 301
    assert "damaged" in refused(deep).summary


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> theirs", "||||||| base"])
def test_conflict_markers_are_named_with_the_cure(marker: str) -> None:
    lines = encode_lockfile(lockfile(alley=record(take()))).decode().splitlines(keepends=True)
    error = refused("".join([*lines[:4], f"{marker}\n", *lines[4:]]).encode())
    assert "conflict markers" in error.summary
    assert "ltxspec lock merge" in (error.hint or "")
    assert str(error.where) == f"{NAME}:5:1"


def test_a_later_version_is_refused_before_anything_else_is_looked_at() -> None:
    with pytest.raises(LockfileTooNew, match=r"version 2.*up to version 1"):
        decode_lockfile(b'{"lockfileVersion": 2, "whatever": []}', NAME)


@pytest.mark.parametrize("version", [None, True, 0, -1, "1", 1.0])
def test_a_version_that_is_no_version_is_damage(version: object) -> None:
    parsed = {**document(), "lockfileVersion": version}
    error = refused(json.dumps(parsed).encode())
    assert not isinstance(error, LockfileTooNew)
    assert "`lockfileVersion` must be an integer" in error.summary


def test_a_changed_block_is_found_by_its_digest_and_named_with_its_place_and_cure() -> None:
    data = encode_lockfile(lockfile(alley=record(take()), fog=record(take("b", number=2))))
    error = refused(data.replace(b'"positivePrompt": "b"', b'"positivePrompt": "c"'))
    assert error.summary == f"lockfile `{NAME}`: `fog` does not match its digest"
    assert "ltxspec lock merge" in (error.hint or "")
    assert "git diff -- lockfiles/night.lock.json" in (error.hint or "")
    assert error.where is not None
    assert error.where.excerpt == '    "fog": {'
    assert data.splitlines()[error.where.line - 1].decode() == error.where.excerpt


def test_many_changed_blocks_are_counted() -> None:
    shots = {f"s{number}": record(take(number=number)) for number in range(1, 6)}
    data = encode_lockfile(replace(lockfile(), shots=shots)).replace(b'"duration": 8', b'"duration": 6')
    assert "`s1`, `s2`, `s3` and 2 more do not match their digests" in refused(data).summary


def test_digests_may_be_left_unchecked_for_a_merge() -> None:
    data = encode_lockfile(lockfile(alley=record(take()))).replace(b'"duration": 8', b'"duration": 6')
    value = decode_lockfile(data, NAME, check_digests=False)
    assert value.shots["alley"].takes[0].request["duration"] == 6


def test_a_digest_over_floats_and_non_ascii_keys_is_canonical() -> None:
    odd: dict[str, Any] = {"fps": 25.0, "ü": 1, "\U0001f600": 1e16, "\uffff": 2}
    value = lockfile(alley=record(replace(take(), request=odd)))
    parsed = json.loads(encode_lockfile(value))
    item = block(parsed)
    recorded = item.pop("digest")
    item["shot"] = "alley"
    assert recorded == digest(item)
    assert recorded != f"sha256:{hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()}"
    assert decode_lockfile(encode_lockfile(value), NAME) == value


@pytest.mark.parametrize("line", ['"takes"', '"alley"', '"cost"', '"spec"'])
def test_a_key_that_stands_twice_is_an_error(line: str) -> None:
    data = encode_lockfile(lockfile(alley=record(take())))
    key, _, rest = data.decode().partition(f"{line}: ")
    value = json.dumps(json.JSONDecoder().raw_decode(rest)[0])
    error = refused(f"{key}{line}: {value},\n{line}: {rest}".encode())
    assert "appears twice" in error.summary
    assert line.strip('"') in error.summary


def test_among_many_keys_the_one_that_stands_twice_is_found_at_once() -> None:
    many = 40_000
    names = "".join(f'"k{number}":1,' for number in range(many))
    started = time.process_time()
    error = refused(f'{{"lockfileVersion":1,"shots":{{{names}"k{many - 1}":1}}}}'.encode())
    assert f"`k{many - 1}` appears twice" in error.summary
    assert time.process_time() - started < 10  # of the minutes that 800 million comparisons take


def test_other_layouts_and_line_ends_are_read() -> None:
    value = lockfile(alley=record(take()))
    data = encode_lockfile(value)
    assert decode_lockfile(data.replace(b"\n", b"\r\n"), NAME) == value
    assert decode_lockfile(json.dumps(json.loads(data)).encode(), NAME) == value


def test_missing_nullable_fields_are_read_as_null() -> None:
    parsed = document(alley=record(take()))
    names = ("cost", "submittedAt", "finishedAt", "expiresAt", "retake", "attempt", "inputs")
    for name in names:
        del block(parsed)["takes"][0][name]
    block(parsed)["takes"][0]["outputs"] = [{}]
    read = decode_lockfile(sealed(parsed), NAME).shots["alley"].takes[0]
    assert (read.cost, read.submitted_at, read.retake, read.attempt, read.inputs) == (None, None, None, None, {})
    assert (read.outputs[0].cost, read.outputs[0].video_url) == (None, None)


def test_a_failure_that_does_not_say_whether_it_is_permanent_blocks() -> None:
    parsed = document(alley=record(take(status="failed")))
    del block(parsed)["takes"][0]["permanent"]
    failure = decode_lockfile(sealed(parsed), NAME).shots["alley"].takes[0].failure
    assert failure is not None
    assert failure.permanent


def test_takes_are_put_in_order_when_read() -> None:
    early, late = take(number=2, at="2026-11-22T09:00:00Z"), take(number=1)
    parsed = document(alley=record(early, late))
    block(parsed)["takes"].reverse()
    assert decode_lockfile(sealed(parsed), NAME).shots["alley"].takes == (early, late)


def test_takes_are_written_in_the_order_they_were_bought() -> None:
    early, late = take(number=2, at="2026-11-22T09:00:00Z"), take(number=1)
    assert encode_lockfile(lockfile(alley=ShotRecord(None, (late, early)))) == encode_lockfile(
        lockfile(alley=ShotRecord(None, (early, late)))
    )


def test_a_name_that_utf8_cannot_hold_is_not_written() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        encode_lockfile(Lockfile("runware", "night\ud800"))


def test_a_number_that_no_canonical_form_has_is_damage() -> None:
    data = encode_lockfile(lockfile(alley=record(take(seed=7)))).replace(b'"seed": 7', f'"seed": {2**60}'.encode())
    assert "it contains a value that ltxspec never writes" in refused(data).summary


@pytest.mark.parametrize("value", [Block(None, (), "x"), LockfileDocument(1, "p", "s", {}, {})], ids=repr)
def test_what_was_read_cannot_be_changed_in_place(value: Any) -> None:
    with pytest.raises(AttributeError):
        setattr(value, value.__struct_fields__[0], None)


ROOT = ("provider", "spec", "shots", "retired")
SPOILED_TAKES: list[tuple[str, object]] = [
    ("taskUUID", None),
    ("taskUUID", ""),
    ("taskUUID", 7),
    ("fingerprint", None),
    ("model", 3),
    ("request", None),
    ("request", []),
    ("status", "running"),
    ("status", None),
    ("cost", 0.48),
    ("cost", 0),
    ("cost", ""),
    ("cost", "free"),
    ("cost", "1e3"),
    ("cost", "NaN"),
    ("cost", True),
    ("outputs", None),
    ("outputs", {}),
    ("outputs", [None]),
    ("outputs", [{"bytes": True}]),
    ("outputs", [{"bytes": -1}]),
    ("outputs", [{"bytes": 1.5}]),
    ("outputs", [{"sha256": 5}]),
    ("outputs", [{"videoURL": []}]),
    ("outputs", [{"surprise": 1}]),
    ("inputs", []),
    ("inputs", {"a.jpg": 1}),
    ("submittedAt", 1_700_000_000),
    ("retake", 0),
    ("retake", True),
    ("attempt", "1"),
    ("code", "x"),
    ("permanent", False),
    ("surprise", 1),
]


@pytest.mark.parametrize(("field", "value"), SPOILED_TAKES, ids=repr)
def test_a_wrong_field_of_a_take_is_named(field: str, value: object) -> None:
    parsed = document(alley=record(take()))
    block(parsed)["takes"][0][field] = value
    error = refused(sealed(parsed))
    assert f"shots.alley.takes[0].{field}" in error.summary
    assert error.where is not None
    assert error.where.excerpt.strip() == '"alley": {'


@pytest.mark.parametrize("field", ["code", "message", "permanent"])
@pytest.mark.parametrize("value", [7, None])
def test_a_failed_take_needs_its_reason(field: str, value: object) -> None:
    if (field, value) == ("permanent", None):
        return  # read as permanent, see above
    parsed = document(alley=record(take(status="failed")))
    block(parsed)["takes"][0][field] = value
    assert f"takes[0].{field}" in refused(sealed(parsed)).summary


@pytest.mark.parametrize("field", ROOT)
@pytest.mark.parametrize("value", [None, 7, ""])
def test_a_wrong_field_of_the_root_is_named(field: str, value: object) -> None:
    parsed = {**document(), field: value}
    assert f"`{field}`" in refused(json.dumps(parsed).encode()).summary


def test_an_unknown_field_of_the_root_or_of_a_shot_is_refused() -> None:
    parsed = document(alley=record(take()))
    block(parsed)["note"] = "hello"
    assert "shots.alley.note" in refused(sealed(parsed)).summary
    assert "`serial`" in refused(json.dumps({**document(), "serial": 3}).encode()).summary


@pytest.mark.parametrize("value", [None, [], "x", {}, {"digest": 5}, {"digest": "x", "takes": {}}])
def test_a_block_that_is_none_is_refused(value: object) -> None:
    parsed = {**document(), "shots": {"alley": value}}
    assert "shots.alley" in refused(json.dumps(parsed).encode()).summary


def test_a_current_take_must_be_there() -> None:
    parsed = document(alley=record(take()))
    block(parsed)["current"] = task(9)
    assert "`shots.alley.current` names a take that does not exist" in refused(sealed(parsed)).summary


def test_a_task_stands_only_once_in_a_shot() -> None:
    parsed = document(alley=record(take()))
    block(parsed)["takes"] *= 2
    assert "names one task twice" in refused(sealed(parsed)).summary


GOLDEN_SCHEMA = Path(__file__).parents[2] / "golden" / "lockfiles"
VALIDATOR = Draft202012Validator(lockfile_schema())


def problems(parsed: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(parsed)]


def test_it_is_a_valid_schema_and_plain_json() -> None:
    Draft202012Validator.check_schema(lockfile_schema())
    assert json.loads(json.dumps(lockfile_schema())) == lockfile_schema()


@given(lockfiles)
def test_every_lockfile_that_is_written_fits(value: Lockfile) -> None:
    assert problems(json.loads(encode_lockfile(value))) == []


@pytest.mark.parametrize("path", sorted(GOLDEN_SCHEMA.glob("*.json")), ids=lambda path: path.name)
def test_golden_files_fit(path: Path) -> None:
    assert problems(json.loads(path.read_bytes())) == []


def first_take(parsed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = parsed["shots"]["alley"]["takes"][0]
    return found


SPOILERS: list[Callable[[dict[str, Any]], object]] = [
    lambda parsed: parsed.update(lockfileVersion=2),
    lambda parsed: parsed.update(serial=1),
    lambda parsed: parsed.pop("retired"),
    lambda parsed: parsed["shots"]["alley"].pop("digest"),
    lambda parsed: parsed["shots"]["alley"].update(digest="sha256:abc"),
    lambda parsed: first_take(parsed).update(cost=0.48),
    lambda parsed: first_take(parsed).update(cost="1e3"),
    lambda parsed: first_take(parsed).update(status="running"),
    lambda parsed: first_take(parsed).update(status="failed"),
    lambda parsed: first_take(parsed).update(code="x"),
    lambda parsed: first_take(parsed).update(message="y"),
    lambda parsed: first_take(parsed).update(permanent=False),
    lambda parsed: first_take(parsed).update(status="failed", code="x", message="y", permanent=False, picked="1"),
    lambda parsed: first_take(parsed).update(status="failed", code="x", message="y"),
    lambda parsed: first_take(parsed).update(retake=0),
    lambda parsed: first_take(parsed).update(submittedAt="yesterday"),
    lambda parsed: first_take(parsed)["outputs"][0].update(sha256="ABC"),
    lambda parsed: first_take(parsed)["outputs"][0].update(bytes=-1),
    lambda parsed: first_take(parsed).pop("expiresAt"),
]


@pytest.mark.parametrize("spoil", SPOILERS)
def test_what_is_no_lockfile_does_not_fit(spoil: Callable[[dict[str, Any]], object]) -> None:
    parsed = json.loads(encode_lockfile(lockfile(alley=record(take()))))
    assert problems(parsed) == []
    spoil(parsed)
    assert problems(parsed) != []


FACTS = VideoFacts(width=64, height=48, fps=25.0, seconds=8.04, audio=False, black_seconds=0.0, frozen_seconds=1.5)


def test_what_was_measured_is_read_as_it_was_written() -> None:
    measured = replace(take(), outputs=(structs.replace(output(), facts=FACTS, unmet=("fps",)),))
    written = encode_lockfile(lockfile(alley=record(measured)))
    assert decode_lockfile(written, "l").shots["alley"].takes == (measured,)
    assert json.loads(written)["shots"]["alley"]["takes"][0]["outputs"][0]["facts"]["seconds"] == 8.04


def test_a_video_that_was_not_measured_is_written_as_before() -> None:
    (written,) = json.loads(encode_lockfile(lockfile(alley=record(take()))))["shots"]["alley"]["takes"]
    assert written["outputs"][0].keys() == {"bytes", "cost", "sha256", "videoURL", "videoUUID"}


def test_every_field_that_is_written_is_described() -> None:
    failed = replace(take(number=2, status="failed"), submitted_at="2026-11-23T10:00:00Z", fence=3)
    measured = replace(take(), outputs=(structs.replace(output(), facts=FACTS, unmet=("fps",)),))
    parsed = json.loads(encode_lockfile(lockfile(alley=record(measured, failed).with_pick(task(1)))))
    good, bad = parsed["shots"]["alley"]["takes"]
    definitions = lockfile_schema()["$defs"]
    assert set(definitions["Take"]["properties"]) == {*good, *bad}
    assert set(definitions["Output"]["properties"]) == set(good["outputs"][0])
    assert set(definitions["VideoFacts"]["properties"]) == set(good["outputs"][0]["facts"])
    assert set(definitions["Block"]["properties"]) == set(parsed["shots"]["alley"])
    assert set(lockfile_schema()["properties"]) == set(parsed)


def test_the_published_file_says_the_same_with_every_description() -> None:
    published = Path(__file__).parents[3] / "schemas" / "lockfile" / "v1.json"
    assert json.loads(published.read_bytes()) == lockfile_schema()


@given(st.lists(lockfiles, min_size=1, max_size=4))
def test_blocks_that_are_not_encoded_again_give_the_same_bytes(stages: list[Lockfile]) -> None:
    known: Encoded = {}
    for stage in (*stages, stages[0]):
        for _ in range(2):
            assert b"".join(encoded_pieces(stage, known)) == encode_lockfile(stage)
        kept = {(section, key) for section in ("shots", "retired") for key in getattr(stage, section)}
        assert known.keys() == kept


def test_a_lockfile_that_cannot_be_encoded_is_refused_with_kept_blocks_as_well() -> None:
    dangling = lockfile(alley=replace(record(take()), current=task(9)))
    encoders: list[Callable[[Lockfile], object]] = [encode_lockfile, lambda value: encoded_pieces(value, {})]
    for encode in encoders:
        with pytest.raises(ValueError, match="is not among the takes"):
            encode(dangling)
        with pytest.raises(ValueError, match=r"surrogate|UTF-8"):
            encode(lockfile(**{"\ud800": record(take())}))
