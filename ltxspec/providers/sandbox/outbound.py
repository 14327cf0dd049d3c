"""Calls that the sandbox makes itself: remote images, webhooks, presigned uploads. Blocking; run them in a thread.

Each goes only where the settings allow: redirects are not followed, proxies are not used, and sandboxes refuse such
calls, so that none can be made to call itself.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from ltxspec.providers import hosts
from ltxspec.providers.sandbox.settings import Outside
from ltxspec.replies import PLAIN, read_blocking
from ltxspec.values import Json

CALLER = "X-Ltxspec-Sandbox-Call"  # in every request of a sandbox

_SECONDS = 5.0  # the provider's limit for a webhook (its documentation), and enough for an image
_UPLOAD_SECONDS = 30.0
_LARGEST = 64 * 2**20  # bytes of a remote image; anything larger is a mistake
_CHUNK = 2**18


def is_this_machine(url: str) -> bool:
    """Whether a URL leads to a loopback address or `localhost`."""
    try:
        return hosts.is_this_machine(httpx.URL(url).host)
    except httpx.InvalidURL:
        return False


def may_call(url: str, outside: Outside) -> bool:
    """Whether the sandbox may call a URL."""
    return outside.reach == "anywhere" or (outside.reach == "this machine" and is_this_machine(url))


def _client(outside: Outside, seconds: float) -> httpx.Client:
    return httpx.Client(
        transport=outside.transport,
        timeout=seconds,
        headers={CALLER: "1", **PLAIN},
        follow_redirects=False,
        trust_env=False,  # a proxy would be a third party that sees the call
    )


def fetch(url: str, outside: Outside) -> bytes | None:
    """The bytes at a URL; None if they are not available within a few seconds, or the URL may not be called."""
    if not may_call(url, outside):
        return None
    try:
        with _client(outside, _SECONDS) as client, client.stream("GET", url) as reply:
            content = read_blocking(reply, _LARGEST + 1) if reply.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL):
        return None
    return None if content is None or len(content) > _LARGEST else content


def post(url: str, body: Json, outside: Outside) -> bool:
    """Send JSON; returns whether the receiver answered 2xx in time."""
    try:
        return may_call(url, outside) and _is_taken(outside, _SECONDS, "POST", url, json=body)
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def put(url: str, file: Path, content_type: str, outside: Outside) -> bool:
    """Send a file as the raw body of a PUT; returns whether the receiver accepted it."""
    headers = {"Content-Type": content_type, "Content-Length": str(file.stat().st_size)}
    try:
        return may_call(url, outside) and _is_taken(
            outside, _UPLOAD_SECONDS, "PUT", url, content=_chunks(file), headers=headers
        )
    except (httpx.HTTPError, httpx.InvalidURL):
        return False


def _is_taken(outside: Outside, seconds: float, method: str, url: str, **sent: Any) -> bool:
    """Whether the receiver answered 2xx. The body is not read. Raises httpx.HTTPError, httpx.InvalidURL."""
    with _client(outside, seconds) as client, client.stream(method, url, **sent) as reply:
        return reply.is_success


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk
