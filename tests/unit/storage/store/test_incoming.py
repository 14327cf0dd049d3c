from hashlib import sha256

import pytest
from builders import task

from ltxspec.errors import StorageError
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.incoming import Incoming, SetAside
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.storage.store.videos import VideoStore

VIDEO = b"a film"
SHA256 = sha256(VIDEO).hexdigest()
PLACE = f"videos/{SHA256[:2]}/{SHA256}"
TASK = task(1)


@pytest.fixture
def bucket() -> Bucket:
    return Bucket.in_memory("memory://films")


@pytest.fixture
def incoming(bucket: Bucket) -> Incoming:
    return Incoming(bucket)


def arrive(bucket: Bucket, data: bytes = VIDEO, key: str = f"incoming/{TASK}") -> None:
    bucket.put(key, [data], ObjectFacts(sha256(data).hexdigest(), len(data), "video/mp4"), replace=True)


def read(incoming: Incoming, key: str) -> bytes:
    found = bytearray()
    assert incoming.read(key, found.extend)
    return bytes(found)


def keys(bucket: Bucket) -> list[str]:
    return sorted(item.key for item in bucket.list(""))


def test_nothing_has_arrived_before_it_does(incoming: Incoming, bucket: Bucket) -> None:
    assert incoming.set_aside(TASK) is None
    assert (keys(bucket), list(incoming.leftovers())) == ([], [])


def test_whoever_writes_later_does_not_change_what_was_set_aside(incoming: Incoming, bucket: Bucket) -> None:
    arrive(bucket)
    key = incoming.set_aside(TASK)
    assert key is not None
    arrive(bucket, b"another film")
    assert read(incoming, key) == VIDEO
    videos = VideoStore(bucket)
    assert incoming.adopt([SetAside(TASK, key, len(VIDEO))], videos, SHA256)
    assert keys(bucket) == [PLACE]
    found = bytearray()
    assert videos.fetch(SHA256, found.extend)
    assert bytes(found) == VIDEO


def test_the_same_video_of_several_tasks_leaves_nothing(incoming: Incoming, bucket: Bucket) -> None:
    found = []
    for number in (1, 2):
        arrive(bucket, key=f"incoming/{task(number)}")
        key = incoming.set_aside(task(number))
        assert key is not None
        found.append(SetAside(task(number), key, len(VIDEO)))
    assert incoming.adopt(found, VideoStore(bucket), SHA256)
    assert keys(bucket) == [PLACE]


def test_what_is_gone_or_not_complete_is_not_adopted(incoming: Incoming, bucket: Bucket) -> None:
    arrive(bucket)
    key = incoming.set_aside(TASK) or ""
    assert not incoming.adopt([SetAside(TASK, key, len(VIDEO) + 1)], VideoStore(bucket), SHA256)
    incoming.drop(key)
    assert not incoming.adopt([SetAside(TASK, key, len(VIDEO))], VideoStore(bucket), SHA256)
    assert not incoming.read(key, lambda _: None)
    assert f"incoming/{TASK}" in keys(bucket)


def test_leftovers_are_known_by_their_task(bucket: Bucket) -> None:
    incoming = Incoming(bucket, "sandbox")
    arrive(bucket, key=f"sandbox/incoming/{TASK}")
    arrive(bucket, key=f"incoming/{task(2)}")
    key = incoming.set_aside(TASK)
    assert {(of, item.key) for of, item in incoming.leftovers()} == {(TASK, f"sandbox/incoming/{TASK}"), (TASK, key)}


def test_writing_is_tried_and_leaves_nothing(incoming: Incoming, bucket: Bucket) -> None:
    incoming.try_writing()
    assert keys(bucket) == []
    with pytest.raises(StorageError):
        Incoming(Bucket.at("s3://nowhere", "http://127.0.0.1:1", 0.2)).try_writing()


def test_a_store_in_memory_gives_no_address(incoming: Incoming) -> None:
    assert incoming.address(TASK, 60) is None
