import asyncio
import gzip
import logging
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from far_sides import STALLING, Talk, answering
from replacing import replace

from ltxspec import __version__
from ltxspec.errors import ProviderRefused
from ltxspec.providers.runware.client import Answer, ApiKey, Broken, Client, Connection

Connect = Callable[..., Connection]

# Skips where there is no openssl: nothing else here makes certificates; the tests of connections without TLS still run.
NEEDS_OPENSSL = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")


def post(connection: Connection, body: bytes = b"[]") -> Answer:
    async def run() -> Answer:
        async with Client(connection) as client:
            return await client.post(body, 60.0)

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


def test_other_secrets_are_hidden_as_well(connect: Connect) -> None:
    reply = '{"webhookURL": "https://calls.example/canary-0123456789abc"}'
    connection = replace(connect(lambda _: httpx.Response(200, text=reply)), hidden=["canary-0123456789abc"])
    assert post(connection).content == b'{"webhookURL": "https://calls.example/(hidden)"}'
    assert "canary" not in repr(connection)


def test_a_short_key_hides_nothing_by_chance() -> None:
    assert ApiKey("a").hide_in(b"data") == b"data"


def test_an_endless_reply_is_cut(connect: Connect) -> None:
    answer = post(connect(lambda _: httpx.Response(200, content=b"x" * (17 * 1024 * 1024))))
    assert len(answer.content) == 16 * 1024 * 1024


