import asyncio
import gzip
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace

import httpx
import pytest
from far_sides import STALLING, Talk, answering, stop_after_the_head

from ltxspec.apply.ports import Clock
from ltxspec.errors import ProviderUnavailable
from ltxspec.providers.runware.client import ApiKey, Connection
from ltxspec.providers.runware.patience import RequestPace
from ltxspec.providers.runware.provider import RunwareProvider, Tuning

OpenProvider = Callable[..., RunwareProvider]
Handler = Callable[[httpx.Request], httpx.Response]

URL = "https://vm.example.test/video/v1.mp4?X-Signature=secret"
VIDEO = bytes(range(256)) * 40
ETAG = '"v1"'


class MemorySink:
    def __init__(self, held: bytes = b"") -> None:
        self.content = bytearray(held)
        self.restarts = 0

    @property
    def size(self) -> int:
        return len(self.content)

    def write(self, data: bytes) -> None:
        self.content += data

    def restart(self) -> None:
        self.content.clear()
        self.restarts += 1


class Torn(httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content
        raise httpx.ReadError("reset")


def serve(request: httpx.Request, video: bytes = VIDEO, limit: int | None = None, etag: str = ETAG) -> httpx.Response:
    """A file server that knows ranges; it breaks off after `limit` bytes."""
    wanted = request.headers.get("Range")
    start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
    same = request.headers.get("If-Range", etag) == etag
    headers = {"Content-Type": "video/mp4", "ETag": etag}
    if wanted and same and start >= len(video):
        return httpx.Response(416, headers={"Content-Range": f"bytes */{len(video)}"})
    rest = video[start:] if same else video
    headers["Content-Length"] = str(len(rest))
    if wanted and same:
        headers["Content-Range"] = f"bytes {start}-{len(video) - 1}/{len(video)}"
    status = 206 if wanted and same else 200
    if limit is None or limit >= len(rest):
        return httpx.Response(status, headers=headers, content=rest)
    return httpx.Response(status, headers=headers, stream=Torn(rest[:limit]))


def fetch(provider: RunwareProvider, sink: MemorySink, url: str = URL) -> None:
    async def run() -> None:
        try:
            await provider.download(url, sink)
        finally:
            await provider.close()

    asyncio.run(run())


def answers(*script: httpx.Response | Exception) -> Handler:
    """A far side that plays a script, then serves the video."""
    left: Iterator[httpx.Response | Exception] = iter(script)

    def handler(request: httpx.Request) -> httpx.Response:
        answer = next(left, None)
        if isinstance(answer, Exception):
            raise answer
        return serve(request) if answer is None else answer

    return handler


def refused(provider: RunwareProvider, sink: MemorySink, url: str = URL) -> str:
    """The message of a download that fails; it never holds the query of the URL."""
    with pytest.raises(ProviderUnavailable) as caught:
        fetch(provider, sink, url)
    assert "secret" not in f"{caught.value} {caught.value.hint}"
    return str(caught.value)


def test_a_video_arrives_whole_and_at_once(open_provider: OpenProvider, slept: list[float]) -> None:
    sink = MemorySink()
    fetch(open_provider(serve), sink)
    assert (bytes(sink.content), sink.restarts, slept) == (VIDEO, 0, [])


def test_a_file_begun_by_another_process_is_resumed(open_provider: OpenProvider) -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return serve(request)

    sink = MemorySink(VIDEO[:1000])
    fetch(open_provider(handler), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 0)
    assert seen[0]["Range"] == "bytes=1000-"
    assert "If-Range" not in seen[0]


def test_a_connection_that_breaks_is_resumed_on_the_same_version(open_provider: OpenProvider) -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return serve(request, limit=3000)

    sink = MemorySink()
    fetch(open_provider(handler), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 0)
    assert [headers.get("Range") for headers in seen] == [None, "bytes=3000-", "bytes=6000-", "bytes=9000-"]
    assert [headers.get("If-Range") for headers in seen[1:]] == [ETAG] * 3


def test_a_connection_cut_on_a_real_socket_is_resumed(clock: Clock) -> None:
    asked: list[bytes] = []

    async def serve_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head)
        if b"Range: bytes=5000-" in head:
            writer.write(
                b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5000-%d/%d\r\nContent-Length: %d\r\n\r\n"
                % (len(VIDEO) - 1, len(VIDEO), len(VIDEO) - 5000)
            )
            writer.write(VIDEO[5000:])
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(VIDEO) + VIDEO[:5000])
        writer.close()
        await writer.wait_closed()

    async def run(sink: MemorySink) -> None:
        async with await asyncio.start_server(serve_half, "127.0.0.1", 0) as server:
            address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            provider = RunwareProvider(Connection(f"{address}/v1", ApiKey("canary-key")), clock)
            await provider.download(f"{address}/v1.mp4?sig=secret", sink)
            await provider.close()

    sink = MemorySink()
    asyncio.run(run(sink))
    assert (bytes(sink.content), sink.restarts, len(asked)) == (VIDEO, 0, 2)
    assert all(b"canary" not in head for head in asked)


