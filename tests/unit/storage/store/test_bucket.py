"""The same behaviour from S3, Azure, a folder and memory; the servers are real ones."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from store_servers import StoreServer

from ltxspec.errors import StorageError
from ltxspec.storage.store.bucket import PART, Bucket
from ltxspec.storage.store.port import LARGEST_NOTE, ObjectFacts

SMALL, LARGE = b"a film", b"0123456789abcdef" * ((PART * 2) // 16 + 1)
KINDS = ["s3", "azure", "folder", "memory"]


@pytest.fixture(params=KINDS)
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> Bucket:
    if request.param == "folder":
        return Bucket.at(tmp_path.as_uri(), None, 5.0)
    if request.param == "memory":
        return Bucket.in_memory("memory://test")
    return opened(request.getfixturevalue(request.param))


def opened(server: StoreServer, timeout: float = 5.0) -> Bucket:
    return Bucket.at(server.url, server.endpoint, timeout)


def facts(data: bytes) -> ObjectFacts:
    return ObjectFacts(sha256(data).hexdigest(), len(data), "video/mp4")


def read(bucket: Bucket, key: str) -> bytes | None:
    found = bytearray()
    return bytes(found) if bucket.get(key, found.extend) else None


def pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + 2**20] for start in range(0, len(data), 2**20))


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["in one piece", "in parts"])
def test_what_is_stored_comes_back_and_is_never_replaced_unasked(bucket: Bucket, data: bytes) -> None:
    assert bucket.put("videos/aa/one", pieces(data), facts(data)) is True
    assert bucket.put("videos/aa/one", [b"other"], facts(b"other")) is False
    assert read(bucket, "videos/aa/one") == data
    stored = bucket.head("videos/aa/one")
    assert stored is not None
    assert (stored.key, stored.bytes) == ("videos/aa/one", len(data))
    assert stored.sha256 in (facts(data).sha256, None), "files have no metadata"
    assert bucket.put("videos/aa/one", [b"other"], facts(b"other"), replace=True) is True
    assert read(bucket, "videos/aa/one") == b"other"


@pytest.mark.parametrize("data", [SMALL, LARGE], ids=["in one piece", "in parts"])
def test_nothing_is_stored_when_the_content_turns_out_to_be_wrong(bucket: Bucket, data: bytes) -> None:
    def changed() -> Iterator[bytes]:
        yield from pieces(data)
        raise StorageError("the file has changed")

    with pytest.raises(StorageError, match="the file has changed"):
        bucket.put("videos/aa/one", changed(), facts(data))
    assert bucket.head("videos/aa/one") is None
    assert list(bucket.list("videos")) == []
    assert bucket.put("videos/aa/one", pieces(data), facts(data)) is True


def test_objects_are_listed_below_a_folder_and_deleted(bucket: Bucket) -> None:
    for key in ("videos/aa/one", "videos/bb/two", "videos2/three"):
        bucket.put(key, [SMALL], facts(SMALL))
    assert sorted(item.key for item in bucket.list("videos")) == ["videos/aa/one", "videos/bb/two"]
    bucket.delete(["videos/aa/one", "videos/aa/none"])
    assert [item.key for item in bucket.list("videos")] == ["videos/bb/two"]
    assert read(bucket, "videos/aa/one") is None


def test_of_many_that_create_an_object_at_once_one_succeeds(cloud: StoreServer) -> None:
    buckets = [opened(cloud) for _ in range(4)]
    for turn in range(5):
        key = f"claims/{turn}"
        words = [str(number).encode() for number in range(4)]

        def claim(number: int, key: str = key, words: list[bytes] = words) -> bool:
            return buckets[number].put(key, [words[number]], facts(words[number]))

        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(claim, range(4)))
        assert sorted(won) == [False, False, False, True]
        assert read(buckets[0], key) == words[won.index(True)]


def test_a_link_gives_the_object_to_anybody_who_has_it(cloud: StoreServer) -> None:
    bucket = opened(cloud)
    bucket.put("videos/aa/one", [SMALL], facts(SMALL))
    link = bucket.link("videos/aa/one", 60)
    assert link is not None
    with urlopen(link) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (SMALL, "video/mp4")


def test_files_and_memory_have_no_links(tmp_path: Path) -> None:
    assert Bucket.at(tmp_path.as_uri(), None, 5.0).link("a", 60) is None
    assert Bucket.in_memory("memory://a").link("a", 60) is None


def test_a_bucket_that_does_not_exist_is_named_by_whatever_is_asked(cloud: StoreServer) -> None:
    bucket = Bucket.at(cloud.url.replace("films", "fims"), cloud.endpoint, 5.0)
    for ask in (
        lambda: list(bucket.list("videos")),
        lambda: bucket.put("videos/a", [SMALL], facts(SMALL)),
        lambda: bucket.put("videos/a", pieces(LARGE), facts(LARGE)),
        lambda: bucket.get("videos/a", lambda _: None),
    ):
        with pytest.raises(StorageError, match=r"the store `\w+://fims/.*` does not exist") as caught:
            ask()
        assert caught.value.hint == "create the bucket, or correct `[store] url`"


def test_wrong_credentials_are_told_apart(azure: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "AAAA" + azure.environment["AZURE_STORAGE_ACCOUNT_KEY"][4:])
    with pytest.raises(StorageError, match="refuses these credentials") as caught:
        list(opened(azure).list("videos"))
    assert "AZURE_STORAGE_ACCOUNT_KEY" in (caught.value.hint or "")
    assert "AAAA" not in caught.value.line


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> Iterator[StoreServer]:
    """A server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = StoreServer("s3", silent.getsockname()[1], "p")
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server