class Packed(httpx.AsyncByteStream):
    """A body that is compressed already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


def test_a_reply_is_asked_for_and_read_unpacked(connect: Connect) -> None:
    asked: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["Accept-Encoding"])
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Packed(gzip.compress(b'{"data":[]}')))

    assert post(connect(handler)).content == b'{"data":[]}'
    assert asked == ["identity"]


def test_a_reply_that_is_packed_several_times_leaves_an_order_unclear(connect: Connect) -> None:
    packed = gzip.compress(gzip.compress(b'{"errors":[{"code":"invalidModel"}]}'))

    with pytest.raises(Broken) as caught:
        post(connect(lambda _: httpx.Response(400, headers={"Content-Encoding": "gzip, gzip"}, stream=Packed(packed))))
    assert (caught.value.reason, caught.value.sent) == ("the answer could not be decoded", True)


def test_a_packed_reply_is_unpacked_no_further_than_an_endless_one(connect: Connect) -> None:
    bomb = gzip.compress(bytes(17 * 2**20), 1)
    answer = post(connect(lambda _: httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=Packed(bomb))))
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
        (httpx.RemoteProtocolError("closed the connection"), True),
        (httpx.LocalProtocolError("odd"), True),
        (httpx.ProxyError("no"), False),
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


def test_a_plain_http_service_is_spoken_to_directly_so_that_no_proxy_reads_the_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
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
                return await client.post(b"[]", 60.0)

    assert asyncio.run(run()) == Answer(200, b"{}", None)


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A far side on a port of this machine: `serve` gets every connection, in a thread of its own."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            serve(self.request)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def heard(connection: socket.socket, end: bytes) -> bytes:
    """What comes until `end`, or until the other side stops."""
    data = b""
    while not data.endswith(end) and (part := connection.recv(65_536)):
        data += part
    return data


@dataclass
class Proxy:
    """Is asked for tunnels: answers `status`, and leads every tunnel to one port of this machine."""

    status: int = 200
    port: int = 0
    asked: list[bytes] = field(default_factory=list)

    def serve(self, connection: socket.socket) -> None:
        self.asked.append(heard(connection, b"\r\n\r\n"))
        connection.sendall(b"HTTP/1.1 %d Done\r\n\r\n" % self.status)
        if self.port:
            with socket.create_connection(("127.0.0.1", self.port)) as inner:
                back = threading.Thread(target=pump, args=(inner, connection))
                back.start()
                pump(connection, inner)
                back.join()


def pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def use_proxy(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in ("https_proxy", "no_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", address)


def test_https_goes_through_the_proxy_of_the_environment_which_sees_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = Proxy(status=403)
    with listening(proxy.serve) as port:
        use_proxy(monkeypatch, f"http://me:pw@127.0.0.1:{port}")
        with pytest.raises(Broken) as caught:
            post(Connection("https://api.example.test/v1", ApiKey("canary-key")))
    assert not caught.value.sent
    assert caught.value.line.startswith(f"the proxy `127.0.0.1:{port}` did not connect to `api.example.test`; check")
    (asked,) = proxy.asked
    assert asked.startswith(b"CONNECT api.example.test:443 ")
    assert b"canary" not in asked


@NEEDS_OPENSSL
def test_an_authority_of_the_environment_is_trusted_behind_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context, keys = certificate(tmp_path), []

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            keys.append(b"Bearer canary-key" in heard(secure, b"[]"))
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    with listening(serve) as service, listening(Proxy(port=service).serve) as port:
        use_proxy(monkeypatch, f"http://127.0.0.1:{port}")
        connection = Connection("https://api.example.test/v1", ApiKey("canary-key"))
        with pytest.raises(Broken) as caught:
            post(connection)
        assert (caught.value.sent, keys) == (False, []), "a certificate that nobody vouches for"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert post(connection) == Answer(200, b"{}", None)
        assert keys == [True]


def certificate(folder: Path, name: str = "api.example.test", *, authority: bool = False) -> ssl.SSLContext:
    """A server's side of TLS for a name, signed by itself or by an authority of its own (`authority.pem`)."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=test", "-addext", f"subjectAltName=DNS:{name}"]
    signed: list[str] = []
    if authority:
        files = ["-subj", "/CN=authority", "-keyout", "authority.key", "-out", "authority.pem"]
        subprocess.run([*command, *files], cwd=folder, capture_output=True, check=True)
        signed = ["-CA", "authority.pem", "-CAkey", "authority.key"]
    files = ["-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run([*command, *names, *signed, *files], cwd=folder, capture_output=True, check=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


@NEEDS_OPENSSL
@pytest.mark.parametrize(
    ("name", "authority", "trusted", "words"),
    [
        ("api.example.test", False, None, "is self-signed; if it is one of your own network"),
        ("api.example.test", True, None, "is signed by an authority that this machine does not know; if it is"),
        ("login.test", True, "authority.pem", "is for another host; check the address; a network's login page"),
    ],
)
def test_a_certificate_that_is_not_accepted_is_told_with_its_cure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, trusted: str | None, words: str, *, authority: bool
) -> None:
    context = certificate(tmp_path, name, authority=authority)

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            heard(secure, b"[]")

    with listening(serve) as service, listening(Proxy(port=service).serve) as port:
        use_proxy(monkeypatch, f"http://127.0.0.1:{port}")
        if trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / trusted))
        with pytest.raises(Broken) as caught:
            post(Connection("https://api.example.test/v1", ApiKey("canary-key")))
    assert not caught.value.sent
    assert f"the certificate of `api.example.test` {words}" in caught.value.line


def test_a_server_that_speaks_no_tls_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")) as service:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with pytest.raises(Broken) as caught:
            post(Connection(f"https://127.0.0.1:{service}/v1", ApiKey("canary-key")))
    assert f"`https://127.0.0.1:{service}/v1` does not answer with TLS" in caught.value.reason


def test_a_proxy_that_is_not_there_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    use_proxy(monkeypatch, "http://me:pw-canary@127.0.0.1:1")
    with pytest.raises(Broken) as caught:
        post(Connection("https://api.example.test/v1", ApiKey("canary-key")))
    assert caught.value.line == "nothing answers at the proxy `127.0.0.1:1`; check `HTTPS_PROXY`"