def test_a_file_that_changed_is_begun_again(open_provider: OpenProvider) -> None:
    newer = VIDEO[::-1]
    first = serve(httpx.Request("GET", URL), limit=3000)
    script: Iterator[httpx.Response] = iter([first])

    def handler(request: httpx.Request) -> httpx.Response:
        return next(script, None) or serve(request, newer, etag='"v2"')

    sink = MemorySink()
    fetch(open_provider(handler), sink)
    assert (bytes(sink.content), sink.restarts) == (newer, 1)


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"ETag": 'W/"v1"'}, None),
        ({"ETag": 'W/"v1"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}, "Sun, 22 Nov 2026 12:00:00 GMT"),
        ({"ETag": '"v1"', "Last-Modified": "Sun, 22 Nov 2026 12:00:00 GMT"}, '"v1"'),
    ],
)
def test_only_a_strong_version_is_named(
    open_provider: OpenProvider, headers: dict[str, str], named: str | None
) -> None:
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("If-Range"))
        return serve(request) if seen[1:] else httpx.Response(200, headers=headers, stream=Torn(VIDEO[:100]))

    fetch(open_provider(handler), MemorySink())
    assert seen[1] == named


def test_a_whole_file_of_untold_length_replaces_what_was_held(open_provider: OpenProvider) -> None:
    class Untold(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield VIDEO

    sink = MemorySink(b"something else")
    fetch(open_provider(lambda _: httpx.Response(200, stream=Untold())), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 1)


def test_a_part_of_a_file_of_untold_length_ends_where_it_says(open_provider: OpenProvider, slept: list[float]) -> None:
    told = {"Content-Range": f"bytes 1000-{len(VIDEO) - 1}/*"}
    sink = MemorySink(VIDEO[:1000])
    fetch(open_provider(answers(httpx.Response(206, content=VIDEO[1000:], headers=told))), sink)
    assert (bytes(sink.content), slept) == (VIDEO, [])


def test_a_server_that_cannot_resume_is_begun_again(open_provider: OpenProvider) -> None:
    sink = MemorySink(VIDEO[:1000])
    fetch(open_provider(lambda _: httpx.Response(200, content=VIDEO)), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 1)


@pytest.mark.parametrize(
    "told",
    [
        *["bytes 0-9/10240", "bytes 10240-20480/20480", "nonsense", None],
        *[
            "bytes 1000-999/10240",
            "bytes 1000-10239/10239",
            "bytes 1000-10239/500",
            "bytes 1000-99999999999999999999/*",
        ],
    ],
)
def test_another_part_than_asked_for_is_not_glued_on(open_provider: OpenProvider, told: str | None) -> None:
    wrong = httpx.Response(206, content=b"wrong bytes", headers={"Content-Range": told} if told else {})
    sink = MemorySink(VIDEO[:1000])
    fetch(open_provider(answers(wrong)), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 1)


def test_a_part_of_a_file_of_another_length_is_not_glued_on(open_provider: OpenProvider) -> None:
    newer = VIDEO[::-1] + b"more"
    part = {"Content-Range": f"bytes 3000-{len(newer) - 1}/{len(newer)}"}
    script = iter(
        [
            httpx.Response(200, headers={"Content-Length": str(len(VIDEO))}, stream=Torn(VIDEO[:3000])),
            httpx.Response(206, headers=part, content=newer[3000:]),
        ]
    )
    sink = MemorySink()
    fetch(open_provider(lambda request: next(script, None) or serve(request, newer)), sink)
    assert (bytes(sink.content), sink.restarts) == (newer, 1)


@pytest.mark.parametrize("told", [f"bytes */{len(VIDEO)}", f"*/{len(VIDEO)}"])
def test_a_complete_file_needs_nothing_more(open_provider: OpenProvider, told: str) -> None:
    sink = MemorySink(VIDEO)
    fetch(open_provider(answers(httpx.Response(416, headers={"Content-Range": told}))), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 0)


@pytest.mark.parametrize("told", ["bytes */10", None])
def test_a_file_longer_than_the_servers_is_begun_again(open_provider: OpenProvider, told: str | None) -> None:
    sink = MemorySink(VIDEO + b"more")
    fetch(open_provider(answers(httpx.Response(416, headers={"Content-Range": told} if told else {}))), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 1)


@pytest.mark.parametrize("status", [408, 422, 429, 500, 502, 503, 504])
def test_a_video_that_is_not_ready_is_waited_for(open_provider: OpenProvider, slept: list[float], status: int) -> None:
    sink = MemorySink()
    fetch(open_provider(answers(*[httpx.Response(status)] * 5)), sink)
    assert bytes(sink.content) == VIDEO
    assert slept == [2.0, 5.0, 10.0, 15.0, 20.0]


def test_patience_ends(open_provider: OpenProvider) -> None:
    message = refused(open_provider(lambda _: httpx.Response(422)), MemorySink())
    assert message == "the video at `https://vm.example.test/video/v1.mp4` could not be fetched: HTTP 422"


def test_the_server_may_ask_for_a_longer_wait(open_provider: OpenProvider, slept: list[float]) -> None:
    fetch(open_provider(answers(httpx.Response(503, headers={"Retry-After": "60"}))), MemorySink())
    assert slept == [60.0]


def test_a_broken_connection_is_tried_again(open_provider: OpenProvider, slept: list[float]) -> None:
    sink = MemorySink()
    fetch(open_provider(answers(httpx.ConnectError("no"), httpx.ReadTimeout("slow"))), sink)
    assert (bytes(sink.content), slept) == (VIDEO, [2.0, 5.0])


def test_attempts_that_bring_too_little_are_no_progress(open_provider: OpenProvider, slept: list[float]) -> None:
    sink = MemorySink()
    message = refused(open_provider(lambda request: serve(request, limit=100)), sink)
    assert message.endswith("the connection broke")
    assert (sink.size, slept) == (600, [2.0, 5.0, 10.0, 15.0, 20.0])


def test_attempts_that_bring_a_piece_each_are_limited_too(open_provider: OpenProvider, slept: list[float]) -> None:
    sink = MemorySink()
    refused(open_provider(lambda request: serve(request, limit=100), pace=RequestPace(piece=100)), sink)
    assert (sink.size, slept) == (5000, [2.0] * 49)


def test_waits_that_the_server_asks_for_end_too(open_provider: OpenProvider, slept: list[float]) -> None:
    busy = [httpx.Response(503, headers={"Retry-After": "7200"})] * 3
    with pytest.raises(ProviderUnavailable, match="HTTP 503") as caught:
        fetch(open_provider(answers(*busy)), MemorySink())
    assert (caught.value.retry_after, slept) == (120.0, [120.0])


# --- far sides that are slow, on a real socket ----------------------------------------------------

HASTY = RequestPace(piece=1000, stall=0.05, idle=180.0, longest=30.0)
HEAD_200 = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(VIDEO)


def fetch_from(talk: Talk, clock: Clock, pace: RequestPace, *sinks: MemorySink) -> list[ProviderUnavailable | None]:
    """Fetch a video into some sinks at once from a server of this machine; what each call raised."""

    async def run() -> list[ProviderUnavailable | None]:
        async with answering(talk) as address:
            connection = Connection(f"{address}/v1", ApiKey("canary-key"))
            provider = RunwareProvider(connection, clock, tuning=Tuning(pace=pace))
            try:
                calls = (provider.download(f"{address}/v1.mp4", sink) for sink in sinks)
                results = await asyncio.gather(*calls, return_exceptions=True)
            finally:
                await provider.close()
        assert all(result is None or isinstance(result, ProviderUnavailable) for result in results), results
        return results  # type: ignore[return-value]  # as just asserted

    return asyncio.run(run())


@pytest.mark.parametrize("talk", STALLING)
def test_a_far_side_that_hangs_or_drips_is_given_up(clock: Clock, slept: list[float], talk: Talk) -> None:
    (error,) = fetch_from(talk, clock, HASTY, MemorySink())
    assert "the transfer stalled" in str(error)
    assert slept == [2.0, 5.0, 10.0, 15.0, 20.0], "six attempts, each of which stalled"


def test_the_time_without_progress_is_bounded_over_all_attempts(clock: Clock, slept: list[float]) -> None:
    (error,) = fetch_from(stop_after_the_head, clock, replace(HASTY, stall=30.0, idle=0.05), MemorySink())
    assert "the transfer stalled" in str(error)
    assert slept == []


def test_a_stalled_transfer_is_resumed_where_it_stopped(clock: Clock, slept: list[float]) -> None:
    asked: list[bytes] = []

    async def stall_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if len(asked) == 1:
            writer.write(HEAD_200 + VIDEO[:5000])
            await asyncio.Event().wait()
        rest = VIDEO[5000:]
        told = b"Content-Range: bytes 5000-%d/%d\r\n" % (len(VIDEO) - 1, len(VIDEO))
        writer.write(b"HTTP/1.1 206 Partial\r\n%sContent-Length: %d\r\n\r\n%s" % (told, len(rest), rest))

    sink = MemorySink()
    assert fetch_from(stall_once, clock, replace(HASTY, stall=0.5), sink) == [None]
    assert (bytes(sink.content), sink.restarts, slept) == (VIDEO, 0, [2.0])
    assert b"Range: bytes=5000-" in asked[1]


async def slow_but_steady(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(HEAD_200)
    for start in range(0, len(VIDEO), 500):
        writer.write(VIDEO[start : start + 500])
        await writer.drain()
        await asyncio.sleep(0.06)


def test_a_slow_link_that_brings_piece_after_piece_is_waited_for(clock: Clock, slept: list[float]) -> None:
    sink = MemorySink()
    pace = replace(HASTY, stall=1.0, idle=1.0)  # all of it takes 1.3 s, a piece 0.12 s
    assert fetch_from(slow_but_steady, clock, pace, sink) == [None]
    assert (bytes(sink.content), slept) == (VIDEO, [])


def test_the_whole_time_for_one_video_is_bounded_and_what_arrived_is_kept(clock: Clock) -> None:
    sink = MemorySink()
    (error,) = fetch_from(slow_but_steady, clock, replace(HASTY, stall=5.0, longest=0.6), sink)
    assert "is not complete after" in str(error)
    assert f"{sink.size} bytes have arrived" in str(error)
    assert 0 < sink.size < len(VIDEO)


async def answer_after_a_while(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.sleep(0.3)
    writer.write(HEAD_200 + VIDEO)
    await writer.drain()


def test_videos_that_wait_for_their_turn_lose_no_time(clock: Clock, slept: list[float]) -> None:
    sinks = [MemorySink() for _ in range(64)]  # eight turns of 0.3 s; a video may take six times as long as it needs
    pace = RequestPace(piece=1, stall=1.9, idle=1.9, longest=1.9)
    assert fetch_from(answer_after_a_while, clock, pace, *sinks) == [None] * 64
    assert slept == []


def test_a_slow_but_honest_link_is_within_the_bounds() -> None:
    rate, usual = 200_000, RequestPace()
    assert usual.piece / rate < usual.stall < usual.idle
    assert 500_000_000 / rate < usual.longest


@pytest.mark.parametrize("content", [VIDEO[:-1], b""])
def test_a_video_shorter_than_announced_is_not_taken(open_provider: OpenProvider, content: bytes) -> None:
    sink = MemorySink()
    short = httpx.Response(200, headers={"Content-Length": str(len(VIDEO))}, stream=Torn(b""))
    short.stream = httpx.ByteStream(content)
    fetch(open_provider(answers(short)), sink)
    assert bytes(sink.content) == VIDEO


def test_a_video_longer_than_announced_is_begun_again(open_provider: OpenProvider) -> None:
    long = httpx.Response(200, headers={"Content-Length": "10"}, content=VIDEO)
    sink = MemorySink()
    fetch(open_provider(answers(long)), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 1)


def test_nothing_at_all_is_no_video(open_provider: OpenProvider) -> None:
    assert "0 of unknown bytes" in refused(open_provider(lambda _: httpx.Response(200)), MemorySink())


@pytest.mark.parametrize("status", [404, 410])
def test_a_video_that_is_gone_is_said_to_be_gone(open_provider: OpenProvider, slept: list[float], status: int) -> None:
    message = refused(open_provider(lambda _: httpx.Response(status)), MemorySink())
    assert message == f"the video at `https://vm.example.test/video/v1.mp4` is gone (HTTP {status})"
    assert slept == []


@pytest.mark.parametrize("status", [204, 300, 401, 403, 416, 451])
def test_other_answers_are_no_video(open_provider: OpenProvider, slept: list[float], status: int) -> None:
    assert f"HTTP {status}" in refused(open_provider(lambda _: httpx.Response(status)), MemorySink())
    assert slept == []


# --- what comes in place of a video ---------------------------------------------------------------

MESSAGES = {
    "JSON": (b'{"errors": [{"code": "notReady"}]}', "JSON"),
    "a list": (b"[]", "JSON"),
    "a page": (b"\n <!DOCTYPE html><title>Signing in</title>" + b"x" * 9000, "a web page or XML"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(500), "a picture"),
    "a text": ("Über ein Kurzes ist der Film fertig, nur ein wenig Geduld noch bitte".encode(), "text"),
}


@pytest.mark.parametrize("kind", ["video/mp4", "application/json", "text/html; charset=utf-8", None])
@pytest.mark.parametrize(("content", "what"), MESSAGES.values(), ids=MESSAGES)
def test_a_message_in_place_of_a_video_is_asked_about_a_few_times_and_never_kept(
    open_provider: OpenProvider, slept: list[float], content: bytes, what: str, kind: str | None
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    sink = MemorySink()
    message = refused(open_provider(lambda _: httpx.Response(200, content=content, headers=headers)), sink)
    assert message.endswith(f"{what}, not a video")
    assert sink.size == 0
    assert slept == ([2.0, 5.0, 10.0, 15.0, 20.0] if what == "JSON" else [2.0, 5.0])


@pytest.mark.parametrize("content", [content for content, _ in MESSAGES.values()], ids=MESSAGES)
def test_a_video_that_takes_the_place_of_a_message_is_fetched(
    open_provider: OpenProvider, slept: list[float], content: bytes
) -> None:
    sink = MemorySink()
    fetch(open_provider(answers(httpx.Response(200, content=content))), sink)
    assert (bytes(sink.content), slept) == (VIDEO, [2.0])


def test_a_message_does_not_cost_what_has_arrived(open_provider: OpenProvider) -> None:
    sink = MemorySink(VIDEO[:1000])
    fetch(open_provider(answers(httpx.Response(200, json={"error": "busy"}))), sink)
    assert (bytes(sink.content), sink.restarts) == (VIDEO, 0)


@pytest.mark.parametrize(
    "kind",
    [
        *[
            "video/quicktime",
            "application/octet-stream",
            "binary/octet-stream",
            "text/plain",
            "text/html; charset=utf-8",
        ],
        *["application/json", "image/png", "multipart/form-data", "", "nonsense", None],
    ],
)
def test_whatever_its_type_is_called_a_video_is_taken(
    open_provider: OpenProvider, slept: list[float], kind: str | None
) -> None:
    sink = MemorySink()
    headers = {} if kind is None else {"Content-Type": kind}
    fetch(open_provider(lambda _: httpx.Response(200, content=VIDEO, headers=headers)), sink)
    assert (bytes(sink.content), slept) == (VIDEO, [])


class Sent(httpx.AsyncByteStream):
    """A body as it goes over the line, in small parts."""

    def __init__(self, content: bytes, step: int = 700) -> None:
        self._parts = [content[start : start + step] for start in range(0, len(content), step)]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part


FILM = b"\x00\x00\x00\x18ftypisom" + random.Random(1).randbytes(9000)  # begins as a film does


@pytest.mark.parametrize("step", [1, 700, 100_000])
@pytest.mark.parametrize("coding", ["", "identity", "aws-chunked", "aws-chunked, identity", "gzip", "br", "utf-8"])
def test_whatever_its_encoding_is_called_a_film_is_taken(
    open_provider: OpenProvider, slept: list[float], coding: str, step: int
) -> None:
    sink = MemorySink()
    headers = {"Content-Encoding": coding, "Content-Length": str(len(FILM))}
    fetch(open_provider(lambda _: httpx.Response(200, headers=headers, stream=Sent(FILM, step))), sink)
    assert (bytes(sink.content), slept) == (FILM, [])


def test_a_wrongly_named_encoding_does_not_stop_a_resume(open_provider: OpenProvider) -> None:
    asked: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Range"))
        answer = serve(request, FILM)
        headers = {**answer.headers, "Content-Encoding": "gzip"}
        body = Torn(FILM[:3000]) if len(asked) == 1 else Sent(answer.content)
        return httpx.Response(answer.status_code, headers=headers, stream=body)

    sink = MemorySink()
    fetch(open_provider(handler), sink)
    assert (bytes(sink.content), sink.restarts, asked) == (FILM, 0, [None, "bytes=3000-"])


@pytest.mark.parametrize("coding", [{"Content-Encoding": "gzip"}, {"Content-Encoding": "x-gzip"}, {}])
def test_a_film_that_the_server_packs_all_the_same_is_unpacked(
    open_provider: OpenProvider, slept: list[float], coding: dict[str, str]
) -> None:
    packed = gzip.compress(FILM)
    sink = MemorySink()
    headers = {**coding, "Content-Length": str(len(packed))}
    fetch(open_provider(lambda _: httpx.Response(200, headers=headers, stream=Sent(packed))), sink)
    assert (bytes(sink.content), slept) == (FILM, [])


@pytest.mark.parametrize("broken", ["cut", "damaged"])
def test_a_packed_film_that_breaks_off_is_begun_again_and_never_resumed(
    open_provider: OpenProvider, broken: str
) -> None:
    packed = gzip.compress(FILM)
    damaged = packed[:3000] + bytes(1000) + packed[4000:]
    bodies = iter([Torn(packed[:5000]) if broken == "cut" else Sent(damaged), Sent(packed[:5000]), Sent(packed)])
    asked: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Range"))
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=next(bodies))

    sink = MemorySink()
    fetch(open_provider(handler), sink)
    assert (bytes(sink.content), asked) == (FILM, [None, None, None])


def test_a_part_that_may_be_packed_is_not_glued_to_what_another_process_fetched(open_provider: OpenProvider) -> None:
    packed = gzip.compress(FILM)
    part = {"Content-Encoding": "gzip", "Content-Range": f"bytes 1000-{len(packed) - 1}/{len(packed)}"}
    script = iter([httpx.Response(206, headers=part, stream=Sent(packed[1000:]))])
    whole = {"Content-Encoding": "gzip"}
    sink = MemorySink(FILM[:1000])
    fetch(open_provider(lambda _: next(script, None) or httpx.Response(200, headers=whole, stream=Sent(packed))), sink)
    assert (bytes(sink.content), sink.restarts) == (FILM, 1)


def test_a_small_body_does_not_unpack_to_more_than_the_limit(open_provider: OpenProvider) -> None:
    packed = gzip.compress(bytes(50_000_000))
    provider = open_provider(lambda _: httpx.Response(200, stream=Sent(packed)), size_limit=5_000_000)
    sink = MemorySink()
    assert "larger than 5000000 bytes" in refused(provider, sink)
    assert sink.size <= 5_000_000


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip"])
def test_an_encoding_that_cannot_be_undone_is_refused_by_its_name(
    open_provider: OpenProvider, slept: list[float], coding: str
) -> None:
    packed = bytes(range(255, -1, -1)) * 4
    sink = MemorySink()
    page = httpx.Response(200, headers={"Content-Encoding": coding}, stream=Sent(packed))
    assert f"an encoding that was not requested (`{coding}`)" in refused(open_provider(lambda _: page), sink)
    assert (sink.size, slept) == (0, [])


# --- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("announced", [True, False])
def test_a_video_beyond_the_limit_is_refused(open_provider: OpenProvider, *, announced: bool) -> None:
    class Parts(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            for start in range(0, len(VIDEO), 1000):
                yield VIDEO[start : start + 1000]

    headers = {"Content-Length": str(len(VIDEO))} if announced else {}

    def open_with(limit: int) -> RunwareProvider:
        return open_provider(lambda _: httpx.Response(200, stream=Parts(), headers=headers), size_limit=limit)

    sink = MemorySink()
    assert "larger than 5000 bytes" in refused(open_with(5000), sink)
    assert sink.size == (0 if announced else 5000)
    fetch(open_with(len(VIDEO)), MemorySink())


# --- where it may be fetched from -----------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://vm.example.test/v.mp4", "ftp://vm.example.test/v.mp4", "file:///etc/passwd", "data:video/mp4,x", "v"],
)
def test_only_https_is_fetched(open_provider: OpenProvider, url: str) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        pytest.fail("it was fetched")

    assert "not https" in refused(open_provider(handler), MemorySink(), url)


def test_an_address_that_is_none_is_refused(open_provider: OpenProvider) -> None:
    assert refused(open_provider(serve), MemorySink(), "https://[::1") == "the address of the video is not a URL"


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://sandbox.test/v1", "http://sandbox.test/v.mp4"),
        ("http://127.0.0.1:8787/v1", "http://127.0.0.1:8000/v.mp4"),
        ("http://10.0.0.1/v1", "https://10.0.0.2/v.mp4"),
        ("https://127.0.0.1/v1", "http://127.0.0.1:8000/v.mp4"),
        ("https://localhost/v1", "http://localhost/v.mp4"),
        ("https://[::1]/v1", "https://[::1]:8000/v.mp4"),
    ],
)
def test_plain_http_and_this_machine_are_for_a_service_that_is_there_itself(
    open_provider: OpenProvider, base_url: str, url: str
) -> None:
    sink = MemorySink()
    fetch(open_provider(serve, base_url), sink, url)
    assert bytes(sink.content) == VIDEO


PRIVATE = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "0.0.0.0"]
PRIVATE += ["169.254.169.254", "[fe80::1]", "[fd00::1]", "127.1", "2130706433", "0x7f000001", "app.localhost"]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_service_on_the_public_network_names_no_video_on_a_private_one(
    open_provider: OpenProvider, scheme: str, host: str
) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.host != "cdn.example.test":
            pytest.fail("it was fetched")
        return httpx.Response(302, headers={"Location": f"{scheme}://{host}/v.mp4"})

    for url in (f"{scheme}://{host}:8000/v.mp4", "https://cdn.example.test/v.mp4"):
        message = refused(open_provider(handler), MemorySink(), url)
        assert "not on a public network" in message or "not https" in message


