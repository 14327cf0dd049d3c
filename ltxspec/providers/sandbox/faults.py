"""Replies that are lost, cut, delayed or replaced."""

from collections.abc import Mapping, Sequence

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ltxspec.providers.sandbox.exchange import SandboxReply
from ltxspec.providers.sandbox.identifiers import derived_uuid
from ltxspec.providers.sandbox.scenario import ScenarioFault

_PAGE = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000a49444154789c63000100000500010d0a2db4"
    "0000000049454e44ae426082"
)
_TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "image": "image/png",
    "empty": "application/octet-stream",
    "garbage": "video/mp4",
}


class ConnectionDropped(Exception):
    """The connection must be closed now, whatever was sent so far; the server of the application does this."""


class Dropped(Response):
    """No reply at all."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing and close the connection."""
        del scope, receive, send
        raise ConnectionDropped


class Cut(Response):
    """A reply that announces its full length but ends after a share of it."""

    def __init__(self, content: bytes, share: float, media_type: str, status_code: int = 200) -> None:
        super().__init__(content, status_code, media_type=media_type)
        self._share = share

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a part and close the connection."""
        del scope, receive
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        part = bytes(self.body)[: int(len(self.body) * self._share)]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        raise ConnectionDropped


def is_lost_before(faults: Sequence[ScenarioFault]) -> ScenarioFault | None:
    """The fault that prevents a call from taking effect at all, if there is one."""
    return next((fault for fault in faults if fault.fault in {"drop", "status"} and not fault.accepted), None)


def response(reply: SandboxReply, faults: Sequence[ScenarioFault]) -> Response:
    """The HTTP response to a call, changed by the faults that apply; the caller handles delays."""
    body = dict(reply.body)
    for fault in faults:
        if fault.fault == "drop":
            return Dropped()
        if fault.fault == "status":
            return replaced(fault)
        if fault.fault == "cut":
            return Cut(orjson.dumps(body), fault.share, "application/json", reply.status)
        if fault.fault == "foreign-error":
            body["errors"] = [*body.get("errors", []), _foreign(fault)]
    return Response(orjson.dumps(body), reply.status, media_type="application/json")


def frame(reply: SandboxReply, faults: Sequence[ScenarioFault]) -> str | bytes:
    """What is sent over a WebSocket instead of the HTTP response: its body, as text where it is text.

    Raises:
        ConnectionDropped: nothing is sent. A reply that is cut is none: half a frame never reaches a client.
    """
    changed = response(reply, faults)
    if isinstance(changed, Dropped | Cut):
        raise ConnectionDropped
    body = bytes(changed.body)
    return body if changed.media_type in {_TYPES["image"], _TYPES["garbage"]} else body.decode()


def replaced(fault: ScenarioFault) -> Response:
    """A response unrelated to the request."""
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return Response(_content(fault), _status(fault), headers, media_type=_TYPES[fault.body])


def _status(fault: ScenarioFault) -> int:
    return 503 if fault.status is None else fault.status


def _content(fault: ScenarioFault) -> bytes:
    error = {"code": _code(_status(fault)), "message": "The service cannot answer now."}
    contents: Mapping[str, bytes] = {
        "json": orjson.dumps({"data": [], "errors": [error]}),
        "html": _PAGE,
        "image": _PIXEL,
        "empty": b"",
        "garbage": bytes(range(256)) * 64,
    }
    return contents[fault.body]


def _code(status: int) -> str:
    known = {429: "rateLimitExceeded", 500: "internalServerError", 503: "serviceUnavailable", 504: "timeout"}
    return known.get(status, "unknownError")


def _foreign(fault: ScenarioFault) -> dict[str, str]:
    return {
        "code": fault.code,
        "message": fault.message,
        "taskType": "videoInference",
        "taskUUID": derived_uuid("somebody else's task"),
    }
