"""Calls the sandbox makes itself: remote images, webhooks, presigned uploads. Blocking; run them in a thread."""

from collections.abc import Iterator
from pathlib import Path

import httpx

from ltxspec.providers import hosts
from ltxspec.values import Json

Transport = httpx.BaseTransport | None  # None: the network

_SECONDS = 5.0  # what the provider grants a webhook (its documentation), and enough for an image
_LARGEST = 64 * 2**20  # bytes of a remote image; more is a mistake
_CHUNK = 2**18


def is_this_machine(url: str) -> bool:
    """Whether a URL leads to a loopback address or `localhost`."""
    try:
        return hosts.is_this_machine(httpx.URL(url).host)
    except httpx.InvalidURL:
        return False


def fetch(url: str, transport: Transport) -> bytes | None:
    """The bytes behind a URL; None when they cannot be had within a few seconds."""
    content = bytearray()
    try:
        with (
            httpx.Client(transport=transport, timeout=_SECONDS, follow_redirects=True) as client,
            client.stream("GET", url) as reply,
        ):
            if not reply.is_success:
                return None
            for chunk in reply.iter_bytes():
                content += chunk
                if len(content) > _LARGEST:
                    return None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return bytes(content)


def post(url: str, body: Json, transport: Transport) -> bool:
    """Send JSON; whether the other side said 2xx in time."""
    try:
        with httpx.Client(transport=transport, timeout=_SECONDS) as client:
            return client.post(url, json=body).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def put(url: str, file: Path, content_type: str, transport: Transport) -> bool:
    """Send a file as the raw body of a PUT; whether the other side took it."""
    headers = {"Content-Type": content_type, "Content-Length": str(file.stat().st_size)}
    try:
        with httpx.Client(transport=transport, timeout=30.0) as client:
            return client.put(url, content=_chunks(file), headers=headers).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk
