from pathlib import Path

import httpx
import pytest

from ltxspec.providers.sandbox.outbound import fetch, is_this_machine, post, put


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no", request=request)


@pytest.mark.parametrize(
    "far_side", [unreachable, lambda _: httpx.Response(500), lambda _: httpx.Response(302, headers={"location": "/x"})]
)
def test_whatever_goes_wrong_outside_is_an_answer_and_no_exception(tmp_path: Path, far_side: object) -> None:
    transport = httpx.MockTransport(far_side)  # type: ignore[arg-type]  # three kinds of handler
    (tmp_path / "video.mp4").write_bytes(b"video")
    assert fetch("https://x.example/a", transport) is None
    assert not post("https://x.example/a", {}, transport)
    assert not put("https://x.example/a", tmp_path / "video.mp4", "video/mp4", transport)


def test_a_file_is_put_as_it_is(tmp_path: Path) -> None:
    seen = []

    def far_side(request: httpx.Request) -> httpx.Response:
        headers = (request.headers["content-type"], request.headers["content-length"])
        seen.append((request.method, request.read(), *headers))
        return httpx.Response(200)

    (tmp_path / "video.mp4").write_bytes(b"video")
    assert put("https://x.example/a?sig=1", tmp_path / "video.mp4", "video/mp4", httpx.MockTransport(far_side))
    assert seen == [("PUT", b"video", "video/mp4", "5")]


def test_redirects_to_an_image_are_followed() -> None:
    def far_side(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/a":
            return httpx.Response(302, headers={"location": "/b"})
        return httpx.Response(200, content=b"image")

    assert fetch("https://x.example/a", httpx.MockTransport(far_side)) == b"image"


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:80/x", True),
        ("http://[::1]/x", True),
        ("http://localhost/x", True),
        ("http://a.localhost/x", True),
        ("https://hooks.example/127.0.0.1", False),
        ("http://localhost.example/x", False),
        ("http://[", False),
    ],
)
def test_only_loopback_is_this_machine(url: str, *, here: bool) -> None:
    assert is_this_machine(url) is here
