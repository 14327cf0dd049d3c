import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from ltxspec.replies import read, read_blocking

LIMIT = 1000


class Sent(httpx.AsyncByteStream, httpx.SyncByteStream):
    """A body as it comes from the network, in small parts."""

    def __init__(self, content: bytes) -> None:
        self._parts = [content[at : at + 64] for at in range(0, len(content), 64)]

    def __iter__(self) -> Iterator[bytes]:
        yield from self._parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part


def read_waiting(response: httpx.Response, limit: int) -> bytes:
    return asyncio.run(read(response, limit))


@pytest.fixture(params=[read_waiting, read_blocking])
def taken(request: pytest.FixtureRequest) -> Callable[..., bytes]:
    def take(content: bytes, coding: str | None = None) -> bytes:
        headers = {} if coding is None else {"Content-Encoding": coding}
        result: bytes = request.param(httpx.Response(200, headers=headers, stream=Sent(content)), LIMIT)
        return result

    return take


@pytest.mark.parametrize("coding", [None, "", "identity", "Identity, "])
def test_a_body_is_taken_as_it_was_sent(taken: Callable[..., bytes], coding: str | None) -> None:
    assert taken(b'{"data":[]}', coding) == b'{"data":[]}'


def test_a_longer_body_is_cut(taken: Callable[..., bytes]) -> None:
    assert taken(b"x" * 5000) == b"x" * LIMIT


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "identity, gzip"])
def test_gzip_is_undone_though_nobody_asked_for_it(taken: Callable[..., bytes], coding: str) -> None:
    assert taken(gzip.compress(b'{"data":[]}'), coding) == b'{"data":[]}'


def test_nothing_is_nothing_however_it_is_packed(taken: Callable[..., bytes]) -> None:
    assert taken(b"", "gzip") == b""


@pytest.mark.parametrize("coding", ["gzip, gzip", "gzip,identity,gzip", "deflate", "br", "zstd", "gzip, deflate"])
def test_other_and_repeated_codings_are_not_undone(taken: Callable[..., bytes], coding: str) -> None:
    with pytest.raises(httpx.DecodingError):
        taken(gzip.compress(gzip.compress(b"{}")), coding)


@pytest.mark.parametrize(
    "content",
    [b"{}", gzip.compress(b"{}")[:-1], gzip.compress(b"{}") + b"more", zlib.compress(b"{}")],
    ids=["plain", "cut", "longer", "zlib"],
)
def test_a_damaged_compression_is_an_error(taken: Callable[..., bytes], content: bytes) -> None:
    with pytest.raises(httpx.DecodingError):
        taken(content, "gzip")


def test_a_small_body_cannot_fill_the_memory(taken: Callable[..., bytes]) -> None:
    bomb = gzip.compress(bytes(20_000_000), 9)
    packed = gzip.compress(bomb, 9)  # some hundred bytes
    tracemalloc.start()
    try:
        assert taken(bomb, "gzip") == bytes(LIMIT)
        with pytest.raises(httpx.DecodingError):
            taken(packed, "gzip, gzip")
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()
