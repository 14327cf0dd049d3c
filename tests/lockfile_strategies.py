"""Hypothesis strategies for lockfiles and journals, for the properties that must hold for all of them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from builders import task
from hypothesis import strategies as st
from replacing import replace

from ltxspec.lock.journal import (
    Abandoned,
    Accepted,
    Claimed,
    Committed,
    Delivered,
    Event,
    Failed,
    Finished,
    Intent,
    Remarked,
    Repeated,
)
from ltxspec.lock.measured import VideoFacts
from ltxspec.lock.models import Failure, Lockfile, Output, ShotRecord, Take
from ltxspec.values import Fingerprint, TaskId

words = st.sampled_from(["a", "Straße", "😀", "\uffff", 'say "hi"', "two\nlines", "\x00", "night, rain"])
amounts = st.integers(0, 2000).map(lambda mills: Decimal(mills) / 1000)
hashes = st.integers(0, 3).map(lambda number: f"{number:064x}")
seconds = st.integers(0, 59).map(lambda second: f"2026-11-22T10:00:{second:02d}Z")
times = seconds | st.integers(0, 2999).map(lambda ms: f"2026-11-22T10:00:{ms // 1000:02d}.{ms % 1000:03d}Z")
numbers = st.sampled_from([0, 1, 1.0, 25.0, 7.5, -3, 2**53 - 1, 1e-7, 1e16, 0.1])
nested = st.lists(numbers, max_size=2) | st.fixed_dictionaries({"é": words})
json_values = st.none() | st.booleans() | numbers | words | nested
bodies = st.dictionaries(words, json_values, max_size=4)
inputs = st.dictionaries(words, hashes.map(lambda digits: f"sha256:{digits}"), max_size=2)
failures = st.builds(Failure, words, words, st.booleans())
task_ids = st.integers(1, 6).map(task)


def perhaps(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The strategy's values, or None."""
    return st.none() | strategy


facts = st.builds(
    VideoFacts,
    width=st.just(1920),
    height=st.just(1080),
    fps=st.sampled_from([24.0, 25.0, 29.97]),
    seconds=st.sampled_from([8.0, 8.04]),
    audio=st.booleans(),
    black_seconds=st.just(0.0),
    frozen_seconds=st.sampled_from([0.0, 1.5]),
    silent_seconds=st.none() | st.just(2.0),
    loudness=st.none() | st.just(-23.1),
)
outputs = st.builds(
    Output,
    video_uuid=perhaps(st.sampled_from(["v1", "v2", "v3"])),
    video_url=perhaps(words),
    cost=perhaps(amounts),
    sha256=perhaps(hashes),
    bytes=perhaps(st.integers(0, 2**40)),
    facts=perhaps(facts),
    unmet=perhaps(st.sampled_from([("fps",), ("audio", "fps"), ("size",)])),
)


@st.composite
def takes(draw: Callable[[st.SearchStrategy[Any]], Any], task_id: TaskId | None = None) -> Take:
    """A take that could stand in a lockfile, with any mixture of known and unknown."""
    failed = draw(st.booleans())
    return Take(
        task_id=task_id or draw(task_ids),
        fingerprint=Fingerprint(draw(words)),
        model=draw(words),
        request=draw(bodies),
        status="failed" if failed else "succeeded",
        cost=draw(perhaps(amounts)),
        outputs=tuple(draw(st.lists(outputs, max_size=3))),
        inputs=draw(inputs),
        submitted_at=draw(perhaps(times)),
        finished_at=draw(perhaps(times)),
        expires_at=draw(perhaps(times)),
        retake=draw(perhaps(st.integers(1, 3))),
        attempt=draw(perhaps(st.integers(1, 3))),
        **(draw(failures).recorded if failed else {}),
        picked=None if failed else draw(perhaps(st.sampled_from(["v1", "v2", "1"]))),
    )


@st.composite
def records(draw: Callable[[st.SearchStrategy[Any]], Any]) -> ShotRecord:
    """A shot's record: takes in order, one of them perhaps current."""
    ids = draw(st.sets(task_ids, max_size=3))
    found = sorted((_ordered(draw(takes(task_id))) for task_id in ids), key=lambda item: item.sort_key)
    current = draw(st.sampled_from([None, *sorted(ids)]))
    return ShotRecord(current, tuple(found))


def _ordered(value: Take) -> Take:
    """The take with its task's own numbers and time: the id is derived from those, and the time is written once.

    Some tasks share a second, some of them a moment.
    """
    number = int(value.task_id[:8], 16)
    at = ("2026-11-22T10:00:01Z", "2026-11-22T10:00:01.500Z", "2026-11-22T10:00:00.999Z")[number % 3]
    return replace(value, submitted_at=at, retake=number % 2 + 1, attempt=1)


keys = st.sampled_from(["alley", "weather[rain,dusk]", "straße", "product[Ünï]"])
lockfiles = st.builds(
    Lockfile,
    provider=st.just("runware"),
    spec=st.just("night"),
    shots=st.dictionaries(keys, records(), max_size=3),
    retired=st.dictionaries(keys, records(), max_size=2),
)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Intent,
        task_id=task_ids,
        instance=keys,
        fingerprint=words.map(Fingerprint),
        retake=st.integers(1, 5),
        attempt=st.integers(1, 5),
        order=bodies,
        request=bodies,
        inputs=inputs,
        estimate=perhaps(amounts),
        at=times,
    ),
    st.builds(Repeated, task_ids, times, perhaps(bodies)),
    st.builds(Delivered, task_ids, st.lists(outputs, max_size=3).map(tuple), times),
    st.builds(Accepted, task_ids, times),
    st.builds(Remarked, task_ids, words, times),
    st.builds(Claimed, task_ids, words, times),
    st.builds(Finished, task_ids, st.lists(outputs, max_size=3).map(tuple), perhaps(amounts), times),
    st.builds(
        lambda failure, **fields: Failed(**failure.recorded, **fields),
        failure=failures,
        task_id=task_ids,
        cost=perhaps(amounts),
        at=times,
        outputs=st.lists(outputs, max_size=2).map(tuple),
    ),
    st.builds(Committed, task_ids, times),
    st.builds(Abandoned, task_ids, words, times),
)
