import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from ltxspec.errors import LtxspecError, StorageError, WrongUsage
from ltxspec.providers.published import fetch_schema

URL = "https://schemas.example/resolve/maker:film@1"


def at(handler: Callable[[httpx.Request], httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(handler)


def test_the_bytes_at_an_address_are_read_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWARE_API_KEY", "a-secret-key")
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"{}")

    assert fetch_schema(URL, at(answer)) == b"{}"
    assert "authorization" not in seen[0].headers
    assert "a-secret-key" not in repr(seen[0].headers)


@pytest.mark.parametrize("url", ["http://schemas.example/a", "ftp://a.example/a", "file:///etc/passwd"])
def test_only_encrypted_addresses_are_read(url: str) -> None:
    with pytest.raises(WrongUsage):
        fetch_schema(url, at(lambda _: httpx.Response(200)))


def test_this_machine_may_be_read_without_encryption() -> None:
    assert fetch_schema("http://127.0.0.1:8080/a", at(lambda _: httpx.Response(200, content=b"1"))) == b"1"


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no", request=request)


def stop(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no", request=request)


@pytest.mark.parametrize(
    ("handler", "said"),
    [
        (lambda _: httpx.Response(404), "answers 404"),
        (lambda _: httpx.Response(302, headers={"location": "https://elsewhere.example"}), "answers 302"),
        (refuse, "no connection"),
        (stop, "cannot be read"),
    ],
)
def test_what_goes_wrong_is_said_without_secrets(handler: Any, said: str) -> None:
    with pytest.raises(StorageError, match=said) as caught:
        fetch_schema("https://user:pass@schemas.example/a?token=abc", at(handler))
    assert "pass" not in caught.value.line
    assert "abc" not in caught.value.line


def test_a_body_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.providers.published.LARGEST", 10)
    with pytest.raises(LtxspecError, match="more than"):
        fetch_schema(URL, at(lambda _: httpx.Response(200, content=b"x" * 11)))


class Drops(httpx.SyncByteStream):
    """A body that comes byte by byte, and would never end."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            time.sleep(0.01)
            yield b" "


def test_a_body_that_comes_too_slowly_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ltxspec.providers.published.LONGEST", 0.1)
    with pytest.raises(StorageError, match="cannot be read"):
        fetch_schema(URL, at(lambda _: httpx.Response(200, stream=Drops())))
