import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ltxspec.providers.sandbox.outbound import fetch, is_this_machine, post, put
from ltxspec.providers.sandbox.settings import Outside


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no", request=request)


@pytest.mark.parametrize(
    "far_side", [unreachable, lambda _: httpx.Response(500), lambda _: httpx.Response(302, headers={"location": "/x"})]
)
def test_whatever_goes_wrong_outside_is_an_answer_and_no_exception(tmp_path: Path, far_side: object) -> None:
    outside = Outside("anywhere", httpx.MockTransport(far_side))  # type: ignore[arg-type]  # three kinds of handler
    (tmp_path / "video.mp4").write_bytes(b"video")
    assert fetch("https://x.example/a", outside) is None
    assert not post("https://x.example/a", {}, outside)
    assert not put("https://x.example/a", tmp_path / "video.mp4", "video/mp4", outside)


class Packed(httpx.SyncByteStream):
    """A body that is compressed several times, and that is read by nobody who does not need it."""

    def __iter__(self) -> Iterator[bytes]:
        yield gzip.compress(gzip.compress(b"image"))


def test_an_image_that_is_packed_several_times_is_none_and_no_other_body_is_read(tmp_path: Path) -> None:
    headers = {"Content-Encoding": "gzip, gzip"}
    far_side = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=Packed()))
    outside = Outside("anywhere", far_side)
    (tmp_path / "video.mp4").write_bytes(b"video")
    assert fetch("https://x.example/a", outside) is None
    assert post("https://x.example/a", {}, outside)
    assert put("https://x.example/a", tmp_path / "video.mp4", "video/mp4", outside)


def test_a_file_is_put_as_it_is(tmp_path: Path) -> None:
    seen = []

    def far_side(request: httpx.Request) -> httpx.Response:
        headers = (request.headers["content-type"], request.headers["content-length"])
        seen.append((request.method, request.read(), *headers))
        return httpx.Response(200)

    (tmp_path / "video.mp4").write_bytes(b"video")
    assert put(
        "https://x.example/a?sig=1",
        tmp_path / "video.mp4",
        "video/mp4",
        Outside("anywhere", httpx.MockTransport(far_side)),
    )
    assert seen == [("PUT", b"video", "video/mp4", "5")]


def test_no_redirect_is_followed(tmp_path: Path) -> None:
    seen: list[str] = []

    def far_side(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(307, headers={"location": "/b"})

    outside = Outside("anywhere", httpx.MockTransport(far_side))
    (tmp_path / "video.mp4").write_bytes(b"video")
    assert fetch("https://x.example/a", outside) is None
    assert not post("https://x.example/a", {}, outside)
    assert not put("https://x.example/a", tmp_path / "video.mp4", "video/mp4", outside)
    assert seen == ["/a"] * 3


@pytest.mark.parametrize(
    ("reach", "called"),
    [("nothing", []), ("this machine", ["127.0.0.1"] * 3), ("anywhere", ["127.0.0.1"] * 3 + ["x.example"] * 3)],
)
def test_calls_go_where_the_settings_allow(tmp_path: Path, reach: Any, called: list[str]) -> None:
    seen: list[str] = []
    (tmp_path / "video.mp4").write_bytes(b"video")

    def far_side(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(200, content=b"image")

    outside = Outside(reach, httpx.MockTransport(far_side))
    for host in ("127.0.0.1", "x.example"):
        fetch(f"http://{host}/a", outside)
        post(f"http://{host}/a", {}, outside)
        put(f"http://{host}/a", tmp_path / "video.mp4", "video/mp4", outside)
    assert seen == called


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
