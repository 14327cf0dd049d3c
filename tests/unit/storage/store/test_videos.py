from hashlib import sha256
from pathlib import Path

import pytest

from ltxspec.errors import Refused, StorageError
from ltxspec.storage.store.bucket import Bucket
from ltxspec.storage.store.port import ObjectFacts
from ltxspec.storage.store.videos import DamagedVideo, VideoStore

DATA = b"\0\0\0\x18ftypisom and a film"
SHA = sha256(DATA).hexdigest()
KEY = f"sandbox/videos/{SHA[:2]}/{SHA}"


@pytest.fixture
def bucket() -> Bucket:
    return Bucket.in_memory("memory://test")


@pytest.fixture
def store(bucket: Bucket) -> VideoStore:
    return VideoStore(bucket, "sandbox", "mine")


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / f"{SHA}.mp4"
    path.write_bytes(DATA)
    return path


def put(bucket: Bucket, data: bytes, noted: str = SHA) -> None:
    bucket.put(KEY, [data], ObjectFacts(noted, len(data), "video/mp4"), replace=True)


def test_a_video_is_stored_once_under_its_hash(store: VideoStore, bucket: Bucket, video: Path) -> None:
    assert (store.has(SHA), store.put(SHA, video), store.put(SHA, video), store.has(SHA)) == (False, True, False, True)
    assert [item.key for item in bucket.list("")] == [KEY]
    assert {name: item.bytes for name, item in store.listed().items()} == {SHA: len(DATA)}
    found = bytearray()
    assert store.fetch(SHA, found.extend) is True
    assert bytes(found) == DATA
    store.drop(SHA)
    assert store.fetch(SHA, found.extend) is False


def test_a_file_that_has_changed_is_not_stored(store: VideoStore, video: Path) -> None:
    video.write_bytes(DATA + b"!")
    with pytest.raises(StorageError, match="has changed since it was archived"):
        store.put(SHA, video)
    assert store.listed() == {}


def test_other_bytes_under_a_hash_are_refused(store: VideoStore, bucket: Bucket) -> None:
    put(bucket, b"other")
    with pytest.raises(DamagedVideo, match="its hash is another one"):
        store.fetch(SHA, lambda _: None)


def test_what_is_wrong_with_a_stored_video_is_said(store: VideoStore, bucket: Bucket) -> None:
    def problem(*, deep: bool = False, size: int | None = len(DATA)) -> str:
        return store.problem_with(SHA, size, deep=deep) or ""

    assert problem().endswith("is not in the store")
    put(bucket, DATA)
    assert (problem(), problem(deep=True), problem(size=None)) == ("", "", "")
    put(bucket, DATA, "0" * 64)
    assert problem().endswith("was stored with another hash")
    put(bucket, DATA[:-1] + b"x")
    assert problem() == "", "only its bytes say so"
    assert problem(deep=True).endswith("is damaged")
    put(bucket, DATA + b"x")
    assert problem().endswith(f"has {len(DATA) + 1} bytes, not {len(DATA)}")


def test_a_hash_that_is_none_names_nothing(store: VideoStore) -> None:
    with pytest.raises(StorageError, match="without a valid hash"):
        store.has("../../ltxspec.json")


def test_a_store_belongs_to_the_first_project_that_writes_to_it(store: VideoStore, bucket: Bucket) -> None:
    store.refuse_other_project()
    store.refuse_other_project()
    with pytest.raises(Refused, match="belongs to the project `mine`"):
        VideoStore(bucket, "", "other").refuse_other_project()
    bucket.put("ltxspec.json", [b"[]"], ObjectFacts("", 2, "application/json"), replace=True)
    with pytest.raises(StorageError, match="does not say whose it is"):
        store.refuse_other_project()


def test_a_store_without_links_gives_none(store: VideoStore, video: Path) -> None:
    store.put(SHA, video)
    assert store.link(SHA, 60) is None