def redirecting(*targets: str) -> Handler:
    left = iter(targets)

    def handler(request: httpx.Request) -> httpx.Response:
        target = next(left, None)
        return serve(request) if target is None else httpx.Response(302, headers={"Location": target})

    return handler


def test_redirects_are_followed_where_they_may_lead(open_provider: OpenProvider) -> None:
    sink = MemorySink()
    fetch(open_provider(redirecting("https://cdn.example.test/v.mp4?sig=secret", "/other.mp4")), sink)
    assert bytes(sink.content) == VIDEO


@pytest.mark.parametrize("target", ["http://cdn.example.test/v.mp4?x=secret", "file:///etc/passwd", "ftp://x/?secret"])
def test_a_redirect_to_another_scheme_is_refused(open_provider: OpenProvider, target: str) -> None:
    assert "not https" in refused(open_provider(redirecting(target)), MemorySink())


def test_a_redirect_to_nowhere_is_no_video(open_provider: OpenProvider) -> None:
    provider = open_provider(lambda _: httpx.Response(302, headers={"Location": "https://[::1?secret"}))
    assert "could not be fetched" in refused(provider, MemorySink())


def test_endless_redirects_are_refused(open_provider: OpenProvider) -> None:
    provider = open_provider(lambda _: httpx.Response(302, headers={"Location": "/again"}))
    assert "too many redirects" in refused(provider, MemorySink())


def test_a_message_shows_neither_query_nor_password(open_provider: OpenProvider) -> None:
    url = "https://user:secret@vm.example.test:8443/v.mp4?sig=secret#secret"
    message = refused(open_provider(lambda _: httpx.Response(404)), MemorySink(), url)
    assert re.search(r"`https://vm\.example\.test:8443/v\.mp4`", message)
