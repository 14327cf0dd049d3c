"""Takes read quickly are the takes that are read field by field."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from builders import take
from hypothesis import given
from hypothesis import strategies as st
from lockfile_strategies import takes

from ltxspec.lock.codec import decode_take, encode_take
from ltxspec.lock.models import Take
from ltxspec.lock.usual import usual_take

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, -1, 1.0, "", "1", "0.48", "1e3", "succeeded", [], {}, [{}], [None], {"a": "b"}]
)


def written(value: Take) -> Any:
    """The take as it stands in a file: fields in order, however it was built."""
    return json.loads(json.dumps(encode_take(value), sort_keys=True))


@given(takes())
def test_a_take_reads_the_same_both_ways(value: Take) -> None:
    item = written(value)
    if (found := usual_take(item)) is not None:
        assert found == decode_take(item) == value


@given(takes(), st.data())
def test_nothing_wrong_is_read_quickly(value: Take, data: st.DataObject) -> None:
    item = written(value)
    part = data.draw(st.sampled_from([item, *item["outputs"]]))
    part[data.draw(st.sampled_from([*sorted(part), "extra"]))] = data.draw(ODD)
    found = usual_take(item)
    assert found is None or found == decode_take(item)


def test_an_ordinary_take_is_read_quickly() -> None:
    assert usual_take(written(take())) == take()
    imported = take(retake=None, attempt=None, cost=None)
    empty = replace(imported, outputs=(replace(imported.outputs[0], bytes=0, cost=None),))
    for value in (imported, empty):
        assert usual_take(written(value)) == value


@pytest.mark.parametrize(
    "spoil",
    [
        lambda item: item.update(retake=0),
        lambda item: item.update(attempt=0),
        lambda item: item.update(attempt=True),
        lambda item: item.update(cost="free"),
        lambda item: item.update(taskUUID=""),
        lambda item: item.update(fingerprint=""),
        lambda item: item.update(model=""),
        lambda item: item.update(inputs={"a.png": "sha256:00"}),
        lambda item: item.update(attempt=item.pop("attempt")),
        lambda item: item.update(submittedAt=item.pop("submittedAt")),
        lambda item: item.update(status="failed"),
        lambda item: item.update(extra=1),
        lambda item: item.pop("retake"),
        lambda item: item["outputs"][0].update(bytes=-1),
        lambda item: item["outputs"][0].update(cost="free"),
        lambda item: item["outputs"].append("video"),
    ],
)
def test_anything_else_is_left_to_the_strict_reader(spoil: Callable[[Any], Any]) -> None:
    item = written(take())
    spoil(item)
    assert usual_take(item) is None


@pytest.mark.parametrize("item", [None, [], "take", 1, {}])
def test_what_is_no_take_at_all_is_left_to_the_strict_reader(item: Any) -> None:
    assert usual_take(item) is None
