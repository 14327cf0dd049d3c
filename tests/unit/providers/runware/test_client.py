import asyncio
import logging
from collections.abc import Callable

import httpx
import pytest

from ltxspec import __version__
from ltxspec.errors import ProviderRefused
from ltxspec.providers.runware.client import Answer, ApiKey, Broken, Client, Connection

Connect = Callable[..., Connection]


def post(connection: Connection, body: bytes = b"[]") -> Answer:
    async def run() -> Answer:
        async with Client(connection) as client:
            return await client.post(body)

    return asyncio.run(run())


def test_a_post_carries_the_body_the_key_and_a_name(connect: Connect, key: str) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b'{"data":[]}', headers={"Retry-After": "3"})

    assert post(connect(handler), b'[{"a":1}]') == Answer(200, b'{"data":[]}', "3")
    (request,) = seen
    assert (request.method, str(request.url), request.content) == ("POST", "https://api.example.test/v1", b'[{"a":1}]')
    assert request.headers["Authorization"] == f"Bearer {key}"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == f"ltxspec/{__version__}"


def test_a_redirect_of_a_post_is_not_followed(connect: Connect) -> None:
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://elsewhere.test/v1"})

    assert post(connect(handler)).status == 307
    assert seen == ["https://api.example.test/v1"]


def test_the_key_is_hidden_where_a_reply_repeats_it(connect: Connect, key: str) -> None:
    answer = post(connect(lambda _: httpx.Response(401, text=f"bad key {key}!")))
    assert answer.content == b"bad key (hidden)!"


def test_a_short_key_hides_nothing_by_chance() -> None:
    assert ApiKey("a").hide_in(b"data") == b"data"


def test_an_endless_reply_is_cut(connect: Connect) -> None:
    answer = post(connect(lambda _: httpx.Response(200, content=b"x" * (17 * 1024 * 1024))))
    assert len(answer.content) == 16 * 1024 * 1024


@pytest.mark.parametrize(
    ("error", "sent"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.ReadError("reset"), True),
        (httpx.WriteError("reset"), True),
        (httpx.CloseError("reset"), True),
        (httpx.RemoteProtocolError("hung up"), True),
        (httpx.LocalProtocolError("odd"), True),
        (httpx.ProxyError("no"), True),
        (httpx.DecodingError("gzip"), True),
        (httpx.TooManyRedirects("loop"), True),
        (TimeoutError(), True),
    ],
)
def test_only_a_failed_connection_is_certain_to_have_sent_nothing(
    connect: Connect, key: str, error: Exception, *, sent: bool
) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(Broken) as caught:
        post(connect(handler))
    assert caught.value.sent is sent
    assert key not in f"{caught.value!r} {caught.value.reason}"


def test_a_reply_that_breaks_off_is_broken(connect: Connect) -> None:
    class Torn(httpx.AsyncByteStream):
        async def __aiter__(self):  # type: ignore[no-untyped-def]  # an async generator in httpx's own style
            yield b'{"data":[{'
            raise httpx.ReadError("reset")

    with pytest.raises(Broken) as caught:
        post(connect(lambda _: httpx.Response(200, stream=Torn())))
    assert caught.value.sent


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with pytest.raises(Broken) as caught:
        post(Connection("http://127.0.0.1:1/v1", ApiKey("canary-key")))
    assert not caught.value.sent


def test_a_proxy_of_the_environment_does_not_get_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"[]")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()
        await writer.wait_closed()

    async def run() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Client(Connection(f"http://127.0.0.1:{port}/v1", ApiKey("canary-key"))) as client:
                return await client.post(b"[]")

    assert asyncio.run(run()) == Answer(200, b"{}", None)


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
def test_a_server_that_reads_the_order_and_hangs_up_leaves_it_unclear(reply: bytes) -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b'[{"a":1}]'))
        writer.write(reply)
        writer.close()
        await writer.wait_closed()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with Client(Connection(f"http://127.0.0.1:{port}/v1", ApiKey("canary-key"))) as client:
                await client.post(b'[{"a":1}]')

    with pytest.raises(Broken) as caught:
        asyncio.run(run())
    assert caught.value.sent
    assert len(received) == 1


def test_a_download_carries_no_key(connect: Connect) -> None:
    seen: list[httpx.Headers] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return httpx.Response(200, content=b"video")

    async def run() -> None:
        async with Client(connect(handler)) as client:
            await client.post(b"[]")
            async with client.get(httpx.URL("https://vm.test/v.mp4"), {"Range": "bytes=5-"}):
                pass

    asyncio.run(run())
    api, video = seen
    assert "Authorization" in api
    assert "Authorization" not in video
    assert (video["Range"], video["Accept-Encoding"]) == ("bytes=5-", "identity")


def test_no_log_holds_the_key_or_a_query(connect: Connect, key: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def run() -> None:
        async with Client(connect(lambda _: httpx.Response(200, content=b"{}"))) as client:
            await client.post(b"[]")
            async with client.get(httpx.URL("https://vm.test/v.mp4?X-Signature=secret"), {}):
                pass

    asyncio.run(run())
    assert key not in caplog.text
    assert "secret" not in caplog.text


def test_a_key_does_not_show_itself() -> None:
    secret = ApiKey("canary-key")
    assert "canary" not in f"{secret} {secret!r} {Connection('https://x', secret)!r}"
    assert secret.header() == {"Authorization": "Bearer canary-key"}


def test_white_space_around_a_key_is_a_copying_accident() -> None:
    assert ApiKey(" canary-key\n").header() == {"Authorization": "Bearer canary-key"}


@pytest.mark.parametrize("value", ["", "  ", "canary\nkey", "canary\x00key", "canary-ключ"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ProviderRefused) as caught:
        ApiKey(value)
    assert caught.value.whole_run
    assert "canary" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("base_url", ["", "api.example.test/v1", "ftp://api.example.test", "https://", "https://[::1"])
def test_an_address_of_the_service_that_is_none_is_refused(base_url: str) -> None:
    with pytest.raises(ProviderRefused, match="base_url"):
        Client(Connection(base_url, ApiKey("canary-key")))
