"""What a forge's answers mean, how long is waited, and that the token stays hidden."""

import gzip
import socket
import tracemalloc
from collections.abc import Callable, Iterator

import httpx
import pytest
from fake_forges import TOKEN, Slept

from ltxspec.forges.github import header
from ltxspec.forges.http import READ_TRIES, Access, Api, ForgePace, Secret
from ltxspec.forges.port import Denied, ForgeError, Gone, Unsettled

BASE = "https://forge.test/api"
Answers = list[httpx.Response | Exception]


@pytest.fixture
def slept() -> Slept:
    return Slept()


@pytest.fixture
def asked() -> list[httpx.Request]:
    return []


@pytest.fixture
def api(slept: Slept, asked: list[httpx.Request]) -> Callable[..., Api]:
    def open_api(*answers: httpx.Response | Exception, token: str | None = TOKEN) -> Api:
        left = list(answers)

        def handle(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            answer = left.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        pace = ForgePace(slept, slept.now)
        secret = Secret(token) if token else None
        return Api(Access(BASE, secret, header, "set `GITHUB_TOKEN`", pace, httpx.MockTransport(handle)))

    return open_api


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTPS_PROXY", "gopher://me:pw-canary@proxy.test"), ("SSL_CERT_FILE", "/nowhere/pw-canary.pem")],
)
def test_a_proxy_or_certificate_that_cannot_be_used_is_an_error_of_the_forge_and_no_bug(
    monkeypatch: pytest.MonkeyPatch, slept: Slept, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ForgeError) as caught:
        Api(Access(BASE, None, header, "set `GITHUB_TOKEN`", ForgePace(slept, slept.now)))
    assert name in caught.value.summary
    assert "canary" not in f"{caught.value.summary} {caught.value.hint}"


def test_a_read_carries_the_token_and_says_who_asks(api: Callable[..., Api], asked: list[httpx.Request]) -> None:
    assert api(httpx.Response(200, json={"a": 1})).read("/x%2Fy", {"page": 2}).data == {"a": 1}
    assert str(asked[0].url) == f"{BASE}/x%2Fy?page=2"
    assert asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert asked[0].headers["User-Agent"].startswith("ltxspec/")


