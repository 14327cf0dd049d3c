"""The published schema says what the codec writes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from builders import lockfile, record, take, task
from hypothesis import given
from jsonschema import Draft202012Validator
from lockfile_strategies import lockfiles
from replacing import replace

from ltxspec.lock.codec import encode_lockfile
from ltxspec.lock.models import Lockfile
from ltxspec.lock.schema import lockfile_schema

GOLDEN = Path(__file__).parents[2] / "golden" / "lockfiles"
VALIDATOR = Draft202012Validator(lockfile_schema())


def problems(parsed: object) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(parsed)]


def test_it_is_a_valid_schema_and_plain_json() -> None:
    Draft202012Validator.check_schema(lockfile_schema())
    assert json.loads(json.dumps(lockfile_schema())) == lockfile_schema()


@given(lockfiles)
def test_every_lockfile_that_is_written_fits(value: Lockfile) -> None:
    assert problems(json.loads(encode_lockfile(value))) == []


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.name)
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


def test_every_field_that_is_written_is_described() -> None:
    failed = replace(take(number=2, status="failed"), submitted_at="2026-11-23T10:00:00Z")
    parsed = json.loads(encode_lockfile(lockfile(alley=record(take(), failed).with_pick(task(1)))))
    good, bad = parsed["shots"]["alley"]["takes"]
    definitions = lockfile_schema()["$defs"]
    assert set(definitions["Take"]["properties"]) == {*good, *bad}
    assert set(definitions["Output"]["properties"]) == set(good["outputs"][0])
    assert set(definitions["Block"]["properties"]) == set(parsed["shots"]["alley"])
    assert set(lockfile_schema()["properties"]) == set(parsed)


def test_the_published_file_says_the_same_with_every_description() -> None:
    published = Path(__file__).parents[3] / "schemas" / "lockfile" / "v1.json"
    assert json.loads(published.read_bytes()) == lockfile_schema()
