"""Reads whole bodies of replies as sent, up to a limit, with at most one gzip layer decompressed.

httpx decodes every coding that a reply names, one after the other and without a limit: 300 bytes can become gigabytes.
So no coding is requested here, and a body that is compressed anyway is decompressed only up to the same limit.
"""

import time
import zlib

import httpx

PLAIN = {"Accept-Encoding": "identity"}  # a header of every request whose reply is read here

_NO_CODING = frozenset({"", "identity"})
_GZIP = frozenset({"gzip", "x-gzip"})


async def read(response: httpx.Response, limit: int) -> bytes:
    """The body of a streamed reply, up to `limit` bytes; a longer one is truncated.

    Raises:
        httpx.DecodingError: it is compressed in any way other than once with gzip, or damaged.
        httpx.RequestError: the connection broke.
    """
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an asynchronous client streams asynchronously")
    body = bytearray()
    async for part in response.stream:
        body += part[: limit - len(body)]
        if len(body) == limit:
            break
    return _plain(bytes(body), response.headers, limit)


def read_blocking(response: httpx.Response, limit: int, seconds: float | None = None) -> bytes:
    """Like `read`, for a synchronous client.

    Args:
        response: a streamed reply.
        limit: the most bytes.
        seconds: that the whole body may take, however steadily it comes; None: any time.

    Raises:
        httpx.ReadTimeout: it took longer.
    """
    end = None if seconds is None else time.monotonic() + seconds
    if not isinstance(response.stream, httpx.SyncByteStream):
        raise TypeError("a blocking client streams blockingly")
    body = bytearray()
    for part in response.stream:
        body += part[: limit - len(body)]
        if len(body) == limit:
            break
        if end is not None and time.monotonic() > end:
            raise httpx.ReadTimeout("it comes too slowly")
    return _plain(bytes(body), response.headers, limit)


def _plain(body: bytes, headers: httpx.Headers, limit: int) -> bytes:
    """A body without its compression, up to `limit` bytes. Raises httpx.DecodingError."""
    codings = [name.strip().lower() for name in headers.get("Content-Encoding", "").split(",")]
    codings = [name for name in codings if name not in _NO_CODING]
    if not codings or not body:
        return body
    if len(codings) > 1 or codings[0] not in _GZIP:
        raise httpx.DecodingError("compressed in a way that was not requested")
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        content = stream.decompress(body, limit)
    except zlib.error:
        raise httpx.DecodingError("damaged") from None
    if len(content) < limit and (not stream.eof or stream.unused_data):
        raise httpx.DecodingError("damaged")
    return content
