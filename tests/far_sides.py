"""Far sides on a port of this machine that hang, drip or crawl, for tests of bounds on waiting."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]

_PAUSE = 0.005  # seconds between two drops


@asynccontextmanager
async def answering(talk: Talk) -> AsyncIterator[str]:
    """Serve every connection by `talk`; gives the address, such as `http://127.0.0.1:12345`."""
    conversations: set[asyncio.Task[None]] = set()
    closed: list[asyncio.Event] = []  # one for each connection

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talking = asyncio.ensure_future(talk(reader, writer))
        conversations.add(talking)
        closed.append(asyncio.Event())
        own = closed[-1]
        try:
            await talking
            writer.close()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()  # what the other side has not read is of no interest
        with suppress(ConnectionError):
            await writer.wait_closed()
        own.set()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for talking in conversations:
            talking.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await server.wait_closed()
        for connection in closed:
            await connection.wait()


async def heard(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """The head and the body of a request."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
    return head, await reader.readexactly(int(length.partition(b":")[2]))


async def never_read(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Take the connection, and nothing of the request."""
    await asyncio.Event().wait()


async def never_answer(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Read the request and say nothing."""
    await heard(reader)
    await asyncio.Event().wait()


async def stop_after_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Announce a body that never comes."""
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10240\r\n\r\n")
    await asyncio.Event().wait()


async def drip_the_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send one header after another, and no end of them for longer than anybody waits."""
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-Drip: 1\r\n")
        await writer.drain()
        await asyncio.sleep(_PAUSE)


async def drip_the_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send a body one byte after another."""
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10240\r\n\r\n")
    while True:
        writer.write(b"\x00")
        await writer.drain()
        await asyncio.sleep(_PAUSE)


STALLING: tuple[Talk, ...] = (never_read, never_answer, stop_after_the_head, drip_the_head, drip_the_body)