def test_a_store_that_says_nothing_is_given_up_after_the_timeout(nobody: StoreServer) -> None:
    started = time.monotonic()
    with pytest.raises(StorageError, match="does not answer as it should"):
        list(opened(nobody, 0.4).list("videos"))
    assert time.monotonic() - started < 5


def test_a_store_that_is_away_says_so_at_once(s3: StoreServer) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        away = StoreServer("s3", probe.getsockname()[1], s3.prefix)
    for ask in (lambda: list(opened(away, 1.0).list("videos")), lambda: opened(away, 1.0).head("a")):
        with pytest.raises(StorageError, match=r"does not answer as it should: [a-zA-Z]"):
            ask()


def test_a_folder_that_cannot_be_written_is_an_error_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "videos").write_text("a file where a folder should be")
    with pytest.raises(StorageError, match="the store `file://"):
        Bucket.at(tmp_path.as_uri(), None, 5.0).put("videos/aa/one", [SMALL], facts(SMALL))


def test_a_note_is_created_once_and_replaced_only_as_it_was_read(bucket: Bucket) -> None:
    assert bucket.read_note("leases/a.json") is None
    assert bucket.write_note("leases/a.json", b"1", None)
    assert not bucket.write_note("leases/a.json", b"2", None)
    first = bucket.read_note("leases/a.json")
    assert first is not None
    assert first.content == b"1"
    assert bucket.write_note("leases/a.json", b"3", first.tag)
    assert not bucket.write_note("leases/a.json", b"4", first.tag), "it has changed since"
    last = bucket.read_note("leases/a.json")
    assert last is not None
    assert last.content == b"3"


def test_a_note_that_is_gone_is_not_replaced(bucket: Bucket) -> None:
    bucket.write_note("leases/a.json", b"1", None)
    found = bucket.read_note("leases/a.json")
    assert found is not None
    bucket.delete(["leases/a.json"])
    assert not bucket.write_note("leases/a.json", b"2", found.tag)
    assert bucket.read_note("leases/a.json") is None


def test_a_large_object_is_no_note(bucket: Bucket) -> None:
    bucket.put("leases/a.json", [b"x" * (LARGEST_NOTE + 1)], facts(b"x" * (LARGEST_NOTE + 1)))
    with pytest.raises(StorageError, match="is not what ltxspec writes there"):
        bucket.read_note("leases/a.json")


def test_an_object_is_copied_over_another_one_and_a_missing_one_is_not(bucket: Bucket) -> None:
    bucket.put("incoming/a", [SMALL], facts(SMALL))
    bucket.put("videos/a", [b"other"], facts(b"other"))
    assert bucket.copy("incoming/a", "videos/a") is True
    assert (read(bucket, "videos/a"), read(bucket, "incoming/a")) == (SMALL, SMALL)
    assert bucket.copy("incoming/missing", "videos/b") is False
    assert read(bucket, "videos/b") is None


def test_an_address_takes_one_object_where_the_store_signs(bucket: Bucket) -> None:
    address = bucket.upload_link("incoming/a", 60)
    if address is None:
        assert bucket.name.startswith(("file://", "memory://"))
        return
    headers = {"x-ms-blob-type": "BlockBlob", "Content-Type": "video/mp4"}  # the first is what Azure demands
    with urlopen(Request(address, SMALL, headers, method="PUT")) as answer:
        assert answer.status in (200, 201)
    assert read(bucket, "incoming/a") == SMALL