def test_a_name_that_is_not_found_is_told_and_so_is_a_port_where_nothing_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Broken) as caught:
        post(Connection("http://127.0.0.1:1/v1?token=canary", ApiKey("canary-key"), named_by="`RUNWARE_BASE_URL`"))
    assert caught.value.line == (
        "nothing answers at `http://127.0.0.1:1/v1`; start it (`ltxspec sandbox serve`), or unset `RUNWARE_BASE_URL`"
    )

    def not_found(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    with pytest.raises(Broken) as caught:
        post(Connection("https://api.example.test/v1", ApiKey("canary-key")))
    assert caught.value.line.startswith("the name of `api.example.test` is not found; check the network")
    with pytest.raises(Broken) as caught:
        post(Connection("https://api.example.test/v1", ApiKey("canary-key"), named_by="`RUNWARE_BASE_URL`"))
    assert caught.value.cure == "check the spelling in `RUNWARE_BASE_URL`, and the network"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_a_service_on_this_machine_is_never_reached_through_a_proxy(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    proxy = Proxy()
    with listening(proxy.serve) as port:
        use_proxy(monkeypatch, f"http://127.0.0.1:{port}")
        with pytest.raises(Broken):
            post(Connection(f"https://{host}:1/v1", ApiKey("canary-key")))
    assert proxy.asked == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTPS_PROXY", "gopher://me:pw-canary@proxy.test", "`HTTPS_PROXY` has a value that cannot be used"),
        ("ALL_PROXY", "gopher://me:pw-canary@proxy.test", "`ALL_PROXY` has a value that cannot be used"),
        ("SSL_CERT_FILE", "/nowhere/pw-canary.pem", "the path in `SSL_CERT_FILE` does not exist"),
        ("SSL_CERT_FILE", __file__, "the path in `SSL_CERT_FILE` contains no usable certificates"),
        ("SSL_CERT_FILE", "/", "the path in `SSL_CERT_FILE` cannot be read"),
    ],
)
def test_a_proxy_or_certificate_that_cannot_be_used_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    use_proxy(monkeypatch, "")
    monkeypatch.setenv(name, value)
    with pytest.raises(ProviderRefused) as caught:
        Client(Connection("https://api.example.test/v1", ApiKey("canary-key")))
    assert caught.value.whole_run
    assert caught.value.summary == said
    assert "canary" not in f"{caught.value.summary} {caught.value.hint}"
    Client(Connection("http://127.0.0.1:1/v1", ApiKey("canary-key")))  # where it does not matter, it does not disturb


@pytest.mark.parametrize("talk", STALLING)
def test_an_answer_that_does_not_come_in_time_leaves_a_post_unclear(talk: Talk) -> None:
    async def run() -> None:
        async with answering(talk) as address, Client(Connection(address, ApiKey("canary-key"))) as client:
            await client.post(b"[]", 0.05)

    with pytest.raises(Broken) as caught:
        asyncio.run(run())
    assert (caught.value.reason, caught.value.sent) == ("no answer in time", True)


def test_closing_does_not_wait_for_a_transport_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Hanging(httpx.AsyncBaseTransport):
        async def aclose(self) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr("ltxspec.providers.runware.client._CLOSING_SECONDS", 0.01)
    client = Client(Connection("https://api.example.test/v1", ApiKey("canary-key"), Hanging()))
    asyncio.run(asyncio.wait_for(client.close(), 10))


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
                await client.post(b'[{"a":1}]', 60.0)

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
            await client.post(b"[]", 60.0)
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
            await client.post(b"[]", 60.0)
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
    setting = "`RUNWARE_BASE_URL`"
    with pytest.raises(ProviderRefused, match=r"^`RUNWARE_BASE_URL` is not an http or https address") as caught:
        Client(Connection(base_url, ApiKey("canary-key"), named_by=setting))
    assert (caught.value.hint or "").startswith(f"correct {setting}, ")


@NEEDS_OPENSSL
def test_the_cure_for_an_unknown_authority_holds_on_this_machine_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    context = certificate(tmp_path, "localhost")

    def serve(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
            heard(secure, b"[]")
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

    with listening(serve) as port:
        use_proxy(monkeypatch, "http://127.0.0.1:1")
        connection = Connection(f"https://localhost:{port}/v1", ApiKey("canary-key"))
        with pytest.raises(Broken, match="self-signed") as caught:
            post(connection)
        assert "SSL_CERT_FILE" in (caught.value.cure or "")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert post(connection) == Answer(200, b"{}", None)