@pytest.mark.parametrize(
    ("trouble", "wait"),
    [
        (httpx.Response(500), 1.0),
        (httpx.ConnectError("no route"), 1.0),
        (httpx.ReadTimeout("slow"), 1.0),
        (httpx.Response(429, headers={"Retry-After": "9"}), 9.0),
        (httpx.Response(503, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 1.0),
        (httpx.Response(403, headers={"Retry-After": "3"}), 3.0),
        (httpx.Response(403, json={"message": "You have exceeded a secondary rate limit."}), 60.0),
        (
            httpx.Response(403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1800000030"}),
            31.0,
        ),
        (httpx.Response(429, headers={"RateLimit-Remaining": "0", "RateLimit-Reset": "1800000010"}), 11.0),
    ],
    ids=str,
)
def test_a_read_waits_and_asks_again(
    api: Callable[..., Api], slept: Slept, trouble: httpx.Response | Exception, wait: float
) -> None:
    assert api(trouble, httpx.Response(200, json=[])).read("/x").data == []
    assert slept.waits == [wait]


def test_a_read_gives_up_after_a_few_tries(api: Callable[..., Api], slept: Slept) -> None:
    with pytest.raises(ForgeError, match="does not answer: status 502"):
        api(*[httpx.Response(502) for _ in range(9)]).read("/x")
    assert slept.waits == [1.0, 2.0, 4.0, 8.0]


def test_a_wait_of_an_hour_is_not_waited(api: Callable[..., Api], slept: Slept) -> None:
    with pytest.raises(ForgeError):
        api(httpx.Response(429, headers={"Retry-After": "3600"})).read("/x")
    assert slept.waits == []


def test_a_write_is_sent_once(api: Callable[..., Api], asked: list[httpx.Request]) -> None:
    with pytest.raises(Unsettled) as caught:
        api(httpx.ReadTimeout("slow")).write("POST", "/x", {"body": "text"})
    assert caught.value.wait is None
    assert len(asked) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_which_token_is_needed(api: Callable[..., Api], status: int) -> None:
    with pytest.raises(Denied) as caught:
        api(httpx.Response(status, json={"message": "Resource not accessible"})).read("/x")
    assert "Resource not accessible" in caught.value.summary
    assert caught.value.hint == "set `GITHUB_TOKEN`"


def test_a_missing_token_is_named(api: Callable[..., Api]) -> None:
    with pytest.raises(Denied) as caught:
        api(httpx.Response(401), token=None).read("/x")
    assert str(caught.value.hint).startswith("no token was given")


def test_what_is_not_there_is_gone(api: Callable[..., Api]) -> None:
    with pytest.raises(Gone):
        api(httpx.Response(404)).write("DELETE", "/x")


def test_a_moved_repository_is_not_followed(api: Callable[..., Api], asked: list[httpx.Request]) -> None:
    with pytest.raises(ForgeError, match="moved"):
        api(httpx.Response(301, headers={"Location": "https://elsewhere.test/x"})).read("/x")
    assert len(asked) == 1


def test_the_token_never_goes_to_another_host(api: Callable[..., Api], asked: list[httpx.Request]) -> None:
    link = {"Link": '<https://elsewhere.test/x?page=2>; rel="next"'}
    with pytest.raises(ForgeError, match="another host"):
        list(api(httpx.Response(200, json=[], headers=link)).pages("/x", {}))
    assert len(asked) == 1


def test_a_token_that_is_repeated_by_the_forge_is_hidden(api: Callable[..., Api]) -> None:
    with pytest.raises(Denied) as caught:
        api(httpx.Response(403, json={"message": f"bad token {TOKEN}"})).read("/x")
    assert TOKEN not in f"{caught.value.summary} {caught.value.hint}"
    assert TOKEN not in repr(Secret(TOKEN)) + str(Secret(TOKEN))


@pytest.mark.parametrize("token", [" ", "tök", "a\nb"])
def test_a_token_no_header_can_carry_is_refused(token: str) -> None:
    with pytest.raises(ForgeError):
        Secret(token)


@pytest.mark.parametrize("url", ["", "ftp://forge.test", "https://", "https://forge.test/?token=x", "http://[::1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ForgeError, match="not an http or https address"):
        Api(Access(url, None, header, ""))


@pytest.mark.parametrize("content", [b"<html>", b"{", b"[" * 100_000])
def test_an_answer_that_is_no_json_is_refused(api: Callable[..., Api], content: bytes) -> None:
    with pytest.raises(ForgeError, match="not JSON"):
        api(httpx.Response(200, content=content)).read("/x")


def test_a_page_in_the_place_of_the_forge_is_named_with_its_place_and_the_cure(api: Callable[..., Api]) -> None:
    page = httpx.Response(200, content=b"\n<!DOCTYPE html><title>Log in</title>")
    with pytest.raises(ForgeError, match=r"the answer of `https://forge\.test[^`]*` is a web page, not JSON") as caught:
        api(page).read("/x")
    assert "login page" in str(caught.value.hint)


class Packed(httpx.SyncByteStream):
    """A body that is compressed already."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __iter__(self) -> Iterator[bytes]:
        yield self._content


def test_a_refusal_that_is_nested_without_end_is_a_refusal(api: Callable[..., Api]) -> None:
    with pytest.raises(Denied, match="status 401"):
        api(httpx.Response(401, content=b"[" * 100_000)).read("/x")


def test_a_redirect_to_what_is_no_address_is_no_answer(api: Callable[..., Api]) -> None:
    with pytest.raises(Unsettled, match="no answer"):
        api(httpx.Response(302, headers={"Location": "mailto:x"})).write("POST", "/x", {})


@pytest.mark.parametrize("url", ["http://[::1", "https://forge.test:x/", "\x7f", ""])
def test_a_next_page_that_is_no_address_is_not_asked_for(api: Callable[..., Api], url: str) -> None:
    with pytest.raises(ForgeError, match="another host"):
        list(api(httpx.Response(200, json=[], headers={"Link": f'<{url}>; rel="next"'})).pages("/x", {}))


def packed(content: bytes, coding: str) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": coding}, stream=Packed(content))


def test_an_answer_is_asked_for_and_read_unpacked(api: Callable[..., Api], asked: list[httpx.Request]) -> None:
    assert api(packed(gzip.compress(b'{"a": 1}'), "gzip")).read("/x").data == {"a": 1}
    assert asked[0].headers["Accept-Encoding"] == "identity"


def test_an_answer_that_is_packed_several_times_is_none(api: Callable[..., Api]) -> None:
    answers = [packed(gzip.compress(gzip.compress(b"{}")), "gzip, gzip") for _ in range(READ_TRIES)]
    with pytest.raises(ForgeError, match=r"does not answer: no answer \(DecodingError\)"):
        api(*answers).read("/x")
    with pytest.raises(Unsettled):
        api(packed(b"{}", "gzip")).write("POST", "/x", {"body": "text"})


def test_an_endless_answer_is_not_read_to_its_end(api: Callable[..., Api], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.forges.http.LARGEST", 2**20)
    bomb = gzip.compress(bytes(2**25), 1)
    tracemalloc.start()
    try:
        with pytest.raises(Unsettled, match="too large"):
            api(packed(bomb, "gzip")).write("POST", "/x", {"body": "text"})
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_a_list_that_is_none_is_refused(api: Callable[..., Api]) -> None:
    with pytest.raises(ForgeError, match="not a list"):
        list(api(httpx.Response(200, json={})).pages("/x", {}))


def test_a_forge_that_is_not_reached_is_named_with_the_cure(slept: Slept) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    api = Api(Access(f"http://127.0.0.1:{port}/canary", Secret(TOKEN), header, "", ForgePace(slept, slept.now)))
    with pytest.raises(ForgeError, match=rf"nothing answers at `http://127\.0\.0\.1:{port}/canary`") as caught:
        api.read("/x")
    assert str(caught.value.hint).startswith("check the network"), "later it is the same"
